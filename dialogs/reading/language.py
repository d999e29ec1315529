"""Which of our languages a message is in, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from re import compile as compile_regex

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Words
from dialogs.reading.text import fold

LETTER = 3.0  # a letter only one language has is worth three of its common words
SURE = 3.0  # points at which the confidence is one
HINT = 0.3  # confidence when only the alphabet or a part of a word tells
LEAST_OTHERS = 2  # words of the other alphabet that make a second language of it
LEAST_LETTERS = 4  # of a word that hints at a language; "CRM" and "ok" belong to all
BEGINNING = 5  # letters of a word that tell whose it is, whatever its ending
FOREIGN = frozenset({"tech", "contacts", "borrows"})  # sections whose words belong to no language
_WORD = compile_regex(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """Letters no other of our languages has, common words, endings, and whether it is written in Cyrillic."""

    letters: frozenset[str]
    words: frozenset[str]
    endings: tuple[str, ...] = ()
    cyrillic: bool = False
    beginnings: frozenset[str] = frozenset()  # of its words in the lexicon that no other language has
    share: float = 0.0  # of its own letters in its words: without them a long text is less likely to be in it


def compile_languages(lexicons: Mapping[str, Lexicon]) -> dict[str, LanguageWords]:
    """
    What tells each language from the others.

    Of the section `language`: letters (one string), words, and endings that tell when neither does. Of all sections:
    beginnings of words that stand in no other of the lexicons.
    """
    own = {language: _compile(lexicon) for language, lexicon in lexicons.items()}
    spelled = {
        language: _spelled(" ".join(_texts(lexicon.sections)), own[language].cyrillic)
        for language, lexicon in lexicons.items()
    }
    begun = {language: frozenset(map(_beginning, map(fold, words))) for language, words in spelled.items()}
    told: dict[str, LanguageWords] = {}
    for language, words in own.items():
        others = frozenset[str]().union(*(found for one, found in begun.items() if one != language))
        letters = "".join(spelled[language])
        share = sum(map(letters.count, words.letters)) / max(1, len(letters))
        told[language] = replace(words, beginnings=begun[language] - others, share=share)
    return told


def _compile(lexicon: Lexicon) -> LanguageWords:
    raw = lexicon.section("language").get("letters", "")
    letters = frozenset(raw) if isinstance(raw, str) else frozenset()
    words = frozenset(word.replace("'", "") for word in lexicon.words("language", "words"))
    endings = tuple(sorted(set(lexicon.words("language", "endings"))))
    return LanguageWords(letters, words, endings, any(_is_cyrillic(word) for word in words))


def _texts(section: object) -> Iterator[str]:
    """All that is written in a section, with what is in it."""
    if isinstance(section, str):
        yield section
    elif isinstance(section, Mapping):
        for name, part in section.items():
            if name not in FOREIGN:
                yield from _texts(part)
    elif isinstance(section, list):
        for part in section:
            yield from _texts(part)


def _spelled(text: str, cyrillic: bool) -> list[str]:
    """The words in this alphabet, long enough to tell something."""
    words = _WORD.findall(text.lower().replace("'", ""))
    return [word for word in words if len(word) >= LEAST_LETTERS and _is_cyrillic(word) is cyrillic]


def _beginning(word: str) -> str:
    return word[:BEGINNING]


def _is_cyrillic(word: str) -> bool:
    return "а" <= word[0] <= "ґ"


def _hinted(norms: Sequence[str], known: Mapping[str, LanguageWords], spoken: str) -> tuple[str | None, float]:
    """What the endings, and failing them the alphabet, hint at when common words tell nothing."""
    long = [word for word in norms if len(word) >= LEAST_LETTERS and word.isalpha()]
    alphabet = {_is_cyrillic(word) for word in long}
    likely = [language for language, own in known.items() if own.cyrillic in alphabet]
    ends = {language: sum(word.endswith(known[language].endings) for word in long) for language in likely}
    size = sum(map(len, long))

    def rank(language: str) -> tuple[int, bool, float]:
        return ends[language], language == spoken, -round(known[language].share * size)

    best = max(likely, key=rank, default=None)
    if best is None or not (ends[best] or known[best].cyrillic):
        return None, 0.0
    return best, HINT


def detect_language(
    original: str, words: Words, known: Mapping[str, LanguageWords], spoken: str = ""
) -> tuple[str | None, float]:
    """
    The likeliest language and a confidence from 0 to 1.

    Where two are as likely, the one spoken so far is: "хочу сайт" is Russian to whom speaks Russian.
    "ok", "CRM" or a number say nothing: the language is then None or its confidence low, so that a conversation does
    not switch because of them.
    """
    letters = frozenset(original[:2000].lower())
    total = max(1, len(words))
    points: dict[str, float] = {}
    norms = words.norms[:300]
    begun = [_beginning(word) for word in norms if len(word) >= LEAST_LETTERS]
    for language, own in known.items():
        common: float = sum(map(own.words.__contains__, norms)) + sum(map(own.beginnings.__contains__, begun))
        if not own.letters.isdisjoint(letters):
            common += LETTER * min(2, len(letters & own.letters))
        points[language] = common
    if not points:
        return None, 0.0
    ranked = sorted(points.items(), key=lambda pair: -pair[1])
    (best, most), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    if most == second:
        tied = [language for language in known if points[language] == most]
        return _hinted(norms, {language: known[language] for language in tied}, spoken)
    lead = (most - second) / most
    weight = min(1.0, most / SURE) if total > 1 else min(0.6, most / SURE)
    return best, round(max(HINT, lead * weight), 3)


def second_language(words: Words, known: Mapping[str, LanguageWords], first: str) -> str | None:
    """The language of the words of a message that are written in the other alphabet; None where they are but names."""
    cyrillic = known[first].cyrillic
    others = [word for word in words.norms if len(word) > 1 and word.isalpha() and _is_cyrillic(word) is not cyrillic]
    if len(others) < LEAST_OTHERS:
        return None
    told = {
        language: sum(map(own.words.__contains__, others)) + sum(word.endswith(own.endings) for word in others)
        for language, own in known.items()
        if own.cyrillic is not cyrillic
    }
    return max(told, key=lambda language: told[language]) if any(told.values()) else None
