"""
Whether an operator's own words get on with each other and with ours.

A phrase must not mean two things to one reader, a stem must not swallow another meaning's words, and a word so common
that it is found in every other message says nothing.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dialogs.check.places import nearest
from dialogs.errors import BrokenContent, ContentError
from dialogs.facts import READ_BY_EARS
from dialogs.reading.lexicon import Lexicon
from dialogs.reading.packed import Phrase, Step
from dialogs.reading.phrases import Book, Entry, compile_book, spellings, split_words
from dialogs.reading.text import fold
from scoring.values import RoleLevel

SHORTEST_STEM = 4  # letters; a shorter one begins too many words
MOST_SPELLINGS = 60  # of one phrase looked at
COMMONEST = 0.02  # share of ordinary messages a phrase may be found in
LEAST_COMMON = 4  # messages; fewer prove nothing
# Sections whose lists mean something each: a word under two of them is read one way today and another tomorrow.
MEANINGS = ("needs", "role", "tech", "answer", "intent")
TABLES = (("currency", "words"), ("money", "scales"), ("numbers", "words"), ("numbers", "scales"))
_SERVICES = "needs"
LEVELS = frozenset((*(level.value for level in RoleLevel), "ceo"))
OPEN = ("needs", "tech", "sets")  # sections that take names of the operator's own

WAYS_OUT = {"human": "ask for a person", "stop": "make the bot stop"}

_LAST = "\U0010ffff"  # stands behind every letter

Lines = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A word or phrase an operator added."""

    file: str
    key: str
    line: int | None
    section: str  # "needs", or "money.scales"
    value: str  # what it means there
    text: str  # folded

    def problem(self, problem: str, mend: str) -> ContentError:
        """What is wrong with it, with its place."""
        return ContentError(self.file, self.key, f"{self.text!r} {problem}", mend, self.line)


def own_words(file: str, data: Mapping[str, object], line: Lines) -> Iterator[OwnWord]:
    """The words of an operator's lexicon.yaml that mean something by where they stand."""
    for section, value, key, texts in _leaves(data):
        for at, text in enumerate(texts):
            yield OwnWord(file, f"{key}.{at}", line(f"{key}.{at}"), section, value, fold(text))


def service_words(file: str, keywords: Mapping[str, Mapping[str, Sequence[str]]], line: Lines) -> Iterator[OwnWord]:
    """The keywords of an operator's services, category -> language -> words."""
    for category, by_language in keywords.items():
        for language, texts in by_language.items():
            for at, text in enumerate(texts):
                key = f"services.{category}.keywords.{language}.{at}"
                yield OwnWord(file, key, line(key), _SERVICES, category, fold(text))


def misplaced(file: str, own: Mapping[str, object], ours: Mapping[str, object], line: Lines) -> Iterator[ContentError]:
    """Sections and lists of an operator's lexicon that no reader looks into."""
    for section, lists in own.items():
        known = ours.get(section)
        if not isinstance(known, Mapping):
            mend = nearest(str(section), map(str, ours))
            yield ContentError(file, str(section), "no reader looks into this section", mend, line(str(section)))
            continue
        sayable = {*known, *(READ_BY_EARS if section == "mentions" else ())}  # ours has no words for some facts
        for key in lists if isinstance(lists, Mapping) and section not in OPEN else ():
            if key not in sayable:
                name = f"{section}.{key}"
                yield ContentError(
                    file, name, "no reader looks into this list", nearest(str(key), map(str, sayable)), line(name)
                )


def _leaves(data: Mapping[str, object]) -> Iterator[tuple[str, str, str, list[str]]]:
    """Section, meaning, key and texts of everything whose meaning is where it stands."""
    for section in MEANINGS:
        lists = data.get(section)
        for value, texts in lists.items() if isinstance(lists, Mapping) else ():
            yield section, str(value), f"{section}.{value}", _texts(texts)
    for section, table in TABLES:
        outer = data.get(section)
        lists = outer.get(table) if isinstance(outer, Mapping) else None
        for value, texts in lists.items() if isinstance(lists, Mapping) else ():
            words = [word for text in _texts(texts) for word in text.split()]
            yield f"{section}.{table}", str(value), f"{section}.{table}.{value}", words


def _texts(raw: object) -> list[str]:
    return (
        [raw]
        if isinstance(raw, str)
        else [text for text in raw if isinstance(text, str)]
        if isinstance(raw, list)
        else []
    )


