"""A language's words, checked while loading; every reader compiles its own part of them once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from dialogs.errors import BrokenContent, ContentError
from dialogs.reading.text import fold

Section = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """
    The words of one language in sections, each a mapping; readers turn sections into tables and patterns.

    Every accessor raises BrokenContent when the content has another shape than the reader asks for.
    """

    language: str
    file: str  # for messages to the author
    sections: Mapping[str, Section]

    def section(self, name: str) -> Section:
        """The raw mapping under a top-level key; empty if the language has none."""
        return self.sections.get(name, {})

    def words(self, section: str, key: str) -> tuple[str, ...]:
        """The folded words or phrases listed under section.key (a lone string is one phrase); () if absent."""
        return self._listed(self.section(section).get(key), f"{section}.{key}")

    def groups(self, section: str, key: str | None = None) -> dict[str, tuple[str, ...]]:
        """Name -> folded words: section.key (or the whole section) read as a mapping of lists."""
        raw: object = self.section(section) if key is None else self.section(section).get(key, {})
        where = section if key is None else f"{section}.{key}"
        if not isinstance(raw, Mapping):
            self.refuse(where, f"expected a mapping of lists, found {type(raw).__name__}")
        return {str(name): self._listed(value, f"{where}.{name}") for name, value in raw.items()}

    def forms(self, section: str, key: str | None = None) -> dict[str, tuple[str, ...]]:
        """Name -> single words in all their forms, written as one string with spaces (or as lists)."""
        return {
            name: tuple(form for phrase in phrases for form in phrase.split())
            for name, phrases in self.groups(section, key).items()
        }

    def single(self, section: str, key: str) -> frozenset[str]:
        """The single words under section.key, written as one string with spaces (or as a list)."""
        return frozenset(form for phrase in self.words(section, key) for form in phrase.split())

    def sources(self, section: str, others: Mapping[str, "Lexicon"]) -> tuple["Lexicon", ...]:
        """The lexicon itself, then those whose words of a section its speakers mix in (borrows.<section>)."""
        return (self, *(others[name] for name in self.words("borrows", section) if name in others))

    def refuse(self, key: str, problem: str, mend: str = "") -> NoReturn:
        """Raise BrokenContent for one key of this file."""
        raise BrokenContent((ContentError(self.file, key, problem, mend),))

    def _listed(self, raw: object, where: str) -> tuple[str, ...]:
        if raw is None:
            return ()
        if isinstance(raw, str):
            return (fold(raw),)
        if not isinstance(raw, list):
            self.refuse(where, f"expected a list of words, found {type(raw).__name__}")
        for word in raw:
            if not isinstance(word, str) or not word.strip() or "\n" in word:
                self.refuse(where, f"expected words, found {word!r}", "put it in quotes")
        return tuple(fold("\n".join(raw)).split("\n")) if raw else ()  # one fold for the list: the same, and quicker


def compile_lexicon(language: str, data: Mapping[str, object], file: str) -> Lexicon:
    """
    Check an already decoded lexicon.

    Args:
        language: Two letters, e.g. "uk".
        data: Top-level keys to mappings, as YAML gave them.
        file: Where they stand, for messages.

    Raises:
        BrokenContent: A section is not a mapping with text keys; lists every such section.
    """
    problems: list[ContentError] = []
    sections: dict[str, Section] = {}
    for name, section in data.items():
        if not isinstance(section, Mapping):
            problems.append(ContentError(file, str(name), f"expected a mapping, found {type(section).__name__}"))
            continue
        odd = [key for key in section if not isinstance(key, str)]
        problems += [
            ContentError(file, f"{name}.{key}", f"expected a text key, found {key!r}", "put it in quotes")
            for key in odd
        ]
        sections[str(name)] = section
    if problems:
        raise BrokenContent(tuple(problems))
    return Lexicon(language, file, sections)
