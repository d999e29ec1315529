"""A conversation as bubbles, with the words that became facts marked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.console.files import SentFile
from bot.console.words import Words
from dialogs.values import Choice, Reply
from scoring.values import Fact, Source
from storage.values import TranscriptTurn


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message; a marked one says in its title what was read from it."""

    text: str
    title: str = ""
    corrected: bool = False  # nothing read from it stands any longer


@dataclass(frozen=True, slots=True)
class Button:
    """A button we offered."""

    label: str
    pressed: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message, or one thing that happened."""

    id: str  # its anchor on the page, "" if nothing links there
    who: str  # visitor | bot | human | event
    name: str  # who, in words
    at: datetime
    pieces: tuple[Piece, ...]
    pressed: bool = False  # a button's label instead of typed words
    file: SentFile | None = None
    buttons: tuple[Button, ...] = ()


def anchor(turn: int) -> str:
    """The anchor of what came in at a turn."""
    return f"turn-{turn}"


def bubbles(
    turns: Sequence[TranscriptTurn],
    facts: Sequence[Fact],
    standing: set[int],
    files: Mapping[str, SentFile],
    words: Words,
) -> list[Bubble]:
    """
    The conversation, oldest first.

    Args:
        turns: Oldest first.
        facts: All that was ever read from it.
        standing: `id` of those that still stand.
        files: What was sent, by inbound id.
        words: Of the reader.
    """
    pressed = {turn.text for turn in turns if turn.kind == "choice"}
    told: dict[str, list[Fact]] = {}
    for fact in facts:
        told.setdefault(fact.evidence.inbound, []).append(fact)
    offered: list[Choice] = []
    shown: list[Bubble] = []
    for turn in turns:
        bubble = _inbound(turn, told.get(turn.inbound, []), standing, offered, words)
        file = files.get(turn.inbound)
        if not _is_ours(turn):  # what one of us says stands among the replies
            shown.append(bubble if file is None else replace(bubble, pieces=(Piece(file.name),), file=file))
        said = [_reply(reply, turn, pressed, words) for reply in turn.replies]
        if _is_ours(turn) and said:
            said[0] = replace(said[0], id=anchor(turn.turn))
        shown.extend(said)
        offered.extend(choice for reply in turn.replies for choice in reply.choices)
    return shown


def _inbound(
    turn: TranscriptTurn, facts: Sequence[Fact], standing: set[int], offered: Sequence[Choice], words: Words
) -> Bubble:
    key = anchor(turn.turn)
    match turn.kind:
        case "text":
            return Bubble(key, "visitor", words("who.visitor"), turn.at, marked(turn.text, facts, standing, words))
        case "choice":
            label = _label(turn.text, offered, facts)
            pieces = _whole(label, [fact for fact in facts if fact.evidence.source is Source.CHOICE], standing, words)
            return Bubble(key, "visitor", words("who.visitor"), turn.at, pieces, pressed=True)
        case "file":
            return Bubble(key, "visitor", words("who.visitor"), turn.at, (Piece(turn.text),))
        case _:
            return Bubble(key, "event", words("who.system"), turn.at, (Piece(_event(turn, words)),))


def taken_over(turns: Iterable[TranscriptTurn]) -> bool:
    """Whether one of us has the conversation, so that the bot is silent."""
    taken = False
    for turn in turns:
        if turn.kind == "human":
            taken = turn.text != "hands_back"
        elif turn.kind == "timeout":
            taken = taken and turn.text not in ("unanswered", "rest")
    return taken


def _is_ours(turn: TranscriptTurn) -> bool:
    return turn.kind == "human" and turn.text not in ("takes_over", "hands_back")


def _reply(reply: Reply, turn: TranscriptTurn, pressed: set[str], words: Words) -> Bubble:
    who = "human" if reply.author == "human" else "bot"
    buttons = tuple(Button(choice.label, choice.id in pressed) for choice in reply.choices)
    return Bubble("", who, words(f"who.{who}"), turn.at, (Piece(reply.text),), buttons=buttons)


def _event(turn: TranscriptTurn, words: Words) -> str:
    if turn.kind in ("signal", "timeout"):
        return words(f"event.{turn.kind}", what=words.name(turn.kind, turn.text))
    return words.name("event", turn.text if turn.kind == "human" else turn.kind)


def _label(choice: str, offered: Sequence[Choice], facts: Sequence[Fact]) -> str:
    """What stood on the button: the latest one offered under this id, or under this bare choice id."""
    for one in reversed(offered):
        if one.id == choice or one.id.rpartition(":")[2] == choice:
            return one.label
    quoted = (fact.evidence.quote for fact in facts if fact.evidence.source is Source.CHOICE)
    return next(quoted, choice)


def marked(text: str, facts: Iterable[Fact], standing: set[int], words: Words) -> tuple[Piece, ...]:
    """The text in order and complete, with the quotes of facts marked; overlapping ones as one mark."""
    spans = _spans(text, facts)
    pieces: list[Piece] = []
    at = 0
    for start, end, said in _clusters(spans):
        pieces.append(Piece(text[at:start]))
        pieces.extend(_whole(text[start:end], said, standing, words))
        at = end
    pieces.append(Piece(text[at:]))
    return tuple(piece for piece in pieces if piece.text)


def _spans(text: str, facts: Iterable[Fact]) -> list[tuple[int, int, Fact]]:
    told = [fact for fact in facts if fact.evidence.source is Source.MESSAGE]
    spans = [(max(fact.evidence.start, 0), min(fact.evidence.end, len(text)), fact) for fact in told]
    return sorted((span for span in spans if span[0] < span[1]), key=lambda span: span[:2])


def _clusters(spans: Sequence[tuple[int, int, Fact]]) -> Iterator[tuple[int, int, list[Fact]]]:
    open_: tuple[int, int, list[Fact]] | None = None
    for start, end, fact in spans:
        if open_ is not None and start < open_[1]:
            open_ = (open_[0], max(open_[1], end), [*open_[2], fact])
            continue
        if open_ is not None:
            yield open_
        open_ = (start, end, [fact])
    if open_ is not None:
        yield open_


def _whole(text: str, facts: Sequence[Fact], standing: set[int], words: Words) -> tuple[Piece, ...]:
    if not facts:
        return (Piece(text),)
    titles = dict.fromkeys(f"{words.name('fact', fact.key)}: {words.value(fact.key, fact.value)}" for fact in facts)
    return (Piece(text, "; ".join(titles), corrected=not any(id(fact) in standing for fact in facts)),)
