"""The words of a workspace's languages, compiled: the packaged lexicons with what an operator added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.kept import FOLDER, code, kept
from dialogs.reading.contacts import load_regions
from dialogs.reading.hear import Ears, compile_ears
from dialogs.reading.text import fold
from dialogs.yaml_source import YamlSource

HERE = Path(__file__).resolve().parent
_CODE = (*(HERE.parent / floor for floor in ("scoring", "dialogs")), Path(__file__).resolve())


class Lexicons:
    """The packaged words of some languages, decoded only when somebody looks into them."""

    def __init__(self, texts: Mapping[str, tuple[str, str]]) -> None:
        """Take the name and the text of each language's file."""
        self.texts = texts

    @cached_property
    def sections(self) -> dict[str, dict[str, Any]]:
        """
        Language -> sections, as YAML gave them.

        Raises:
            BrokenContent: A text is no YAML mapping.
        """
        return {language: dict(YamlSource(file, text).data) for language, (file, text) in self.texts.items()}

    @property
    def small(self) -> frozenset[str]:
        """The words, folded, that say nothing of what a question is about."""
        return frozenset(
            fold(" ".join(str(one.get("sets", {}).get("small", "")) for one in self.sections.values())).split()
        )


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the readers hear with, and the small words of the same lexicons, which the FAQ needs."""

    ears: Ears
    small: frozenset[str]


def compile_words(
    lexicons: Lexicons,
    own: Mapping[str, Mapping[str, Any]],
    keywords: Mapping[str, Sequence[str]],
    folder: Path = FOLDER,
) -> Compiled:
    """
    The compiled words, taken from an earlier start where nothing they are made of has changed since.

    Args:
        lexicons: As packaged.
        own: Language -> only what an operator adds.
        keywords: Category -> an operator's words for it, in every language.
        folder: Where they are kept.

    Raises:
        BrokenContent: As compile_ears.
    """

    def compiled() -> Compiled:
        together = {language: merged(words, own.get(language, {})) for language, words in lexicons.sections.items()}
        return Compiled(compile_ears(together, keywords), lexicons.small)

    made_of = (
        code(*_CODE),
        *(f"{language}\n{text}".encode() for language, (_, text) in lexicons.texts.items()),
        repr((own, keywords)).encode(),
    )
    words = kept(made_of, compiled, folder)
    for tongue in words.ears.tongues.values():
        load_regions(tongue.contacts.regions)  # what compiling them has loaded beside, an earlier start has not
    return words


def merged(ours: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """
    A lexicon with an operator's words added: lists grow, strings of forms grow, the rest is replaced.

    Args:
        ours: As packaged.
        own: Only what is added.
    """
    together = dict(ours)
    for key, value in own.items():
        before = together.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            together[key] = merged(before, value)
        elif isinstance(before, list) and isinstance(value, list | str):
            together[key] = [*before, *([value] if isinstance(value, str) else value)]
        elif isinstance(before, str) and isinstance(value, list | str):
            together[key] = " ".join([before, *([value] if isinstance(value, str) else map(str, value))])
        else:
            together[key] = value
    return together
