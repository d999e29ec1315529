"""A number said again without its unit: "not 2, 3", "точніше за два", as people mend a length they have named."""

from dialogs.reading.figures import FigureWords
from dialogs.reading.numbers import Number, read_numbers
from dialogs.reading.text import Text, prepare

LONGEST = 10  # tokens; a longer message says more than a number
_ENDS = frozenset(".,;!?)")


def bare_numbers(text: Text, words: FigureWords, slips: frozenset[str], after: int = 0) -> tuple[Number, ...]:
    """
    The one or two numbers of a short message whose last stands alone; none where a noun, a unit or a sign follows it.

    Args:
        text: The message, in the language of the words.
        words: Of the language.
        slips: Single words that may follow: "3 actually".
        after: Only numbers from this character on.
    """
    numbers = read_numbers(text, words.spans.numbers)
    found = tuple(number for number in numbers.found if number.start >= after)
    if len(numbers.tokens) > LONGEST or not 1 <= len(found) <= 2:
        return ()
    last = found[-1].last
    following = numbers.tokens[last].text if last < len(numbers.tokens) else ""
    return found if not following or following in _ENDS or following in slips else ()


def with_number(quote: str, said: str, language: str, words: FigureWords) -> tuple[str, int] | None:
    """
    A length with another number, and the number it had: "in 2 months" with "three" is "in three months".

    None where the quote names no unit of time.
    """
    numbers = read_numbers(prepare(quote, language), words.spans.numbers)
    unit = next((token for token in numbers.tokens if token.text in words.timing.time.units), None)
    if unit is None:
        return None
    if not numbers.found:
        return f"{quote[: unit.start]}{said} {quote[unit.start :]}", 1
    first, last = numbers.found[0], numbers.found[-1]
    return quote[: first.start] + said + quote[last.end :], int(first.value)
