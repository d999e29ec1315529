"""A message as readers see it: folded to one spelling, character for character, with contacts blanked."""

from collections.abc import Sequence
from re import compile as compile_regex
from unicodedata import normalize

from msgspec import Struct, field

BLANK = "\ufffc"  # neither a word character nor white space, so nothing is read across a masked contact

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SPACES = "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_APOSTROPHES = "\u2019\u02bc\u2018\u00b4`\u2032\u02b9"
_LATIN = "aceiopxykmhtb"  # letters that look alike, in lower case, place for place
_CYRILLIC = "асеіорхукмнтв"
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_LATIN_LETTER = compile_regex("[a-z]")
_MIXED = compile_regex(r"[a-z]{1,30}[а-яіїєґ][a-zа-яіїєґ']{0,30}|[а-яіїєґ][а-яіїєґ']{0,29}[a-z][a-zа-яіїєґ']{0,30}")


def _table() -> dict[int, str]:
    table = {ord(char): "-" for char in _DASHES}
    table |= {ord(char): " " for char in _SPACES}
    table |= {ord(char): "'" for char in _APOSTROPHES}
    for code in range(0xC0, 0x250):  # Latin letters with marks: people leave the marks out as often as not
        base = normalize("NFKD", chr(code))[0].lower()
        if base.isascii() and base.isalpha():
            table[code] = base
    return table | {ord("ł"): "l", ord("Ł"): "l", ord("ё"): "е", ord("ґ"): "г", ord("Ё"): "е", ord("Ґ"): "г"}


_FOLD = _table()


class Text(Struct, frozen=True):
    """
    A message: original, and folded of the same length so that offsets in one are offsets in the other.

    Folded is lower case, without Latin diacritics, ё as е, ґ as г, one dash, one apostrophe, look-alike letters
    of the other alphabet put right, and BLANK wherever a contact was found.
    """

    original: str
    folded: str
    language: str
    memo: dict[str, object] = field(default_factory=dict)  # shared by readers

    def quote(self, start: int, end: int) -> str:
        """The visitor's own spelling of text[start:end]."""
        return self.original[start:end]


def prepare(text: str, language: str) -> Text:
    """Fold a message."""
    return Text(text, fold(text), language)


def masked(text: Text, spans: Sequence[tuple[int, int]], language: str) -> Text:
    """The same message with the spans (start, end exclusive) blanked, in this language."""
    folded = text.folded
    for start, end in spans:
        folded = folded[:start] + BLANK * (min(end, len(folded)) - start) + folded[end:]
    return Text(text.original, folded, language)


def fold(text: str) -> str:
    """The folded form of a text, of the same length."""
    lowered = text.lower()
    if len(lowered) != len(text):  # e.g. a dotted capital I becomes two characters
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    if lowered.isascii():
        return lowered.translate(_FOLD) if "`" in lowered or "\t" in lowered else lowered
    folded = lowered.translate(_FOLD)
    return _MIXED.sub(lambda match: _unmix(match[0]), folded) if _LATIN_LETTER.search(folded) else folded


def _unmix(word: str) -> str:
    """Write a word that mixes alphabets in one of them, if look-alikes allow it; Cyrillic is preferred."""
    cyrillic = word.translate(_TO_CYRILLIC)
    if not any("a" <= char <= "z" for char in cyrillic):
        return cyrillic
    latin = word.translate(_TO_LATIN)
    return latin if latin.isascii() else word
