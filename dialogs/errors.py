"""
What can go wrong with content; nothing a visitor does is in this tree.

ContentError   one thing an author of content has to mend
BrokenContent  all of them together, raised while loading, never during a turn
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ContentError:
    """One problem in a content file, said so that its author can mend it."""

    file: str
    key: str  # dotted path inside the file, "" for the whole file
    problem: str  # what was expected and what was found
    mend: str = ""  # what to do about it
    line: int | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        mend = f" -> {self.mend}" if self.mend else ""
        return f"{where}:{key} {self.problem}{mend}"


_FOLDED_FROM = 4  # so many of one kind at one place make one line; fewer are read faster one by one
_NAMED = 12  # keys such a line names


def folded(problems: Sequence[ContentError]) -> Iterator[str]:
    """
    The problems as lines for people: those that differ in nothing but their key share one.

    A language that lacks a hundred texts would otherwise hide the one slip between them.
    """
    kinds: dict[ContentError, list[ContentError]] = {}
    for problem in problems:
        kinds.setdefault(replace(problem, key=""), []).append(problem)
    for kind, found in kinds.items():
        if len(found) < _FOLDED_FROM:
            yield from map(str, found)
            continue
        keys = ", ".join(problem.key for problem in found[:_NAMED])
        rest = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        yield str(replace(kind, problem=f"{kind.problem} ({len(found)} times): {keys}{rest}"))


class BrokenContent(Exception):  # noqa: N818 - named for what happened
    """The content cannot serve visitors; lists every problem found."""

    def __init__(self, problems: tuple[ContentError, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type["BrokenContent"], tuple[tuple[ContentError, ...]]]:
        """Travels between processes as it was raised."""
        return type(self), (self.problems,)
