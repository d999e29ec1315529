"""The numbers of a message, in figures and in words; read once and shared by all numeric readers."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from dialogs.reading.numberwords import HALF, NumberWords
from dialogs.reading.text import Text
from dialogs.reading.tokens import Token, figure, tokenise

ONE = Decimal(1)
TEN = Decimal(10)
HUNDRED = Decimal(100)
ZERO = Decimal(0)
BOUNDLESS = Decimal(10**15)  # more than any number in words
THOUSAND = Decimal(1000)
_COMPOUND = 6, 60  # letters of a number written as one word


class Number(Struct, frozen=True, gc=False):
    """A number over tokens[first:last] (text[start:end])."""

    value: Decimal
    first: int
    last: int
    start: int
    end: int
    figures: bool = False  # begins with figures
    scale: Decimal = ONE  # 1000 in "50k"
    plus: bool = False  # "5+ mln"
    high: Decimal | None = None  # the upper end of "twenty-odd"
    inverted: bool = False  # "тысяч 5"


class Numbers(Struct, frozen=True, gc=False):
    """All tokens of a message and the numbers in it, in order."""

    tokens: tuple[Token, ...]
    found: tuple[Number, ...]
    starting: Mapping[int, Number]  # by first token


def _spelled(text: Text, token: Token, spelled: Mapping[str, str]) -> Token:
    """The token in its own spelling where folding would make another word of it: "mają" is not "maja"."""
    original = spelled.get(token.text)
    if original is None or text.original[token.start : token.end].lower() != original:
        return token
    return token._replace(text=original)


def _split(word: str, at: int, parts: Mapping[str, Decimal]) -> tuple[str, ...] | None:
    """The number words a word is made of from a place on, None where it is made of others too."""
    for end in range(len(word), at, -1):
        part = word[at:end]
        if part in parts:
            rest = () if end == len(word) else _split(word, end, parts)
            if rest is not None:
                return (part, *rest)
    return None


def _taken_apart(token: Token, words: NumberWords) -> tuple[Token, ...]:
    """A number written as one word, as its words in the order of their worth: "fünfundzwanzig" is 20 and 5."""
    word = token.text
    if (
        token.kind != "w"
        or not _COMPOUND[0] <= len(word) <= _COMPOUND[1]
        or word in words.small
        or word in words.scales
    ):
        return (token,)
    parts: list[str] = []
    joined = False
    for part in _split(word, 0, words.compound) or ():
        value = words.compound[part]
        if not value and part not in words.small:
            joined = True
            continue
        turned = joined and parts and words.compound[parts[-1]] < TEN <= value < HUNDRED
        parts.insert(len(parts) - bool(turned), part)
        joined = False
    if not parts:
        return (token,)
    return tuple(token._replace(text=part, glued=token.glued and not place) for place, part in enumerate(parts))


def read_numbers(text: Text, words: NumberWords) -> Numbers:
    """Tokenise a message and find its numbers; computed once per message."""
    known = text.memo.get("numbers")
    if isinstance(known, Numbers):
        return known
    tokens = tokenise(text.folded)
    if words.spelled:
        tokens = tuple(_spelled(text, token, words.spelled) for token in tokens)
    if words.compound:
        tokens = tuple(part for token in tokens for part in _taken_apart(token, words))
    found: list[Number] = []
    at = 0
    size, starters = len(tokens), words.starters
    while at < size:
        token = tokens[at]
        possible = token.kind == "n" or token.text in starters
        number = _number(tokens, at, words) if possible else None
        if number is None:
            at += 1
        else:
            found.append(number)
            at = number.last
    numbers = Numbers(tokens, tuple(found), {number.first: number for number in found})
    text.memo["numbers"] = numbers
    return numbers


def between(
    numbers: Numbers,
    left: Number,
    right: Number,
    words: NumberWords,
    *,
    skip: frozenset[int] = frozenset(),
    opener: int | None = None,
) -> bool:
    """
    Whether two neighbouring numbers are the ends of one range.

    Args:
        numbers: Those of the message.
        left: The first of the two.
        right: The next one.
        words: Of the language.
        skip: Tokens that belong to a unit, such as the currency behind the left one.
        opener: The token before the range, where "between" may stand; by default the one before left.
    """
    tokens = numbers.tokens
    inner = [index for index in range(left.last, right.first) if index not in skip and tokens[index].text != "."]
    if not inner or len(inner) > 2:
        return False
    if len(inner) == 2:  # "from 20 up to 30", "10 - до 20"
        return tokens[inner[1]].text in words.ranges and tokens[inner[0]].text in {"-", "and", "up"}
    joiner = tokens[inner[0]].text
    if joiner in {"-"} | words.ranges | words.ors:
        return True
    if joiner == "/":
        return left.figures and right.figures and left.scale == ONE
    before = left.first - 1 if opener is None else opener
    return joiner in words.joins and before >= 0 and tokens[before].text in words.range_starts


def _number(tokens: tuple[Token, ...], at: int, words: NumberWords) -> Number | None:
    token = tokens[at]
    if token.kind == "s":
        return None
    if token.kind == "w" and token.text in words.inverted:
        inverted = _inverted(tokens, at, words)
        if inverted is not None:
            return inverted
    number = _cardinal(tokens, at, words)
    if number is None:
        return None
    return _extended(tokens, number, words)


def _inverted(tokens: tuple[Token, ...], at: int, words: NumberWords) -> Number | None:
    """Read "тысяч 5": the scale stands first, which makes the number a rough one."""
    if at + 1 >= len(tokens):
        return None
    if at and (tokens[at - 1].kind == "n" or tokens[at - 1].text in words.small):
        return None
    inner = _cardinal(tokens, at + (2 if tokens[at + 1].text in words.approx and at + 2 < len(tokens) else 1), words)
    if inner is None or inner.scale != ONE or inner.value >= THOUSAND:
        return None
    scale = words.inverted[tokens[at].text]
    return replace(inner, value=inner.value * scale, first=at, start=tokens[at].start, scale=scale, inverted=True)


def _cardinal(tokens: tuple[Token, ...], at: int, words: NumberWords) -> Number | None:
    """Compose hundreds, tens, units and scales from tokens[at] on."""
    total = ZERO
    group: Decimal | None = None
    floor = BOUNDLESS  # the lowest scale used so far
    room = THOUSAND  # what still fits below the last part of the group
    scale = ONE
    plus = odd = False
    top: Decimal | None = None
    index = at
    size = len(tokens)
    while index < size:
        token = tokens[index]
        text = token.text
        if token.kind == "n":
            if index > at and not _continues(tokens, index, room, scale, words):
                break
            value = figure(text, not words.decimal_point)
            if index > at:
                group = (group or Decimal(0)) + value
                room = ONE
            else:
                group, room = value, ONE
            index += 1
            continue
        if token.kind == "s":
            if text == "+" and group is not None and index + 1 < size and tokens[index + 1].text in words.scales:
                plus = True
                index += 1
                continue
            if text == "-" and group is not None and token.glued and index + 1 < size:
                after = tokens[index + 1]
                if after.glued and tokens[index - 1].kind == "n" and after.text in words.glued:
                    index += 1  # "5-к"
                    continue
                value_after = words.small.get(after.text)
                if (
                    tokens[index - 1].kind == "w"
                    and value_after is not None
                    and 20 <= group % 100 <= 90
                    and value_after < 10
                    and group % 10 == 0
                ):
                    index += 1  # "twenty-five"
                    continue
            break
        if (
            text in words.odd
            and group is not None
            and index + 1 < size
            and tokens[index + 1].text in words.scales
            and group % 10 == 0
        ):
            odd = True
            index += 1
            continue
        small = words.small.get(text)
        if small is None and group is None and text in words.vague:
            small, top = words.vague[text]
        if small is not None:
            if group is None:
                if small >= floor:
                    break
                group, room = small, _room(small)
            elif small < room and group == group.to_integral_value() and tokens[index - 1].kind != "n":
                group, room = group + small, _room(small)
            else:
                break
            index += 1
            continue
        found = words.scales.get(text)
        if found is None and index > at and (token.glued or tokens[index - 1].text == "+"):
            found = words.glued.get(text)
        if found is not None:
            if found == HUNDRED and group is not None and group < HUNDRED:  # English "twenty five hundred"
                group, room = group * HUNDRED, HUNDRED
                index += 1
                continue
            if found > floor and group is None:
                total, group = total * found, None  # "thousand millions"
            elif found >= floor:
                break
            else:
                total += (ONE if group is None else group) * found
                group = None
            floor = min(floor, found)
            scale = found if scale == ONE else max(scale, found)
            room = HUNDRED * 10
            index += 1
            if (
                index < size
                and tokens[index].text == "."
                and tokens[index].glued
                and index + 1 < size
                and tokens[index + 1].kind == "n"
            ):
                break
            continue
        if text in words.halves and group is None and total == 0:
            step = index + 1
            while step < size and (tokens[step].text in words.articles or tokens[step].text == "-"):
                step += 1
            if step < size and tokens[step].text in words.scales:
                group, room = HALF, ONE
                index = step
                continue
            break
        if text in words.articles and group is None and total == 0:
            if index + 1 < size and tokens[index + 1].text in words.scales:
                index += 1
                continue
            break
        if text in words.joins and index > at and index + 1 < size and _joined(tokens, index, group, scale, words):
            index += 1
            continue
        break
    if group is None and scale == ONE:
        return None
    value = total + (group or Decimal(0))
    first = tokens[at]
    high = value + 9 * scale if odd else None if top is None else top * scale
    return Number(value, at, index, first.start, tokens[index - 1].end, first.kind == "n", scale, plus, high)


def _room(value: Decimal) -> Decimal:
    """What may follow: units after tens, tens after hundreds; nothing after units and teens."""
    if value >= HUNDRED:
        return HUNDRED
    return Decimal(10) if value >= 20 and value % 10 == 0 else ONE


def _continues(tokens: tuple[Token, ...], index: int, room: Decimal, scale: Decimal, words: NumberWords) -> bool:
    """Whether figures go on with a number begun before: "5 тысяч 500", "hundred and 21", "twenty 2"."""
    raw = tokens[index].text
    if not raw.isdecimal() or tokens[index - 1].kind == "n":
        return False
    before = tokens[index - 1].text
    if before in words.joins:
        return len(raw) < 3
    if before in words.scales and scale >= THOUSAND and len(raw) == 3 and raw[0] != "0":
        return True
    if (
        scale >= THOUSAND
        and index + 1 < len(tokens)
        and tokens[index + 1].text in words.scales
        and before in words.scales
    ):
        return words.scales[tokens[index + 1].text] < words.scales[before]
    small = words.small.get(before)
    return small is not None and room > Decimal(raw) and len(raw) == 1 and raw != "0"


def _joined(tokens: tuple[Token, ...], index: int, group: Decimal | None, scale: Decimal, words: NumberWords) -> bool:
    """Whether "and" goes on with the same number: "one hundred and sixteen"."""
    after = tokens[index + 1]
    if group is not None and (group < HUNDRED or group % HUNDRED != 0):
        return False
    if group is None and scale == ONE:
        return False
    following = tokens[index + 2].text if index + 2 < len(tokens) else ""
    if after.kind == "n":
        return len(after.text) < 3 and after.text.isdecimal() and words.hundreds_and and group is not None
    if group is not None and words.hundreds_and:
        return after.text in words.small
    return after.text in words.small and (not following or following in words.scales or following in words.small)


def _extended(tokens: tuple[Token, ...], number: Number, words: NumberWords) -> Number:
    """Add "point five", "с половиной", "and a half" behind a number."""
    at = number.last
    if at >= len(tokens):
        return number
    if tokens[at].text in words.points and at + 1 < len(tokens):
        rest = _cardinal(tokens, at + 1, words)
        if rest is not None and rest.value == rest.value.to_integral_value():
            value, last = _decimal(tokens, number, rest, words)
            return replace(number, value=value, last=last, end=tokens[last - 1].end)
    parts = ((words.half_after, HALF), (words.three_quarters_after, HALF * 3 / 2), (words.quarter_after, HALF / 2))
    for phrases, part in parts:
        for phrase in phrases:
            last = at + len(phrase)
            if tuple(token.text for token in tokens[at:last]) == phrase:
                return _with_part(tokens, number, part, last, words)
    return number


def _with_part(tokens: tuple[Token, ...], number: Number, part: Decimal, last: int, words: NumberWords) -> Number:
    unit = max(ONE, number.scale)
    value, scale = number.value + part * unit, number.scale
    if unit == ONE and last < len(tokens) and tokens[last].text in words.scales:
        scale = words.scales[tokens[last].text]
        value, last = value * scale, last + 1
    return replace(number, value=value, scale=scale, last=last, end=tokens[last - 1].end)


def _decimal(tokens: tuple[Token, ...], number: Number, rest: Number, words: NumberWords) -> tuple[Decimal, int]:
    """The value of "one point five" and "одна целая одиннадцать тысячных" with its last token."""
    last = rest.last
    if last < len(tokens) and tokens[last].text in words.fractions:
        return number.value + rest.value / words.fractions[tokens[last].text], last + 1
    return number.value + rest.value / (10 ** len(str(int(rest.value)))), last
