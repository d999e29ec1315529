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
MOST_DIGITS = 12  # behind a point
_PARTS = frozenset({2, 3, 4, 5, 8, 10, 100, 1000})  # of a scale
_ROUGHLY = Decimal("0.001")  # a third of a million is 333 thousand
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
    said: frozenset[str]  # the texts of all tokens


def _spelled(text: Text, token: Token, spelled: Mapping[str, str]) -> Token:
    """The token in its own spelling where folding would make another word of it: "mają" is not "maja"."""
    original = spelled.get(token.text)
    if original is None or text.original[token.start : token.end].lower() != original:
        return token
    return replace(token, text=original)


def _split(word: str, parts: Mapping[str, Decimal], longest: int) -> tuple[str, ...]:
    """The number words a word is made of, longest first; none where it is made of others too."""
    size = len(word)
    made: list[tuple[str, ...] | None] = [None] * size + [()]  # from each letter on
    for at in range(size - 1, -1, -1):
        for end in range(min(size, at + longest), at, -1):
            rest = made[end]
            if rest is not None and word[at:end] in parts:
                made[at] = (word[at:end], *rest)
                break
    return made[0] or ()


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
    for part in _split(word, words.compound, words.longest_part):
        value = words.compound[part]
        if not value and part not in words.small:
            joined = True
            continue
        turned = joined and parts and words.compound[parts[-1]] < TEN <= value < HUNDRED
        parts.insert(len(parts) - bool(turned), part)
        joined = False
    if not parts:
        return (token,)
    return tuple(replace(token, text=part, glued=token.glued and not place) for place, part in enumerate(parts))


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
        if found and found[-1].last == at and _scale_at(tokens, at, words):
            possible = False  # a scale left over is no thousand of its own
        number = _number(tokens, at, words) if possible else None
        if number is None:
            at += 1
        else:
            found.append(number)
            at = number.last
    said = frozenset([token.text for token in tokens])
    numbers = Numbers(tokens, tuple(found), {number.first: number for number in found}, said)
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
    if not inner:
        return _in_a_row(left, right)
    if len(inner) > 2:
        return False
    if len(inner) == 2:  # "from 20 up to 30", "10 - до 20", "от 20 и до 30", "von 20 bis zu 30"
        beside = {"-"} | words.joins | words.range_leads
        pair = tokens[inner[0]].text, tokens[inner[1]].text
        return any(one in words.ranges and other in beside for one, other in (pair, pair[::-1]))
    joiner = tokens[inner[0]].text
    if joiner in {"-"} | words.ranges | words.ors:
        return True
    if joiner == "/":
        return left.figures and right.figures and left.scale == ONE
    before = left.first - 1 if opener is None else opener
    return joiner in words.joins and before >= 0 and tokens[before].text in words.range_starts


def _in_a_row(left: Number, right: Number) -> bool:
    """Whether two number words stand side by side for a rough figure: "два три тижні", "twenty thirty thousand"."""
    if left.figures or right.figures or left.scale != ONE or left.last != right.first:
        return False
    return left.value < right.value / right.scale <= 2 * left.value


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
    before = tokens[at - 1].text if at else ""
    if at and (tokens[at - 1].kind == "n" or before in words.small or before in words.scales or before in words.halves):
        return None
    if tokens[at + 1].text in words.ranges and before not in words.range_starts:
        return _inverted_bound(tokens, at, words)
    inner = _cardinal(tokens, at + (2 if tokens[at + 1].text in words.approx and at + 2 < len(tokens) else 1), words)
    if inner is None or inner.scale != ONE or inner.value >= THOUSAND:
        return None
    scale = words.inverted[tokens[at].text]
    return replace(inner, value=inner.value * scale, first=at, start=tokens[at].start, scale=scale, inverted=True)


def _inverted_bound(tokens: tuple[Token, ...], at: int, words: NumberWords) -> Number | None:
    """Read "тысяч до ста": the number behind its bound, which stays outside it."""
    inner = _cardinal(tokens, at + 2, words)
    if inner is None or inner.scale != ONE or inner.value >= THOUSAND:
        return None
    scale = words.inverted[tokens[at].text]
    return replace(inner, value=inner.value * scale, scale=scale, inverted=True)


