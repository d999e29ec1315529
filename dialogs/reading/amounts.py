"""Amounts in a message: numbers with currency, slang scales, cents and ranges, whatever they are meant for."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from dialogs.reading.moneywords import MoneyWords
from dialogs.reading.numbers import HUNDRED, ONE, THOUSAND, Number, Numbers, between
from dialogs.reading.tokens import Token, figure

TEN = Decimal(10)
MILLION = Decimal(10**6)
SOFT = 3  # words of "or maybe even"


class Amount(Struct, frozen=True, gc=False):
    """A sum over tokens[first:last], before its bounds are known."""

    low: Decimal
    high: Decimal
    first: int
    last: int
    currency: str | None = None
    scaled: bool = False  # k, тыс, млн or a word number of thousands
    slang: bool = False
    plus: bool = False
    unit: frozenset[int] = frozenset()  # tokens of currency between the ends
    number: Number | None = None


def find_amounts(numbers: Numbers, words: MoneyWords) -> list[Amount]:
    """Every number as an amount with its currency, ranges joined, cents added."""
    singles = _single_units(numbers, words)
    taken = singles[-1].last if singles else 0
    for number in numbers.found:
        if number.first < taken or number.value < 0:
            continue
        amount = _with_currency(numbers, number, words, taken)
        amount = _with_cents(numbers, amount, words)
        singles.append(amount)
        taken = amount.last
    singles.sort(key=lambda amount: amount.first)
    joined: list[Amount] = []
    for amount in singles:
        previous = joined[-1] if joined else None
        merged = _joined(numbers, previous, amount, words) if previous is not None else None
        if merged is None:
            joined.append(amount)
        else:
            joined[-1] = merged
    return joined


def _single_units(numbers: Numbers, words: MoneyWords) -> list[Amount]:
    """Read "a dollar" and "косарь баксов": an amount without a number."""
    tokens = numbers.tokens
    counted = {number.last for number in numbers.found}
    for at, token in enumerate(tokens):
        if at in counted:
            continue
        if (
            token.text in words.articles
            and at + 1 < len(tokens)
            and tokens[at + 1].kind == "w"
            and tokens[at + 1].text in words.currencies
        ):
            code = words.currencies[tokens[at + 1].text]
            return [_with_cents(numbers, Amount(ONE, ONE, at, at + 2, code), words)]
        if token.text in words.numbers.counted:
            continue
        scale = words.scales.get(token.text)
        if scale is not None and (led := numbers.starting.get(at + 1)) is not None and led.scale == ONE:
            continue  # "косарів п'ятдесят"
        if scale is None and token.text in words.piece_scales and currency_at(numbers, at + 1, words) is not None:
            scale = words.piece_scales[token.text]
        if scale is not None or token.text in words.thousands:
            value = scale or Decimal(1000)
            number = Number(value, at, at + 1, token.start, token.end, scale=value)
            code_last = currency_at(numbers, at + 1, words)
            named = words.thousands.get(token.text) or (code_last[0] if code_last else None)
            last = code_last[1] if code_last else at + 1
            return [Amount(value, value, at, last, named, scaled=True, slang=True, number=number)]
    return []


def _rounded(number: Number, value: Decimal) -> Decimal:
    """Read "a million two hundred": of money the hundreds behind a million are thousands."""
    rest = value % MILLION
    if number.scale == MILLION and rest < THOUSAND and rest >= HUNDRED and rest % TEN == 0:
        return value + rest * (THOUSAND - ONE)
    return value


def _with_currency(numbers: Numbers, number: Number, words: MoneyWords, taken: int) -> Amount:
    tokens = numbers.tokens
    value, high, last = number.value, number.high, number.last
    if words.numbers.decimal_point and number.figures and number.scale == ONE and number.last == number.first + 1:
        value = figure(tokens[number.first].text, True)
    scale, slang, currency = number.scale, False, None
    plus = number.plus
    value = _rounded(number, value)
    if last < len(tokens) and tokens[last].text == "+" and tokens[last].glued:
        plus, last = True, last + 1
    last = _past_dot(numbers, last, words)
    last = _past_spelling(numbers, number, last)
    if last < len(tokens):
        word = tokens[last].text
        extra = words.scales.get(word) or (words.piece_scales.get(word) if scale == ONE else None)
        if extra is not None and scale == ONE:
            slang = True
            value, scale, last = value * extra, extra, last + 1
        elif scale == ONE and (named := _thousands(numbers, last, words)) is not None:
            currency, last = named
            value, scale, slang = value * 1000, Decimal(1000), True
    first = number.first
    if currency is None:
        after = currency_at(numbers, last, words)
        if after is not None:
            currency, last = after
        else:
            before = _currency_before(numbers, first, words, taken)
            if before is not None:
                currency, first = before
                again = (
                    words.numbers.glued.get(tokens[last].text) if last < len(tokens) and tokens[last].glued else None
                )
                if again is not None and scale == ONE:
                    value, scale, last = value * again, again, last + 1
    if scale == ONE and first and value < 1000:
        leading = tokens[first - 1].text  # "штук 20 баксов"
        extra = words.scales.get(leading) or (words.piece_scales.get(leading) if currency else None)
        if extra is not None and first - 1 >= taken:
            value, scale, first, slang = value * extra, extra, first - 1, True
    if currency is None and scale < THOUSAND and tokens[number.last - 1].text in words.bare_thousands:
        value, scale, slang = value * THOUSAND, THOUSAND * scale, True  # "a fifty" of a budget
    upper = value if high is None else high
    return Amount(
        value,
        upper,
        first,
        last,
        currency,
        scale >= 1000,
        slang,
        plus,
        number=replace(number, scale=scale, value=value),
    )


def _thousands(numbers: Numbers, at: int, words: MoneyWords) -> tuple[str, int] | None:
    """A thousand of a currency said in one: "5 килобакс", "15 T€"; with the token behind it."""
    tokens = numbers.tokens
    named = words.thousands.get(tokens[at].text)
    if named is not None:
        return named, at + 1
    if at + 1 < len(tokens) and tokens[at + 1].glued:
        named = words.thousands.get(tokens[at].text + tokens[at + 1].text)
    return None if named is None else (named, at + 2)


def _past_dot(numbers: Numbers, at: int, words: MoneyWords) -> int:
    """Skip the dot of an abbreviation ("2 млн.руб.") and a blank-glued hyphen before a currency."""
    tokens = numbers.tokens
    if _no_cents(tokens, at):
        return at + 2
    if at and at + 1 < len(tokens) and tokens[at].text in {".", "-"} and tokens[at - 1].kind == "w":
        following = tokens[at + 1].text
        if following in words.currencies or following in words.adjectives:
            return at if _leads(tokens, at + 1) else at + 1
        if (
            tokens[at].text == "."
            and tokens[at].glued
            and tokens[at - 1].text in words.numbers.scales
            and tokens[at + 1].kind == "w"
        ):
            return at + 1  # "15 tys. odwiedzin"
    return at


def _leads(tokens: Sequence[Token], at: int) -> bool:
    """Whether a sign belongs to the number right behind it: the second one of "$20k-$30k"."""
    return tokens[at].kind == "s" and at + 1 < len(tokens) and tokens[at + 1].kind == "n" and tokens[at + 1].glued


def _no_cents(tokens: Sequence[Token], at: int) -> bool:
    """Whether ",-" stands right behind figures, as in "8.500,- €"."""
    return (
        0 < at < len(tokens) - 1
        and tokens[at - 1].kind == "n"
        and (tokens[at].text, tokens[at + 1].text) == (",", "-")
        and tokens[at].glued
        and tokens[at + 1].glued
        and (at + 2 == len(tokens) or tokens[at + 2].kind != "n")
    )


def _past_spelling(numbers: Numbers, number: Number, at: int) -> int:
    """Skip "(forty five)" behind "45"."""
    tokens = numbers.tokens
    if at + 1 < len(tokens) and tokens[at].text == "(":
        spelled = numbers.starting.get(at + 1)
        if spelled is not None and spelled.value == number.value and spelled.last < len(tokens):
            return spelled.last + (tokens[spelled.last].text == ")")
    return at


def currency_at(numbers: Numbers, at: int, words: MoneyWords) -> tuple[str, int] | None:
    """The currency that begins at a token, with the token behind it."""
    tokens = numbers.tokens
    if at >= len(tokens):
        return None
    word = tokens[at].text
    for phrase, code in words.compounds.get(word, ()):
        if tuple(token.text for token in tokens[at : at + len(phrase)]) == phrase:
            return code, at + len(phrase)
    code_adjective = words.adjectives.get(word)
    if code_adjective is not None and at + 1 < len(tokens) and tokens[at + 1].text in words.currencies:
        return code_adjective, at + 2
    named = words.currencies.get(word)
    if named is None:
        return None
    if at and tokens[at - 1].kind == "s" and tokens[at].kind == "s" and not (tokens[at].glued or tokens[at - 1].glued):
        return None
    last = at + 1
    if (
        tokens[at].kind == "s"
        and last < len(tokens)
        and tokens[last].kind == "n"
        and not tokens[at].glued
        and tokens[last].glued
    ):
        return None  # "10 $20": the sign belongs to what follows
    if last < len(tokens) and tokens[last].glued and words.currencies.get(tokens[last].text) == named:
        last += 1  # "us$"
    return named, last


def _currency_before(numbers: Numbers, at: int, words: MoneyWords, taken: int) -> tuple[str, int] | None:
    """The currency just before a number: "$5", "A$ 60k", "рублей 10"."""
    tokens = numbers.tokens
    edge = at - 1
    if edge > taken and tokens[edge].text == ".":
        edge -= 1  # "Rs. 20"
    if edge < taken:
        return None
    for size in (3, 2):
        begin = edge - size + 1
        if begin >= taken:
            phrase = tuple(token.text for token in tokens[begin : edge + 1])
            for candidate, code in words.compounds.get(phrase[0], ()):
                if candidate == phrase and (phrase[0] not in words.articles or tokens[begin + 1].glued):
                    return code, begin  # "A$ 5", but not "a $5 fee"
    named = words.currencies.get(tokens[edge].text)
    return None if named is None else (named, edge)


def _with_cents(numbers: Numbers, amount: Amount, words: MoneyWords) -> Amount:
    """Read "20 dollars 43", "одна тысяча рублей, пятьдесят копеек"."""
    if amount.currency is None or amount.low != amount.low.to_integral_value():
        return amount
    tokens = numbers.tokens
    at = amount.last
    while (
        at < len(tokens)
        and at < amount.last + 2
        and (tokens[at].text in {",", "."} or tokens[at].text in words.numbers.joins)
    ):
        at += 1
    number = numbers.starting.get(at)
    if number is None or number.value >= 100 or number.scale != ONE or number.value != number.value.to_integral_value():
        return amount
    after = number.last
    if after < len(tokens) and tokens[after].text in words.cents:
        last = after + 1
    elif (
        (after == len(tokens) or tokens[after].text == ".")
        and not amount.scaled
        and tokens[at - 1].text not in {",", "."}
    ):
        last = after  # a bare 43 at the very end
        if (number.figures and number.value < 10) or after + 1 < len(tokens):
            return amount
    else:
        return amount
    value = amount.low + number.value / 100
    return replace(amount, low=value, high=value, last=last)


def _softly_joined(numbers: Numbers, left: Amount, right: Amount, words: MoneyWords) -> bool:
    """Whether only "maybe" and the like stand between two amounts that grow: "five thousand, maybe six"."""
    inner = [token.text for token in numbers.tokens[left.last : right.first] if token.text not in {",", "-"}]
    if not 0 < len(inner) <= SOFT or not all(word in words.numbers.softs for word in inner):
        return False
    scaled = right.high if right.number is None or right.number.scale > ONE else right.high * left_scale(left)
    return scaled > left.low


def left_scale(left: Amount) -> Decimal:
    """What the first of two amounts is counted in, where the second does not say."""
    return ONE if left.number is None else left.number.scale


def _joined(numbers: Numbers, left: Amount, right: Amount, words: MoneyWords) -> Amount | None:
    """Two amounts as one range: "50-70k", "10$-20$", "лям-полтора"."""
    if left.number is None or right.number is None or left.low != left.high or right.first < left.last:
        return None
    if left.currency and right.currency and left.currency != right.currency:
        return None
    priced = left.currency or left.scaled
    if priced and not (right.currency or right.scaled) and words.things.begins(numbers.tokens, right.last):
        return None  # "8 тысяч евро до 15 мая"
    if not priced and left.last < right.first and numbers.tokens[left.last].text == ".":
        return None  # "by May 20. Up to $12,000"
    skip = frozenset(range(left.number.last, left.last)) | frozenset(range(right.first, right.number.first))
    if not between(
        numbers, left.number, right.number, words.numbers, skip=skip, opener=left.first - 1
    ) and not _softly_joined(numbers, left, right, words):
        return None
    low, high = left.low, right.high
    scale_left, scale_right = left.number.scale, right.number.scale
    if scale_left < THOUSAND <= scale_right:  # "one hundred to one hundred and fifty thousand"
        scale_left = ONE
    if scale_left == ONE and scale_right > ONE and low < 1000 and low * scale_right <= high:
        low *= scale_right
        leading = high / scale_right
        if low < TEN * scale_right and not left.number.figures and 100 <= leading < 1000 and leading % 100 == 0:
            low = low * 100 if low * 100 <= high else low  # "three to five hundred thousand"
    elif (
        scale_right == ONE
        and scale_left > ONE
        and high < 1000
        and (left.number.inverted or not right.number.figures or high * scale_left > low)
    ):
        high *= scale_left
    if low > high:
        return None
    return replace(
        right,
        low=low,
        high=high,
        first=left.first,
        currency=left.currency or right.currency,
        scaled=left.scaled or right.scaled,
        slang=left.slang or right.slang,
        number=replace(right.number, first=left.number.first, start=left.number.start),
    )
