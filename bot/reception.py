"""One inbound of any channel through one committed turn; the same inbound twice is answered the same."""

import time
import traceback
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import structlog

from bot.metrics import Metrics
from bot.ports import Turns
from dialogs.engine import advance
from dialogs.library import Library
from dialogs.talk import Talk
from dialogs.values import Conversation, EffectKind, Inbound, Kind, Mode, Outcome
from storage.errors import StorageError
from storage.values import Route, StoredTurn, TurnRequest

log = structlog.get_logger("banter.turn")

_FROM_VISITORS = (Kind.START, Kind.TEXT, Kind.CHOICE, Kind.FILE)


@dataclass(slots=True)
class Reception:
    """Takes inbounds in; holds the library so that a reload can replace it."""

    turns: Turns
    library: Library
    route: Route
    metrics: Metrics | None = None

    async def receive(self, request: TurnRequest) -> StoredTurn:
        """
        Take one inbound through one committed turn.

        Raises:
            StorageError: Nothing was stored; the caller may try again with the same inbound id.
        """
        started = time.perf_counter()
        seen: list[Outcome] = []

        def decide(conversation: Conversation, inbound: Inbound) -> Outcome:
            outcome = decide_safely(conversation, inbound, self.library)
            seen.append(outcome)
            return outcome

        dated = replace(request, inbound=self._dated(request.inbound))
        try:
            stored = await self.turns.take(dated, decide, self.route)
        except StorageError as error:
            if self.metrics is not None:
                self.metrics.failures.labels(type(error).__name__).inc()
            raise
        seconds = time.perf_counter() - started
        self._count(dated.inbound, seen, seconds)
        _log(dated.inbound, stored, seen[-1] if seen else None, seconds)
        return stored

    def _count(self, inbound: Inbound, seen: list[Outcome], seconds: float) -> None:
        if self.metrics is None:
            return
        self.metrics.seconds.observe(seconds)
        if seen:
            self.metrics.turns.labels(seen[-1].conversation.channel, inbound.kind.value).inc()

    def _dated(self, inbound: Inbound) -> Inbound:
        """The inbound with "today" where the company is, which is what "tomorrow" counts from."""
        if inbound.today:
            return inbound
        local = inbound.at.astimezone(ZoneInfo(self.library.company.hours.zone))
        return replace(inbound, today=local.date().isoformat())


def decide_safely(conversation: Conversation, inbound: Inbound, library: Library) -> Outcome:
    """The core's outcome; when the core breaks (our bug), a handoff and a line instead of silence."""
    try:
        return advance(conversation, inbound, library)
    except Exception as error:  # a bug of ours must not silence the bot: it is logged and handed to a person
        log.error(
            "core_failed",
            conversation=conversation.id,
            kind=inbound.kind.value,
            error=type(error).__name__,
            at=_place(error),
        )
        return apologise(conversation, inbound, library)


def apologise(conversation: Conversation, inbound: Inbound, library: Library) -> Outcome:
    """What the visitor gets when our own code failed: one honest line, and a person who knows."""
    talk = Talk(conversation, inbound, library)
    if inbound.kind not in _FROM_VISITORS:
        return talk.outcome()
    if talk.conversation.mode is not Mode.HUMAN:
        talk.say(talk.line("sorry"))
    talk.note("dialog.wants_human", True, inbound.text[:200])
    if not talk.conversation.handoff:
        talk.change(handoff="offered")
        talk.cause(EffectKind.HANDOFF_OFFERED, "handoff")
    return talk.outcome()


def _place(error: Exception) -> str:
    """Where it broke, as file:line; never the message, which could quote a visitor."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _log(inbound: Inbound, stored: StoredTurn, outcome: Outcome | None, seconds: float) -> None:
    fields: dict[str, object] = {
        "conversation": stored.conversation,
        "kind": inbound.kind.value,
        "turn": stored.turn,
        "ms": round(seconds * 1000, 1),
    }
    if outcome is not None and not stored.repeated:
        fields |= {
            "channel": outcome.conversation.channel,
            "asked": outcome.asked,
            "heard": list(outcome.heard),
            "stage": outcome.conversation.stage.value,
            "score": f"{outcome.assessment.total}/{outcome.assessment.maximum}",
        }
    log.info("turn_repeated" if stored.repeated else "turn", **fields)
