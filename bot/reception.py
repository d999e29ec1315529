"""One inbound of any channel through one committed turn; the same inbound twice is answered the same."""

import time
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import structlog

from bot.blame import place_of
from bot.errors import ShellError
from bot.last_resort import FROM_VISITORS, SpareRoutes, handoff_effect, last_outcome, sorry_line
from bot.metrics import Metrics
from bot.ports import Turns
from dialogs.engine import advance
from dialogs.library import Library
from dialogs.talk import Talk
from dialogs.values import Conversation, Inbound, Kind, Mode, Outcome
from storage.errors import StorageError
from storage.values import OutboxItem, Route, StoredTurn, TurnRequest

log = structlog.get_logger("banter.turn")

MOST_MESSAGES = 500  # of a visitor in one web conversation; a talk that sells has a few dozen
MOST_SIGNALS = 200  # in one conversation


class ConversationFull(ShellError):  # noqa: N818 - named for what happened
    """A conversation has taken all it may hold; the message says so to whoever wrote."""


@dataclass(slots=True)
class Reception:
    """Takes inbounds in; holds the library so that a reload can replace it."""

    turns: Turns
    library: Library
    route: Route
    metrics: Metrics | None = None
    spare: Route = field(default_factory=SpareRoutes)  # takes over where route fails

    def run(self, library: Library, route: Route) -> None:
        """Decide by another library from the next turn on."""
        self.library, self.route = library, route

    async def receive(self, request: TurnRequest) -> StoredTurn:
        """
        Take one inbound through one committed turn; a bug of ours becomes an apology and a handoff.

        Raises:
            StorageError: Nothing was stored; the caller may try again with the same inbound id.
            ConversationFull: Nothing was stored, and nothing more will be.
        """
        started = time.perf_counter()
        seen: list[Outcome] = []
        library, route = self.library, self.route  # of one version from the beginning of a turn to its end

        def decide(conversation: Conversation, inbound: Inbound) -> Outcome:
            refuse_excess(conversation, inbound)
            outcome = decide_safely(conversation, inbound, library)
            seen.append(outcome)
            return outcome

        def routed(inbound: Inbound, outcome: Outcome) -> tuple[OutboxItem, ...]:
            try:
                return route(inbound, outcome)
            except Exception as error:  # a card that cannot be drawn must not cost the visitor the answer
                _blame("route_failed", inbound, error)
                return self.spare(inbound, outcome)

        dated = replace(request, inbound=self._dated(request.inbound))
        try:
            stored = await self.turns.take(dated, decide, routed)
        except StorageError as error:
            self._failed(error)
            raise
        except ShellError:
            raise
        except Exception as error:  # decided, but not to be written down: a bug of ours all the same
            self._failed(error)
            _blame("turn_failed", dated.inbound, error)
            stored = await self.hand_over(dated)
        seconds = time.perf_counter() - started
        self._count(dated.inbound, seen, seconds)
        _log(dated.inbound, stored, seen[-1] if seen else None, seconds)
        return stored

    async def hand_over(self, request: TurnRequest) -> StoredTurn:
        """
        One committed turn that says sorry and tells a person, without the parts that may be broken.

        Raises:
            StorageError: Nothing was stored; the caller may try again with the same inbound id.
        """

        def decide(conversation: Conversation, inbound: Inbound) -> Outcome:
            return last_outcome(conversation, inbound, sorry_line(self.library, conversation.language))

        return await self.turns.take(request, decide, self.spare)

    def _failed(self, error: Exception) -> None:
        if self.metrics is not None:
            self.metrics.failures.labels(type(error).__name__).inc()

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


def refuse_excess(conversation: Conversation, inbound: Inbound) -> None:
    """
    Refuse what would let one visitor fill the memory; messengers keep the pace themselves and talk on for years.

    Raises:
        ConversationFull: The conversation has all it may hold of this kind.
    """
    if inbound.kind is Kind.SIGNAL and len(conversation.signals) >= MOST_SIGNALS:
        raise ConversationFull(f"this conversation has noted {MOST_SIGNALS} signals, which is all it can hold")
    # Each message, theirs or ours, raises the generation, and nothing else does.
    if inbound.kind in FROM_VISITORS and conversation.channel == "web" and conversation.generation > MOST_MESSAGES:
        raise ConversationFull(
            f"this conversation has {MOST_MESSAGES} messages and is full; thank you for your patience, "
            "please open a new one with POST /api/conversations"
        )


def decide_safely(conversation: Conversation, inbound: Inbound, library: Library) -> Outcome:
    """The core's outcome; when the core breaks (our bug), a handoff and a line instead of silence."""
    try:
        return advance(conversation, inbound, library)
    except Exception as error:  # a bug of ours must not silence the bot: it is logged and handed to a person
        _blame("core_failed", inbound, error)
    try:
        return apologise(conversation, inbound, library)
    except Exception as error:  # what is broken is needed for the apology too
        _blame("apology_failed", inbound, error)
        return last_outcome(conversation, inbound, sorry_line(library, conversation.language))


def apologise(conversation: Conversation, inbound: Inbound, library: Library) -> Outcome:
    """What the visitor gets when our own code failed: one honest line, and a person who knows."""
    talk = Talk(conversation, inbound, library)
    if inbound.kind not in FROM_VISITORS:
        return talk.outcome()
    if talk.conversation.mode is not Mode.HUMAN:
        talk.say(talk.line("sorry"))
    talk.note("dialog.wants_human", True, inbound.text[:200])
    told = handoff_effect(conversation, talk.turn)
    talk.change(handoff=conversation.handoff or "offered")
    talk.cause(told.kind, told.key)
    return talk.outcome()


def _blame(event: str, inbound: Inbound, error: Exception) -> None:
    """Say what broke and where, and nothing the error says: it could quote a visitor."""
    log.error(
        event,
        conversation=inbound.conversation,
        kind=inbound.kind.value,
        error=type(error).__name__,
        at=place_of(error),
    )


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
