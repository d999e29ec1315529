"""Which of our languages a message is in, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from re import compile as compile_regex
from typing import NamedTuple

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Words
from dialogs.reading.text import fold

LETTER = 3.0  # a letter only one language has is worth three of its common words
SURE = 3.0  # points at which the confidence is one
HINT = 0.3  # confidence when only the alphabet or a part of a word tells
LEAST_OTHERS = 2  # words of the other alphabet that make a second language of it
LEAST_LETTERS = 4  # of a word that hints at a language; "CRM" and "ok" belong to all
LEAST_TOLD = 2  # words of a message that are another language's and not the one spoken, for it to be followed
OUTWEIGH = 3  # times as many as those of the one spoken alone: "Привет! We need CRM, бюджет 5к"
LEAST_UNCOMMON = 3  # such words that tell as much as a common one: "product owner" is said in every language
QUITE = 0.8  # how sure detection is of a message that one word tells from the language spoken
LEAST_WORDS = 3  # of such a message; two where a letter tells
LEAST_TELLING = 3  # letters of such a word
BEGINNING = 5  # letters of a word that tell whose it is, whatever its ending
FOREIGN = frozenset({"tech", "contacts", "borrows"})  # sections whose words belong to no language
_WORD = compile_regex(r"[^\W\d_]+")
_CHUNK = compile_regex(r"\S+")
_ADDRESS = compile_regex(r"@|\w\.\w|//")
_MOST_LETTERS, _MOST_WORDS = 2000, 300  # of a message looked at for its language


class _Word(NamedTuple):
    """A word of a message: whose it can be, whether by a letter only they have, and whether written small."""

    norm: str
    tongues: frozenset[str]
    lettered: bool
    small: bool


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """Letters no other of our languages has, common words, endings, and whether it is written in Cyrillic."""

    letters: frozenset[str]
    words: frozenset[str]
    endings: tuple[str, ...] = ()
    cyrillic: bool = False
    beginnings: frozenset[str] = frozenset()  # of its words in the lexicon that no other language has
    share: float = 0.0  # of its own letters in its words: without them a long text is less likely to be in it
    begun: frozenset[str] = frozenset()  # all beginnings of its words in the lexicon
    borrowed: frozenset[str] = frozenset()  # words of the lexicon in the other alphabet: "product owner", "лид"


def compile_languages(lexicons: Mapping[str, Lexicon]) -> dict[str, LanguageWords]:
    """
    What tells each language from the others.

    Of the section `language`: letters (one string), words, and endings that tell when neither does. Of all sections:
    beginnings of words that stand in no other of the lexicons.
    """
    own = {language: _compile(lexicon) for language, lexicon in lexicons.items()}
    texts = {language: " ".join(_texts(lexicon.sections)) for language, lexicon in lexicons.items()}
    spelled = {language: _spelled(text, own[language].cyrillic) for language, text in texts.items()}
    begun = {language: frozenset(map(_beginning, map(fold, words))) for language, words in spelled.items()}
    told: dict[str, LanguageWords] = {}
    for language, words in own.items():
        others = frozenset[str]().union(*(found for one, found in begun.items() if one != language))
        letters = "".join(spelled[language])
        share = sum(map(letters.count, words.letters)) / max(1, len(letters))
        borrowed = frozenset(map(fold, _spelled(texts[language], not words.cyrillic, least=1)))
        told[language] = replace(
            words, beginnings=begun[language] - others, share=share, begun=begun[language], borrowed=borrowed
        )
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


def _spelled(text: str, cyrillic: bool, least: int = LEAST_LETTERS) -> list[str]:
    """The words in this alphabet, long enough to tell something."""
    words = _WORD.findall(text.lower().replace("'", ""))
    return [word for word in words if len(word) >= least and _is_cyrillic(word) is cyrillic]


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
    letters = frozenset(original[:_MOST_LETTERS].lower())
    total = max(1, len(words))
    points: dict[str, float] = {}
    norms = words.norms[:_MOST_WORDS]
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


def another_language(original: str, words: Words, known: Mapping[str, LanguageWords], spoken: str) -> str | None:
    """
    The language, other than the one spoken, that a message of several words is surely in; else None.

    One borrowed word, a name or an address does not make another language of a message; a short sentence does.
    """
    if spoken not in known:
        return None
    told = _told(original, words, known, spoken)
    counts = {language: sum(language in one.tongues for one in told) for language in known}
    if not told or counts[spoken] == max(counts.values()):
        return None
    found, sure = detect_language(original, words, known, spoken)
    best = max(counts, key=lambda language: (counts[language], language == found))
    for_best = [one for one in told if best in one.tongues and spoken not in one.tongues]
    for_spoken = sum(spoken in one.tongues and best not in one.tongues for one in told)
    if len(for_best) < OUTWEIGH * for_spoken:
        return None
    common = any(one.norm in known[best].words or one.lettered for one in for_best)
    common = common or known[best].cyrillic > known[spoken].cyrillic  # nobody borrows words from Cyrillic
    if len(for_best) >= (LEAST_TOLD if common else LEAST_UNCOMMON):
        return best
    telling = [one for one in for_best if len(one.norm) >= LEAST_TELLING and one.small]
    enough = LEAST_TOLD if any(one.lettered for one in telling) else LEAST_WORDS
    return best if telling and found == best and sure >= QUITE and len(words) >= enough else None


def _told(original: str, words: Words, known: Mapping[str, LanguageWords], spoken: str) -> list[_Word]:
    """The words of a message, each once, that are in no name or address."""
    chunks = _CHUNK.finditer(original[:_MOST_LETTERS])
    addresses = [chunk.span() for chunk in chunks if _ADDRESS.search(chunk[0])]
    names = frozenset[int]() if original.isupper() else _names(original, words, known)
    told: dict[str, _Word] = {}
    for at, (norm, start, end) in enumerate(zip(words.norms[:_MOST_WORDS], words.starts, words.ends, strict=False)):
        inside = any(begin <= start < close for begin, close in addresses)
        if norm.isalpha() and at not in names and norm not in told and not inside:
            told[norm] = _word(norm, original[start:end], known, spoken)
    return list(told.values())


def _word(norm: str, written: str, known: Mapping[str, LanguageWords], spoken: str) -> _Word:
    """The languages a word can be of: by its letters, as a common word or by how words begin."""
    letters = {language for language, own in known.items() if not own.letters.isdisjoint(written.lower())}
    if letters:
        return _Word(norm, frozenset(letters), lettered=len(letters) == 1, small=written.islower())
    begins = _beginning(norm) if len(norm) >= LEAST_LETTERS else ""
    common = {language for language, own in known.items() if norm in own.words}
    begun = {language for language, own in known.items() if begins in own.begun}
    borrowed = {spoken} if not common and norm in known[spoken].borrowed else set[str]()
    return _Word(norm, frozenset(common | begun | borrowed), lettered=False, small=written.islower())


def _names(original: str, words: Words, known: Mapping[str, LanguageWords]) -> frozenset[int]:
    """The places of words with a capital letter, and of small ones between two such; a common word opens no name."""
    norms, clauses = words.norms[:_MOST_WORDS], words.clauses
    capital = [
        at for at, norm in enumerate(norms) if len(norm) >= LEAST_LETTERS and original[words.starts[at]].isupper()
    ]
    names: set[int] = set()
    for one, other in pairwise((-1, *capital)):
        inner = range(one + 1, other)
        joined = one >= 0 and all(norms[at].isalpha() and len(norms[at]) < LEAST_LETTERS for at in inner)
        opens = other == 0 or clauses[other] != clauses[other - 1]
        if not opens:
            names.add(other)
        if joined and not opens and (one in names or not any(norms[one] in own.words for own in known.values())):
            names.update((one, *inner))
    return frozenset(names)


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