def _past_odd(tokens: tuple[Token, ...], at: int, words: NumberWords) -> int:
    """The token behind "odd" or "с чем-то"; the number of all tokens where there is none."""
    for phrase in words.odd[tokens[at].text]:
        if tuple(token.text for token in tokens[at : at + len(phrase)]) == phrase:
            return at + len(phrase)
    return len(tokens)


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
    ranged = at > 0 and tokens[at - 1].text in words.range_starts
    part = _fraction(tokens, at, words)
    if part is not None:
        group, index = part
        room = ONE
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
            if text == "-" and group is not None and group < THOUSAND and token.glued and index + 1 < size:
                after = tokens[index + 1]
                if after.glued and tokens[index - 1].kind == "n" and after.text in words.glued:
                    index += 1  # "5-к"
                    continue
                if after.glued and tokens[index - 1].kind == "n" and after.text in words.cardinal_ends:
                    index += 2  # "80-ти тысяч"
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
        if text in words.odd and group is not None and group < THOUSAND and group % 10 == 0:
            behind = _past_odd(tokens, index, words)
            if behind < size and tokens[behind].text in words.scales:
                odd = True
                index = behind
                continue
        if index > at and token.glued and tokens[index - 1].kind == "n" and text in words.cardinal_ends:
            index += 1  # "80ish thousand"
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
            elif (
                words.hundreds_and
                and index == at + 1
                and ONE <= group < TEN <= small < HUNDRED
                and _thousands_behind(tokens, index, words)
            ):
                group, room = group * HUNDRED + small, _room(small)  # "two fifty k"
            else:
                break
            index += 1
            continue
        found = words.scales.get(text)
        if found is None and index > at and (token.glued or tokens[index - 1].text == "+"):
            found = words.glued.get(text)
        if (
            found is None
            and group is not None
            and index + 1 == size
            and tokens[index - 1].kind == "w"
            and len(text) == 1
        ):
            found = words.glued.get(text)  # "сто двадцать к"; a preposition ends no message
        if found is not None:
            if group is None and scale == ONE and text in words.counted:
                break  # "many thousands" are no thousand
            if found < THOUSAND and (group is None or group < HUNDRED):  # "a hundred and fifty thousand"
                group, room = (ONE if group is None else group) * found, found
                scale = max(scale, found) if total == 0 else scale
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
        if text in words.of and group is not None and scale == ONE and _scale_at(tokens, index + 1, words):
            index += 1  # "a couple of thousand"
            continue
        if (
            text in words.joins
            and index > at
            and index + 1 < size
            and _joined(tokens, index, group, floor, words, ranged=ranged)
        ):
            index += 1
            continue
        break
    if group is None and scale == ONE:
        return None
    value = total + (group or Decimal(0))
    first = tokens[at]
    high = value + 9 * scale if odd else None if top is None else top * scale
    return Number(value, at, index, first.start, tokens[index - 1].end, first.kind == "n", scale, plus, high)


def _scale_at(tokens: tuple[Token, ...], at: int, words: NumberWords) -> bool:
    return at < len(tokens) and words.scales.get(tokens[at].text, ZERO) >= THOUSAND


def _thousands_behind(tokens: tuple[Token, ...], at: int, words: NumberWords) -> bool:
    """Whether tens, and ones perhaps, are counted in thousands: "fifty k", "twenty-five grand"."""
    step = at + 1
    if step < len(tokens) and tokens[step].text == "-":
        step += 1
    if step < len(tokens) and words.small.get(tokens[step].text, TEN) < TEN:
        step += 1
    return step < len(tokens) and words.scales.get(tokens[step].text) == THOUSAND


def _fraction(tokens: tuple[Token, ...], at: int, words: NumberWords) -> tuple[Decimal, int] | None:
    """A fraction of a scale, with the place of the scale: "quarter million", "three quarters of a million"."""
    count, step = ONE, at
    text = tokens[at].text
    if text not in words.fractions:
        count = ONE if text in words.articles else Decimal(text) if text.isdecimal() else words.small.get(text, ZERO)
        step += 1
        if not ONE <= count < TEN or step == len(tokens) or tokens[step].text not in words.fractions:
            return None
    parts = words.fractions[tokens[step].text]
    step += 1
    while step < len(tokens) and (tokens[step].text in words.of or tokens[step].text in words.articles):
        step += 1
    if parts not in _PARTS or not _scale_at(tokens, step, words):
        return None
    return (count / parts).quantize(_ROUGHLY).normalize(), step


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


