"""Messages typed on the wrong keyboard layout or in Latin letters, spelled as they were meant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dialogs.reading.language import LanguageWords

_LAYOUTS = {
    "ru": ("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю"),
    "uk": ("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхїфівапролджєячсмитьбю"),
}
# Latin spellings of Cyrillic sounds, longest first, as people type them without a Cyrillic keyboard.
_SOUNDS = {
    "ru": (
        ("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
        ("yu", "ю"), ("ju", "ю"), ("ya", "я"), ("ja", "я"), ("yo", "е"), ("jo", "е"), ("ai", "ай"),
        ("ei", "ей"), ("iy", "ий"), ("yj", "ый"), ("a", "а"), ("b", "б"), ("v", "в"), ("w", "в"),
        ("g", "г"), ("d", "д"), ("e", "е"), ("z", "з"), ("i", "и"), ("j", "й"), ("k", "к"), ("l", "л"),
        ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"),
        ("f", "ф"), ("h", "х"), ("c", "ц"), ("y", "ы"), ("x", "кс"), ("q", "к"),
    ),
    "uk": (
        ("shch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю"),
        ("ju", "ю"), ("ya", "я"), ("ja", "я"), ("yi", "ї"), ("ji", "ї"), ("ye", "є"), ("je", "є"),
        ("ii", "ії"), ("ai", "ай"), ("ei", "ей"), ("a", "а"), ("b", "б"), ("v", "в"), ("w", "в"),
        ("h", "г"), ("g", "г"), ("d", "д"), ("e", "е"), ("z", "з"), ("y", "и"), ("i", "і"), ("j", "й"),
        ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("r", "р"), ("s", "с"),
        ("t", "т"), ("u", "у"), ("f", "ф"), ("c", "ц"), ("x", "кс"), ("q", "к"),
    ),
}  # fmt: skip
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "фівапролджє")
_VOWELS = frozenset("aeiouyаеиоуыэюяіїє")
RUN = 4  # keys side by side, one after the other; "tree" has three, and more stand in words by chance
_KEYED = frozenset(
    row[at : at + RUN] for both in _ROWS for row in (both, both[::-1]) for at in range(len(both) - RUN + 1)
)
MOSTLY = 0.75  # of a word, in such runs: "пролог" begins with one
UNSPEAKABLE = 6  # letters without a vowel; HTTPS has five
SHORT = 40  # words, and letters of a word; nobody types a page like that


@dataclass(frozen=True, slots=True)
class Spelling:
    """Layout tables of the languages there are."""

    layouts: Mapping[str, Mapping[int, int]]


def compile_spelling(known: Mapping[str, LanguageWords]) -> Spelling:
    """The tables for those of our languages that are not written in Latin letters."""
    return Spelling({language: str.maketrans(*_LAYOUTS[language]) for language in known if language in _LAYOUTS})


def respell(norms: Sequence[str], spelling: Spelling, language: str) -> Iterator[list[str]]:
    """Other spellings of an all-Latin message, likeliest first; none unless the language is Cyrillic."""
    table = spelling.layouts.get(language)
    if table is None or len(norms) > SHORT or not all(word.isascii() and len(word) <= SHORT for word in norms):
        return
    yield [word.translate(table) for word in norms]
    yield [_sounded(word, language) for word in norms]


def _sounded(word: str, language: str) -> str:
    spelled, at = [], 0
    while at < len(word):
        for latin, cyrillic in _SOUNDS[language]:
            if word.startswith(latin, at):
                spelled.append(cyrillic)
                at += len(latin)
                break
        else:
            spelled.append(word[at])
            at += 1
    return "".join(spelled)


def is_typed_at_random(word: str) -> bool:
    """Whether a folded word is keys hit at random: "asdfghjkl", "qwrtpsdf", "aaaaa"."""
    if len(word) < RUN or not word.isalpha():
        return False
    if len(set(word)) == 1 or (len(word) >= UNSPEAKABLE and _VOWELS.isdisjoint(word)):
        return True
    word = word[:SHORT]
    if not any(word[at : at + RUN] in _KEYED for at in range(len(word) - RUN + 1)):
        return False
    return sum(_runs(word)) >= MOSTLY * len(word)


def _runs(word: str) -> Iterator[int]:
    """The lengths of what is typed from key to key in a row, either way."""
    at = 0
    while at + RUN <= len(word):
        length = max(_run(word, at, row) for both in _ROWS for row in (both, both[::-1]))
        if length >= RUN:
            yield length
        at += max(length, 1)


def _run(word: str, at: int, row: str) -> int:
    begin = row.find(word[at])
    length = 0
    while begin >= 0 and word[at + length : at + length + 1] and row.startswith(word[at + length], begin + length):
        length += 1
    return length
