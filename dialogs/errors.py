"""
What can go wrong with content; nothing a visitor does is in this tree.

ContentError   one thing an author of content has to mend
BrokenContent  all of them together, raised while loading, never during a turn
"""

from dataclasses import dataclass


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


class BrokenContent(Exception):  # noqa: N818 - named for what happened
    """The content cannot serve visitors; lists every problem found."""

    def __init__(self, problems: tuple[ContentError, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