def prove_ways_out(sections: Mapping[str, Mapping[str, object]], file: Callable[[str], str]) -> Iterator[ContentError]:
    """
    Every language in which nobody could ask for a person, or have the bot stop.

    Args:
        sections: Lexicons as they are used, language -> sections.
        file: The file of a language, for messages.
    """
    for language, data in sections.items():
        intents = data.get("intent")
        for intent, wanted in WAYS_OUT.items():
            if not (isinstance(intents, Mapping) and _texts(intents.get(intent))):
                problem = f"no words {wanted} in {language}"
                yield ContentError(file(language), f"intent.{intent}", problem, "add the ways people say it")


class _Messages:
    """Ordinary messages of a language, split once and looked up by their words."""

    def __init__(self, language: str, texts: Sequence[str]) -> None:
        self.language = language
        self.split = [split_words(fold(text)) for text in texts]
        self._at: dict[str, set[int]] = {}
        for at, words in enumerate(self.split):
            for word in words.said:
                self._at.setdefault(word, set()).add(at)
        self._sorted = sorted(self._at)

    def holding(self, book: Book) -> int:
        """How many of them hold a phrase of the book; only those that have all its words are read."""
        anchors = [*book.exact.values(), *book.stems.values(), *([] if book.digits is None else [book.digits])]
        phrases = {phrase for row in anchors for phrase in book.phrases.row(row)}
        likely = set[int]().union(*(self._with(phrase) for phrase in phrases))
        return sum(bool(book.find(self.split[at])) for at in likely)

    def _with(self, phrase: Phrase) -> set[int]:
        return set.intersection(*(self._said(step) for step in (phrase.anchor, *phrase.before, *phrase.after)))

    def _said(self, step: Step) -> set[int]:
        """Where a word is said that the step accepts."""
        words = [word for word in step.exact if word in self._at]
        for stem in step.stems:
            words.extend(self._sorted[bisect_left(self._sorted, stem) : bisect_left(self._sorted, stem + _LAST)])
        if step.digit:
            words.extend(word for word in self._sorted if word[0].isdigit())
        return set[int]().union(*(self._at[word] for word in words))


def prove_words(
    own: Sequence[OwnWord],
    packaged: Mapping[str, Mapping[str, object]],
    messages: Mapping[str, Sequence[str]],
    services: Iterable[str],
    book: Book,
) -> tuple[ContentError, ...]:
    """
    Every own word that collides.

    Args:
        own: In the order they are to be reported.
        packaged: Our lexicons, language -> sections, as YAML gave them.
        messages: Ordinary messages of each language, to see what is common.
        services: Categories the company serves or knows.
        book: All phrases, ours and theirs together, as the readers look them up.
    """
    lexicon = _with_sets(packaged)
    ours = [
        (section, value, fold(text))
        for data in packaged.values()
        for section, value, _, texts in _leaves(data)
        for text in texts
    ]
    known = (*ours, *((word.section, word.value, word.text) for word in own))
    meanings: dict[tuple[str, str], set[str]] = {}
    for section, value, text in known:
        meanings.setdefault((section, text), set()).add(value)
    stems = _Stems(known)
    ordinary = [_Messages(language, texts) for language, texts in messages.items()]
    return tuple(
        problem
        for word in own
        for problem in (
            *_doubled(word, meanings, book, lexicon),
            *_swallowing(word, stems),
            *_common(word, ordinary),
            *_unknown(word, frozenset(services)),
        )
    )


def _with_sets(packaged: Mapping[str, Mapping[str, object]]) -> Lexicon:
    """A lexicon of nothing but the sets that phrases may name, of all languages together."""
    sets: dict[str, object] = {}
    for data in packaged.values():
        own = data.get("sets")
        sets |= own if isinstance(own, Mapping) else {}
    return Lexicon("", "", {"sets": sets})


def unreadable(own: Sequence[OwnWord], packaged: Mapping[str, Mapping[str, object]]) -> Iterator[ContentError]:
    """Every own phrase whose notation cannot be read, with its place; see prove_words."""
    lexicon = _with_sets(packaged)
    for word in own:
        if word.section not in MEANINGS:
            continue
        try:
            compile_book([Entry(word.section, word.value, word.text, lexicon)])
        except BrokenContent as error:
            yield word.problem(f"is no phrase: {error.problems[0].problem}", "see docs/your-own-words.md")


