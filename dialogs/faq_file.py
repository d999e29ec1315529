"""A workspace's faq.yaml: the questions visitors ask, the answers in every language, and what is wrong with them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from dialogs.errors import BrokenContent, ContentError
from dialogs.faq import AHEAD, WORD, Faq, FaqEntryFile, compile_faq, texts_of
from dialogs.yaml_source import YamlSource


@dataclass(frozen=True, slots=True)
class FaqFile:
    """A decoded faq.yaml: the index, the answers as texts of each language, and where they stand."""

    faq: Faq = field(default_factory=Faq)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language -> faq.<entry>[/n] -> text
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # faq.<entry> -> file, line
    problems: tuple[ContentError, ...] = ()


def read_faq(file: str, text: str, languages: Iterable[str], small: Collection[str] = ()) -> FaqFile:
    """
    The questions and answers of a workspace.

    Args:
        file: Its name, for messages.
        text: YAML.
        languages: Of the company: every entry is answered in each of them.
        small: Folded words that say nothing of what is asked about.

    Raises:
        BrokenContent: The file has another shape.

    Returns:
        With the problems of its content: answers missing, questions empty, or two entries the same words would find.
    """
    source = YamlSource(file, text)
    entries = {str(name): _entry(source, str(name)) for name in source.data}
    faq = compile_faq(entries, small)
    problems: list[ContentError] = []
    answers: dict[str, dict[str, str]] = {language: {} for language in languages}
    for name, entry in entries.items():
        problems.extend(_faults(source, name, entry, answers, faq))
        for language, texts in answers.items():
            for number, answer in enumerate(entry.answers.get(language, ()), 1):
                texts[f"faq.{name}" if number == 1 else f"faq.{name}/{number}"] = answer
    places = {f"faq.{name}": (file, source.line(name) or 0) for name in entries}
    return FaqFile(faq, answers, places, tuple(problems))


def _entry(source: YamlSource, name: str) -> FaqEntryFile:
    try:
        return msgspec.convert(source.data[name], FaqEntryFile, strict=True)
    except msgspec.ValidationError as error:
        problem = str(error).split(" - at ", maxsplit=1)[0]
        mend = "write `asks:` and `answers:` with lists of texts under each language"
        raise BrokenContent((source.problem(name, problem, mend),)) from error


def _faults(
    source: YamlSource, name: str, entry: FaqEntryFile, languages: Iterable[str], faq: Faq
) -> Iterator[ContentError]:
    if not any(text.strip() for text in texts_of(entry.asks)):
        yield source.problem(f"{name}.asks", "nobody can ask it", "write a few ways to put the question")
    for language in languages:
        if not any(answer.strip() for answer in entry.answers.get(language, ())):
            yield source.problem(f"{name}.answers", f"has no answer in {language!r}", "the company speaks it: add one")
    for language, texts in entry.asks.items():
        for at, text in enumerate(texts):
            key = f"{name}.asks.{language}.{at}"
            if not WORD.search(text):
                yield source.problem(key, "holds no words", "write the question, or remove it")
                continue
            ranked = faq.ranked(text)
            rivals = [other for other, likeness in ranked if other != name and 1.0 - likeness < AHEAD]
            if rivals:
                yield source.problem(key, f"is asked under {rivals[0]!r} as well", "keep it in one of the two")