def _joined(
    tokens: tuple[Token, ...], index: int, group: Decimal | None, floor: Decimal, words: NumberWords, *, ranged: bool
) -> bool:
    """
    Whether "and" goes on with the same number: "one hundred and sixteen", "two thousand and twenty".

    What follows has to be less than the last scale, its own included: "ten thousand and fifteen thousand" are two.
    """
    after = tokens[index + 1]
    if group is not None:
        if not words.hundreds_and or not HUNDRED <= group < BOUNDLESS or group % HUNDRED != 0:
            return False
        if after.kind == "n":
            return len(after.text) < 3 and after.text.isdecimal()
        rest = _small(tokens, index + 1, words)
        return rest is not None and rest[0] < HUNDRED and not _hundreds_at(tokens, rest[1], words)
    if floor == BOUNDLESS or ranged or after.kind == "s":
        return False
    whole = _ahead(tokens, index + 1, words)
    if whole is None or whole[0] >= floor:
        return False
    if words.hundreds_and:
        return whole[0] >= TEN
    return whole[1] == len(tokens) or whole[1] > index + 2


def _ahead(tokens: tuple[Token, ...], at: int, words: NumberWords) -> tuple[Decimal, int] | None:
    """Roughly the number that begins here, without anything joined to it, with its last token."""
    value, last = _small(tokens, at, words) or (ONE, at)
    if _hundreds_at(tokens, last, words):
        value, last = value * words.scales[tokens[last].text], last + 1
        more = _small(tokens, last, words) if last < len(tokens) else None
        value, last = (value + more[0], more[1]) if more is not None else (value, last)
    if _scale_at(tokens, last, words):
        value, last = value * words.scales[tokens[last].text], last + 1
    return (value, last) if last > at else None


def _hundreds_at(tokens: tuple[Token, ...], at: int, words: NumberWords) -> bool:
    return at < len(tokens) and ONE < words.scales.get(tokens[at].text, ZERO) < THOUSAND


def _extended(tokens: tuple[Token, ...], number: Number, words: NumberWords) -> Number:
    """Add "point five", "с половиной", "and a half" behind a number."""
    at = number.last
    if at >= len(tokens):
        return number
    if tokens[at].text in words.points and at + 1 < len(tokens):
        decimal = _decimal(tokens, at + 1, words)
        if decimal is not None:
            value, last, scale = number.value + decimal[0], decimal[1], number.scale
            if scale < THOUSAND and _scale_at(tokens, last, words):
                scale = words.scales[tokens[last].text]
                value, last = value * scale, last + 1
            return replace(number, value=value, scale=scale, last=last, end=tokens[last - 1].end)
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


def _decimal(tokens: tuple[Token, ...], at: int, words: NumberWords) -> tuple[Decimal, int] | None:
    """What stands behind the point, with its last token: "five", "zero five", "25", "одиннадцать тысячных"."""
    written, last = _digits(tokens, at, words)
    whole = _small(tokens, at, words) if at < len(tokens) else None
    if whole is not None and whole[1] < len(tokens) and tokens[whole[1]].text in words.fractions:
        return whole[0] / words.fractions[tokens[whole[1]].text], whole[1] + 1
    return (Decimal(f"0.{written}"), last) if written else None


def _digits(tokens: tuple[Token, ...], at: int, words: NumberWords) -> tuple[str, int]:
    """Digits said one after the other or as one number below a hundred."""
    if at < len(tokens) and tokens[at].kind == "n":
        raw = tokens[at].text
        return (raw, at + 1) if raw.isdecimal() and len(raw) <= MOST_DIGITS else ("", at)
    written = ""
    while at < len(tokens) and len(written) < MOST_DIGITS:
        value = words.small.get(tokens[at].text)
        if value is None or value != value.to_integral_value() or value >= HUNDRED:
            break
        at += 1
        if value >= TEN:
            ones = at + (at < len(tokens) and tokens[at].text == "-")  # "seventy-five"
            more = words.small.get(tokens[ones].text, ZERO) if ones < len(tokens) and value % 10 == 0 else ZERO
            if ONE <= more < TEN:
                value, at = value + more, ones + 1
            return written + str(int(value)), at
        written += str(int(value))
    return written, at


def _small(tokens: tuple[Token, ...], at: int, words: NumberWords) -> tuple[Decimal, int] | None:
    """A whole number below a thousand, with its last token: "сто двадцать пять"."""
    if tokens[at].kind == "n":
        return (Decimal(tokens[at].text), at + 1) if tokens[at].text.isdecimal() else None
    total, room = ZERO, THOUSAND
    while at < len(tokens):
        value = words.small.get(tokens[at].text)
        if value is None or value >= room or value != value.to_integral_value():
            break
        total, room = total + value, _room(value)
        at += 1
    return (total, at) if total else None