def _doubled(
    word: OwnWord, meanings: Mapping[tuple[str, str], set[str]], book: Book, lexicon: Lexicon
) -> Iterator[ContentError]:
    found: dict[str, str] = dict.fromkeys(sorted(meanings[word.section, word.text]), "")
    if word.section in MEANINGS:
        for text in spellings(Entry(word.section, word.value, word.text, lexicon), MOST_SPELLINGS):
            spoken = split_words(text)
            for hit in book.find(spoken).get(word.section, ()):
                if (hit.head, hit.tail) == (0, len(spoken) - 1) and not hit.value.startswith("_"):
                    found.setdefault(hit.value, text if text != word.text else "")
    other = next(filter(_excludes(word), (value for value in sorted(found) if value != word.value)), None)
    if other is not None:
        said = f", said as {found[other]!r}," if found[other] else ""
        problem = f"means {other}{said} as well"
        yield word.problem(problem, "keep it under one of the two, or make the phrase longer")


def _excludes(word: OwnWord) -> Callable[[str], bool]:
    """Whether another meaning cannot be meant together with this one: nobody is two roles, but an owner may decide."""
    if word.section != "role":
        return lambda value: not value.startswith("_")
    return lambda value: value in LEVELS and word.value in LEVELS


class _Stems:
    """Words by how they begin, ours and theirs together, so that nobody looks through all for each."""

    def __init__(self, known: Iterable[tuple[str, str, str]]) -> None:
        """Take section, meaning and text of each, in the order they are told of."""
        self._stems: dict[tuple[str, str], list[tuple[int, str]]] = {}  # section and stem -> place and meaning
        words: list[tuple[str, str, int, str]] = []
        for place, (section, value, text) in enumerate(known):
            if text.endswith("*") and text[:-1].isalpha():
                self._stems.setdefault((section, text[:-1]), []).append((place, value))
            if text.rstrip("*").isalpha():
                words.append((section, text, place, value))
        self._words = sorted(words)

    def begun(self, word: OwnWord) -> tuple[str, str] | None:
        """A stem of another meaning this word begins with, and that meaning."""
        found = [
            (place, value, f"{stem}*")
            for stem in (word.text[:size] for size in range(1, len(word.text) + 1))
            for place, value in self._stems.get((word.section, stem), ())
            if value != word.value and not value.startswith("_")
        ]
        return min(found)[1:] if found else None

    def swallowed(self, word: OwnWord, stem: str) -> tuple[str, str] | None:
        """A word of another meaning that begins with this word's stem, and that meaning."""
        first, behind = (bisect_left(self._words, (word.section, text, 0, "")) for text in (stem, stem + _LAST))
        rows = self._words[first:behind]
        found = [(place, value, text) for _, text, place, value in rows if value != word.value]
        return min(found)[1:] if found else None


def _swallowing(word: OwnWord, stems: _Stems) -> Iterator[ContentError]:
    text = word.text
    if not text.endswith("*") or not text[:-1].isalpha():
        if text.isalpha() and (begun := stems.begun(word)) is not None:
            value, other = begun
            yield word.problem(f"begins like {other!r}, which means {value}", "write a longer phrase")
        return
    stem = text[:-1]
    if len(stem) < SHORTEST_STEM:
        yield word.problem(
            f"begins too many words: {len(stem)} letters", f"write {SHORTEST_STEM} letters or more before *"
        )
    elif (swallowed := stems.swallowed(word, stem)) is not None:
        value, other = swallowed
        yield word.problem(f"swallows {other!r}, which means {value}", "write a longer stem, or the words one by one")


def _common(word: OwnWord, ordinary: Iterable[_Messages]) -> Iterator[ContentError]:
    if word.section not in MEANINGS:
        return
    try:
        book = compile_book([Entry(word.section, word.value, word.text, Lexicon("", word.file, {}))])
    except BrokenContent:
        return  # loading has said so already
    for messages in ordinary:
        found, size = messages.holding(book), len(messages.split)
        if found >= max(LEAST_COMMON, COMMONEST * size):
            problem = f"is found in {found} of {size} ordinary messages ({messages.language})"
            yield word.problem(problem, "make the phrase longer, so that only those who mean it say it")
            return


def _unknown(word: OwnWord, services: frozenset[str]) -> Iterator[ContentError]:
    if word.section == _SERVICES and not word.value.startswith("_") and word.value not in services:
        yield word.problem(f"is a word for {word.value}, which the company does not know", "add it to `services`")
