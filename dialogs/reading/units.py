"""A unit without its number: "sorry, in euro", "тысяч", as people mend or complete a sum they have named."""

from dataclasses import dataclass

from dialogs.reading.amounts import currency_at
from dialogs.reading.moneywords import MoneyWords
from dialogs.reading.numbers import Number, Numbers, read_numbers
from dialogs.reading.text import Text
from dialogs.reading.values import Found, Unit

LONGEST = 8  # tokens; in a longer message a currency is mentioned for some other reason
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class _Coin:
    code: str
    first: int
    last: int


def read_unit(text: Text, words: MoneyWords) -> Found[Unit] | None:
    """The currency, the thousands, or both that a short message names without any number beside them."""
    numbers = read_numbers(text, words.numbers)
    tokens = numbers.tokens
    if not numbers.found and words.alone.isdisjoint(numbers.said):
        return None
    if not 0 < len(tokens) <= LONGEST or not all(_is_scale(number, numbers, words) for number in numbers.found):
        return None
    coins = [coin for coin in _coins(numbers, words) if not _negated(coin, numbers, words)]
    scale = next((number for number in numbers.found if number.value == THOUSAND), None)
    if not coins and scale is None:
        return None
    places = [(coin.first, coin.last) for coin in coins[-1:]] + ([(scale.first, scale.last)] if scale else [])
    start, end = tokens[min(first for first, _ in places)].start, tokens[max(last for _, last in places) - 1].end
    unit = Unit(coins[-1].code if coins else None, scale is not None)
    return Found(unit, start, end, text.quote(start, end), "money.unit")


def _is_scale(number: Number, numbers: Numbers, words: MoneyWords) -> bool:
    return all(token.text in words.numbers.scales for token in numbers.tokens[number.first : number.last])


def _coins(numbers: Numbers, words: MoneyWords) -> list[_Coin]:
    found: list[_Coin] = []
    at, tokens = 0, numbers.tokens
    while at < len(tokens):
        coin = currency_at(numbers, at, words)
        if coin is None or (tokens[at].kind == "w" and len(tokens[at].text) == 1):  # a letter is no answer
            at += 1
            continue
        found.append(_Coin(coin[0], at, coin[1]))
        at = coin[1]
    return found


def _negated(coin: _Coin, numbers: Numbers, words: MoneyWords) -> bool:
    """Whether "not" stands before the currency, at most one word away: "not in roubles"."""
    tokens = numbers.tokens
    return any(tokens[at].text in words.negations for at in range(max(0, coin.first - 2), coin.first))
