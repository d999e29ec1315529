"""Sums of money: which amount is the budget or price, its bounds and the period it is paid for."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice, takewhile

from msgspec.structs import replace

from dialogs.reading.amounts import Amount, currency_at, find_amounts
from dialogs.reading.moneywords import MoneyWords, compile_money
from dialogs.reading.numbers import THOUSAND, Numbers, read_numbers
from dialogs.reading.text import Text
from dialogs.reading.tokens import Token
from dialogs.reading.values import Asked, Found
from scoring.values import MoneyRange, Per

__all__ = ["MoneyWords", "compile_money", "read_money"]

IMPLAUSIBLE = Decimal(10**8)  # nobody writes a bare hundred million; it is a phone or a tax number
CROWD = 10_000  # "team of 15" is no sum, "у нас 450 000" is
NEAR = 4  # tokens within which a word such as "budget" speaks for a number
BEHIND = 3  # tokens behind a number that may say it is turnover
CLAUSE = 8  # tokens within which a competitor speaks for a number
SCALES = frozenset("kKкКmMмМ")  # letters no dot belongs to
LEAST_RATE = 300  # "up to 30 a month" counts things
NUMBERED = {"№", "#", "nr"}
BREAKS = {",", ".", ";", "?", "!", "\n", "("}
ENDS = {".", ",", ";", "!", "?", ")", "(", ":", "-", "/", "\n", "*", "+", "~"}


def read_money(text: Text, words: MoneyWords, asked: Asked | None) -> Found[MoneyRange] | None:
    """The sum a message names as a budget or price; a bare number counts only when money was asked for."""
    numbers = read_numbers(text, words.numbers)
    if not numbers.found and words.alone.isdisjoint(numbers.said):
        return None
    amounts = find_amounts(numbers, words)
    if not amounts:
        return None
    best: tuple[int, Amount] | None = None
    between = _between(numbers, amounts, words)
    for amount in amounts if between is None else [between]:
        rank = _rank(text, numbers, amount, words, asked)
        if rank and (best is None or rank > best[0] or _supersedes(numbers, best, (rank, amount), words)):
            best = rank, amount
    if best is None:
        return None
    return _found(text, numbers, _in_thousands(best[1], amounts), words)


def _between(numbers: Numbers, amounts: Sequence[Amount], words: MoneyWords) -> Amount | None:
    """Two sums of which one is called the least and the other the most, as one: "20k minimum, 35k maximum"."""
    if len(amounts) != 2 or any(one.low != one.high or one.plus or _excluded(numbers, one, words) for one in amounts):
        return None
    least, most = sorted(amounts, key=lambda one: one.low)
    if (_bounds(numbers, least, words)[2], _bounds(numbers, most, words)[2]) != ("from", "up_to"):
        return None
    low = least.low * THOUSAND if most.scaled and not least.scaled and least.low < THOUSAND else least.low
    first, last = min(one.first for one in amounts), max(one.last for one in amounts)
    return replace(most, low=low, first=first, last=last, currency=most.currency or least.currency)


def _in_thousands(amount: Amount, amounts: Sequence[Amount]) -> Amount:
    """A few bare units beside a sum of thousands are thousands: "they ask 3k, we can do 2"."""
    if amount.scaled or amount.currency is not None or amount.number is None or amount.high >= THOUSAND:
        return amount
    beside = next((one for one in amounts if one.number and one.number.scale == THOUSAND), None)
    if beside is None:
        return amount
    return replace(amount, low=amount.low * THOUSAND, high=amount.high * THOUSAND, currency=beside.currency)


def _rank(text: Text, numbers: Numbers, amount: Amount, words: MoneyWords, asked: Asked | None) -> int:
    """How sure it is that an amount is money: 0 not, 4 a budget with its currency."""
    tokens = numbers.tokens
    if _excluded(numbers, amount, words):
        return 0
    cue = _cue(numbers, amount, words)
    if amount.currency is not None:
        return 5 if cue else 4
    if _counts_things(numbers, amount, words):
        return 0
    free = _free_after(numbers, amount, words) or _new_sentence(text, tokens, amount.last)
    if cue and (amount.scaled or (free and not _odd_number(text, numbers, amount, words))):
        return 3
    if amount.slang:
        return 3 if asked is Asked.MONEY or tokens[amount.last - 1].text in words.scales else 0
    if amount.scaled and (free or asked is Asked.MONEY):
        return 3 if asked is Asked.MONEY else 2
    if asked is None and free and amount.low >= LEAST_RATE and _is_bound_rate(numbers, amount, words):
        return 1
    if asked is not Asked.MONEY or not free or (amount.low < CROWD and words.people.ends(tokens, amount.first)):
        return 0
    return 0 if _odd_number(text, numbers, amount, words) else 1


def _is_bound_rate(numbers: Numbers, amount: Amount, words: MoneyWords) -> bool:
    """Whether a bare number is a price by its bound and its period: "up to 1,500 a month"."""
    paid = _per(numbers, amount, words) is Per.MONTH
    return paid and (
        words.up_to.ends(numbers.tokens, amount.first) > 0 or words.at_least.ends(numbers.tokens, amount.first) > 0
    )


def _excluded(numbers: Numbers, amount: Amount, words: MoneyWords) -> bool:
    """Turnover, discounts, percentages, ordinals and parts of codes are no budget."""
    tokens = numbers.tokens
    after = tokens[amount.last] if amount.last < len(tokens) else None
    if after is not None and after.text == "%":
        return True
    if _earned(numbers, amount.last, words) or words.earned.begins(tokens, amount.last):
        return True
    near = [token.text for token in tokens[max(0, amount.first - 3) : amount.first]]
    for index in range(len(near) - 1, -1, -1):
        if near[index] in {",", ".", ";", "?", "!"}:
            break
        if near[index] in words.turnover:
            return True
        gone = near[index] in words.not_money or (amount.currency is None and near[index] in words.spent)
        if gone and words.same.first(tokens, amount.last, min(len(tokens), amount.last + CLAUSE)) is None:
            return True
    return _of_others(tokens, amount, words)


def _earned(numbers: Numbers, at: int, words: MoneyWords) -> bool:
    """Whether a number says a turnover: "2 million in annual revenue", not "50k, with a turnover of 2 million"."""
    tokens = numbers.tokens
    for place in range(at, min(at + BEHIND, len(tokens))):
        if tokens[place].text in BREAKS:
            return False
        if tokens[place].text in words.turnover:
            behind = takewhile(lambda step: tokens[step].text not in BREAKS, range(place + 1, len(tokens)))
            return not any(step in numbers.starting for step in islice(behind, BEHIND))
    return False


def _of_others(tokens: Sequence[Token], amount: Amount, words: MoneyWords) -> bool:
    """Whether a sum is what is earned, or what somebody else asks or pays, or a bare number is when to call."""
    start = amount.first
    while start and amount.first - start < CLAUSE and tokens[start - 1].text not in BREAKS:
        start -= 1
    earned = next((at for at in range(start, amount.first) if tokens[at].text in words.turnover), None)
    if earned is not None and words.cues.first(tokens, earned, amount.first) is None:
        return True
    theirs = words.others.first(tokens, start, amount.first)
    if theirs is not None and words.cues.first(tokens, theirs[1], amount.first) is None:
        return True
    bare = amount.currency is None and not amount.scaled
    return bare and words.calls.first(tokens, start, amount.first) is not None


def _cue(numbers: Numbers, amount: Amount, words: MoneyWords) -> bool:
    start = max(0, amount.first - NEAR)
    tokens = numbers.tokens
    for at in range(amount.first - 1, start - 1, -1):
        if tokens[at].text in {".", ";", "!"}:
            start = at + 1
            break
    return words.cues.first(tokens, start, amount.first) is not None


def _counts_things(numbers: Numbers, amount: Amount, words: MoneyWords) -> bool:
    tokens = numbers.tokens
    at = amount.last
    if at < len(tokens) and tokens[at].text == "-" and tokens[at].glued:
        at += 1
    if any(found.begins(tokens, at) for found in words.per.values()):
        return False
    if words.things.begins(tokens, at):
        return True
    return (
        at + 1 < len(tokens)
        and tokens[at].kind == "w"
        and tokens[at].text not in words.after_ok
        and bool(words.things.begins(tokens, at + 1))
    )


def _free_after(numbers: Numbers, amount: Amount, words: MoneyWords) -> bool:
    """Whether no unknown noun follows, which the number might count."""
    tokens = numbers.tokens
    if amount.last >= len(tokens):
        return True
    after = tokens[amount.last]
    if after.kind == "w":
        if after.glued and amount.number is not None and amount.number.figures and not amount.scaled:
            return False  # "1С", "4k-monitor"
        if (
            after.text in words.after_ok
            or words.max_after.begins(tokens, amount.last)
            or words.min_after.begins(tokens, amount.last)
            or words.too_much.begins(tokens, amount.last)
        ):
            return True
        return any(found.begins(tokens, amount.last) for found in words.per.values())
    if after.kind == "n":
        return False
    return after.text in ENDS or (after.kind == "s" and not after.glued)


def _new_sentence(text: Text, tokens: Sequence[Token], at: int) -> bool:
    """Whether a sentence begins behind an abbreviation: "mamy 20 tys. Piszcie do mnie", "we have 60k. call me"."""
    if not 0 < at < len(tokens) or tokens[at].kind != "w":
        return False
    start = tokens[at].start
    before = text.original[:start].rstrip()
    return before.endswith(".") and (text.original[start].isupper() or before[-2:-1] in SCALES)


def _odd_number(text: Text, numbers: Numbers, amount: Amount, words: MoneyWords) -> bool:
    """Whether a bare number looks like a year, a phone, a code, a version or a list item."""
    tokens = numbers.tokens
    token = tokens[amount.first]
    if amount.number is not None and not amount.number.figures:
        return amount.low < 10
    raw = token.text
    if amount.low >= IMPLAUSIBLE:
        return True
    if len(raw) > 9 and raw.isdecimal():
        return True
    if raw.isdecimal() and raw[0] == "0":
        return True
    before = tokens[amount.first - 1].text if amount.first else ""
    if before in NUMBERED:
        return True  # "договір №1174"
    if before.isdecimal() and len(before) > 1 and before[0] == "0":
        return True  # "07700 900123"
    if _in_version(tokens, amount.first):
        return True
    called = amount.first and words.cues.first(tokens, amount.first - 1, amount.first) is not None  # "Budget 20.000"
    if amount.first and not called and _names_model(text, tokens, amount.first):
        return True
    if len(raw) == 4 and raw.isdecimal() and "1950" <= raw <= "2049" and raw != "2000":
        return len(tokens) > 1
    return _in_phone(tokens, amount.first)


def _names_model(text: Text, tokens: Sequence[Token], at: int) -> bool:
    """Whether the sign before makes it a code or a model: "+7", "GB123", "RTX 5060", "iOS 17"."""
    before, token = tokens[at - 1], tokens[at]
    if before.kind != "w":
        return before.text == "+" and token.glued
    if token.glued:
        return True
    if at > 1 and tokens[at - 2].text not in {".", "!", "?"} and text.original[before.start].isupper():
        return True
    spelled = text.original[before.start : before.end]
    foreign = spelled[0].isascii() and text.language in {"ru", "uk"}
    return foreign or (len(spelled) > 1 and any(char.isupper() for char in spelled[1:]))


def _in_version(tokens: Sequence[Token], at: int) -> bool:
    """Whether a dot ties it to the figures before or behind, as in "8.3.20"."""
    if at + 2 < len(tokens) and tokens[at + 1].text == "." and tokens[at + 1].glued:
        return tokens[at + 2].kind == "n" and tokens[at + 2].glued
    return (
        at > 1
        and tokens[at].glued
        and tokens[at - 1].text == "."
        and tokens[at - 1].glued
        and tokens[at - 2].kind == "n"
    )


def _in_phone(tokens: Sequence[Token], at: int) -> bool:
    """Whether figures stand in a row of three or more groups, as in "067 123 45 67"."""
    groups = 1
    for step in (-1, 1):
        index = at + step
        while 0 <= index < len(tokens) and (tokens[index].kind == "n" or tokens[index].text in {"-", "(", ")", "+"}):
            groups += tokens[index].kind == "n"
            index += step
    return groups > 2


def _supersedes(numbers: Numbers, first: tuple[int, Amount], later: tuple[int, Amount], words: MoneyWords) -> bool:
    """Whether a later amount of the same standing replaces an earlier one: "not 50 but 70", "could go to 55"."""
    (old_rank, old), (rank, new) = first, later
    tokens = numbers.tokens
    inner = tokens[old.last : new.first]
    if _taken_back(inner, words):
        return True
    if rank < old_rank - 1:
        return False
    if old.first and tokens[old.first - 1].text in words.negations:
        return True
    if words.too_little.begins(tokens, old.last):
        return True
    bound = words.up_to.ends(tokens, new.first)
    return (
        bool(bound)
        and len(inner) - bound <= NEAR + 1
        and words.too_much.first(tokens, old.last, new.first) is None
        and rank >= old_rank
    )


def _taken_back(inner: Sequence[Token], words: MoneyWords) -> bool:
    """Whether nothing but "no" or "oops" and signs stand between two amounts: "500, no, 700"."""
    said = [token.text for token in inner if token.kind == "w"]
    return 0 < len(said) <= NEAR and all(word in words.instead for word in said)


def _found(text: Text, numbers: Numbers, amount: Amount, words: MoneyWords) -> Found[MoneyRange]:
    tokens = numbers.tokens
    low, high, how = _bounds(numbers, amount, words)
    per = _per(numbers, amount, words)
    start, end = tokens[amount.first].start, tokens[amount.last - 1].end
    value = MoneyRange(low, high, amount.currency or _elsewhere(numbers, amount, words), per)
    return Found(value, start, end, text.quote(start, end), f"money.{how}")


def _elsewhere(numbers: Numbers, amount: Amount, words: MoneyWords) -> str | None:
    """The currency said apart from the sum: "в евро около десяти тысяч", "50 thousand, in dollars"."""
    tokens = numbers.tokens
    for at in range(1, len(tokens)):
        if tokens[at - 1].text in words.into and not amount.first <= at < amount.last and tokens[at].kind == "w":
            coin = currency_at(numbers, at, words)
            if coin is not None and len(tokens[at].text) > 1 and at not in numbers.starting:
                return coin[0]
    return None


def _bounds(numbers: Numbers, amount: Amount, words: MoneyWords) -> tuple[Decimal | None, Decimal | None, str]:
    tokens = numbers.tokens
    if amount.low != amount.high:
        return amount.low, amount.high, "range"
    value = amount.low
    if amount.plus:
        return value, None, "from"
    start = amount.first
    if start > 1 and tokens[start - 1].text == "." and tokens[start - 1].glued and tokens[start - 2].kind == "w":
        start -= 1  # the dot of "max. 30k"
    if start > 1 and (tokens[start - 1].text == ":" or (tokens[start - 1].text == "-" and not tokens[start - 1].glued)):
        start -= 1  # "limit - 20k", "maximum: 20k"
    elif start > 1 and tokens[start - 1].text == "-" and words.up_to.ends(tokens, start - 1):
        start -= 1  # "sub-5k"
    more = words.more_than.ends(tokens, start)
    if more and (
        words.too_much.begins(tokens, amount.last)
        or _denied(tokens, start - more, words)
        or _no_more(tokens, amount.last, words)
    ):
        return None, value, "up_to"
    for _ in range(2):
        up_to, at_least = words.up_to.ends(tokens, start), words.at_least.ends(tokens, start)
        if up_to or at_least:
            return (None, value, "up_to") if up_to >= at_least else (value, None, "from")
        start -= 1  # a filler: "максимум где-то 50"
        if start < 1 or tokens[start].text in {",", ".", "-"}:
            break
    after = amount.last
    if after < len(tokens) and tokens[after].text in {"-", ",", "("}:
        after += 1
    beyond = words.more_than.begins(tokens, after)
    if beyond and after + beyond < len(tokens) and tokens[after + beyond].text in words.negations:
        return None, value, "up_to"  # "20k, больше не дадим"
    if words.approx_after.begins(tokens, after):
        return value, value, "exact"
    most = words.max_after.begins(tokens, after)
    if most and after + most not in numbers.starting:
        return None, value, "up_to"
    if words.min_after.begins(tokens, after):
        return value, None, "from"
    plus = words.plus_after.begins(tokens, after)
    if plus and (after + plus == len(tokens) or tokens[after + plus].text in ENDS):
        return value, None, "from"
    return value, value, "exact"


def _denied(tokens: Sequence[Token], end: int, words: MoneyWords) -> bool:
    """Read "не готовы тратить больше 200": a negation shortly before turns "more than" round."""
    for at in range(end - 1, max(-1, end - 5), -1):
        if tokens[at].text in {",", ".", ";", "!", "?"}:
            return False
        if tokens[at].text in words.negations:
            return True
    return False


def _no_more(tokens: Sequence[Token], at: int, words: MoneyWords) -> bool:
    """Read "powyżej 90 tys. nie wchodzi w grę": a negation right behind turns "more than" round."""
    for token in tokens[at : at + 3]:
        if token.text in words.negations:
            return True
        if token.text in BREAKS:
            return False
    return False


def _per(numbers: Numbers, amount: Amount, words: MoneyWords) -> Per | None:
    tokens = numbers.tokens
    apart = amount.last < len(tokens) and tokens[amount.last].text == ","
    for at in range(amount.last, min(len(tokens), amount.last + 3)):
        if tokens[at].text in {".", ","} and at > amount.last:
            break
        if at > amount.last and any(number.last == at for number in numbers.found):
            break  # "1.2 million, 4 months" is paid once
        for per, found in words.per.items():
            size = found.begins(tokens, at)
            goes_on = at + size < len(tokens) and tokens[at + size].kind == "w"
            if size and not (apart and goes_on):  # "50k, annual revenue is 2 million"
                return per
    for per, found in words.per.items():
        if found.first(tokens, max(0, amount.first - 3), amount.first):
            return per
    return None
