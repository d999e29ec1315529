"""Tokens of a message: figures, words and other signs with their spans; and what figures are worth."""

from decimal import Decimal, InvalidOperation
from itertools import islice
from re import compile as compile_regex

from msgspec import Struct

LIMIT = 240  # tokens looked at: a reply has fewer, and nobody names a budget after a page of words

_TOKEN = compile_regex(
    r"(?P<n>\d{1,3}(?P<g>[ '.,])\d{3}(?:(?P=g)\d{3}){0,5}(?:(?!(?P=g))[.,] ?\d{1,2})?(?!\d)"
    r"|\d{1,30}[.,]\d{1,12}|\d{1,30})"
    # Two letters with dots, "т. р."; not a letter with a dot before a word of one letter, "9900 р. в месяц".
    r"|(?P<a>(?<![^\W\d_])[^\W\d_]\.(?:\s(?![aeiouwzаеиіоуюяєвзксй][\s']))?[^\W\d_](?![^\W\d_])\.?)"
    r"|(?P<w>[^\W\d_]{1,60}(?:'[^\W\d_]{1,40}){0,2})"
    r"|(?P<s>\S)"
)
_GROUPED = compile_regex(r"([1-9]\d{0,2})([ '.,])\d{3}(?:\2\d{3}){0,5}(?:[., ]{1,2}\d{1,2})?")


class Token(Struct, frozen=True, gc=False):
    """A number in figures (n), a word (w) or another sign (s), with its span in the folded text."""

    kind: str
    text: str
    start: int
    end: int
    glued: bool  # no blank between it and the token before


def tokenise(folded: str) -> tuple[Token, ...]:
    """The first tokens of a folded text, at most LIMIT."""
    tokens: list[Token] = []
    before = -1
    for match in islice(_TOKEN.finditer(folded), LIMIT):
        kind = match.lastgroup or "s"
        word = match[0]
        if kind == "g":
            kind = "n"
        elif kind == "a":
            kind, word = "w", word.replace(".", "").replace(" ", "")
        start, end = match.span()
        tokens.append(Token(kind, word, start, end, start == before))
        before = end
    return tuple(tokens)


def figure(raw: str, dot_groups: bool) -> Decimal:
    """The value of figures: "2 134,5", "1.200.000", "2,5"; dot_groups says whether 4.800 is 4800."""
    grouped = _GROUPED.fullmatch(raw)
    if grouped is not None:
        separator = grouped[2]
        if separator != "." or dot_groups or raw.count(".") > 1 or "," in raw:
            whole, _, rest = raw.replace(separator, "").replace(" ", "").replace(",", ".").partition(".")
            return Decimal(f"{whole}.{rest or 0}")
    try:
        return Decimal(raw.replace(",", ".").replace(" ", "").replace("'", ""))
    except InvalidOperation:  # "1.234.5": not a number people mean
        return Decimal(0)
