"""Numbers in figures and in words, and the bare values made of them."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from time import thread_time

import pytest
import yaml

from dialogs.errors import BrokenContent
from dialogs.reading.figures import FigureWords, compile_figures, read_figures
from dialogs.reading.lexicon import Lexicon, compile_lexicon
from dialogs.reading.numbers import read_numbers
from dialogs.reading.text import BLANK, fold, masked, prepare
from dialogs.reading.tokens import figure

LOCALES = Path(__file__).parents[3] / "locales"
TODAY = date(2026, 3, 2)
LANGUAGES = ("ru", "uk", "pl", "en", "de")


@cache
def lexicons() -> dict[str, Lexicon]:
    return {
        language: compile_lexicon(
            language,
            yaml.safe_load((LOCALES / language / "lexicon.yaml").read_text("utf-8")),
            f"{language}/lexicon.yaml",
        )
        for language in LANGUAGES
    }


@cache
def words(language: str) -> FigureWords:
    return compile_figures(lexicons()[language], lexicons())


def numbers(text: str, language: str) -> list[Decimal]:
    return [number.value for number in read_numbers(prepare(text, language), words(language).spans.numbers).found]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("ru", "двадцати пяти тысяч", "25000"),
        ("ru", "полтора миллиона", "1500000"),
        ("ru", "пол-ляма", "500000"),
        ("ru", "тысяч 5", "5000"),
        ("ru", "три с половиной", "3.5"),
        ("ru", "1 млн 200 тыс", "1200000"),
        ("ru", "одна тысяча двести тридцать четыре", "1234"),
        ("uk", "півтора мільйона", "1500000"),
        ("uk", "півмільйона", "500000"),
        ("uk", "сто п’ятдесят тисяч", "150000"),
        ("uk", "двадцять один кома два", "21.2"),
        ("pl", "sto pięćdziesiąt", "150"),
        ("pl", "piecdziesiat tysiecy", "50000"),
        ("pl", "pół miliona", "500000"),
        ("en", "twenty five hundred", "2500"),
        ("en", "one hundred and sixteen", "116"),
        ("en", "half a million", "500000"),
        ("en", "four thousand three hundred and twenty-one", "4321"),
        ("en", "50k", "50000"),
        ("en", "1,200,000", "1200000"),
        ("pl", "1 200 000,50", "1200000.50"),
        ("uk", "2,5 млн", "2500000"),
        ("de", "anderthalb Millionen", "1500000"),
        ("de", "fünfzehnhundert", "1500"),
        ("de", "zwei Millionen dreihunderttausend", "2300000"),
        ("de", "3.500", "3500"),
        ("de", "zwei Komma fünf", "2.5"),
    ],
)
def test_a_number_is_read_whole(language: str, text: str, value: str) -> None:
    assert numbers(text, language) == [Decimal(value)]


ONES = (
    " ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf "
    "dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"


def in_german(number: int) -> str:
    """A number from 1 to 999,999 as Germans write it: in one word, ones before tens."""
    if number >= 1000:
        return in_german(number // 1000) + "tausend" + (in_german(number % 1000) if number % 1000 else "")
    if number >= 100:
        return ONES.split(" ")[number // 100] + "hundert" + (in_german(number % 100) if number % 100 else "")
    if number < 20:
        return ONES.split(" ")[number]
    tens = TENS.split()[number // 10 - 2]
    return (ONES.split(" ")[number % 10] + "und" if number % 10 else "") + tens


NUMBERS = (*range(1, 130), *range(131, 1_000_000, 4567))


@pytest.mark.parametrize("number", [one for one in NUMBERS if len(in_german(one)) <= 60])
def test_a_number_in_one_word_is_read_from_its_parts(number: int) -> None:
    assert numbers(in_german(number), "de") == [number]


@pytest.mark.parametrize("word", ["hundertwasser", "einstein", "achtung", "dreist", "elfenbein", "undund", "zweifel"])
def test_a_word_that_only_begins_like_a_number_is_none(word: str) -> None:
    assert numbers(word, "de") == []


def test_taking_a_long_word_apart_is_quick() -> None:
    """Nothing is tried twice over: a word of forty letters of number words takes no time to speak of."""
    started = thread_time()
    numbers(" ".join(["eineineineinseineineineineinseineineinx"] * 200), "de")
    assert thread_time() - started < 1.0


@pytest.mark.parametrize(
    ("raw", "dot_groups", "value"),
    [
        ("2.500", True, "2500"),
        ("2.500", False, "2.500"),
        ("2.950,00", True, "2950.00"),
        ("0,125", True, "0.125"),
        ("1.2.3", True, "0"),
    ],
)
def test_figures_are_worth_what_their_separators_say(raw: str, dot_groups: bool, value: str) -> None:
    assert figure(raw, dot_groups) == Decimal(value)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "1 and 3/4 cups", "1.75"),
        ("uk", "три чверті чашки", "0.75"),
        ("pl", "minus 70", "-70"),
        ("en", "fraggle", None),
    ],
)
def test_a_bare_number_has_fractions_and_a_sign(language: str, text: str, value: str | None) -> None:
    found = read_figures(prepare(text, language), words(language), None, TODAY).number
    assert (found and found.value) == (value and Decimal(value))


def test_folding_keeps_every_offset() -> None:
    text = "Ёлка ІСТАНБУЛ İstanbul Zażółć 5’000 бюджeт"
    assert len(fold(text)) == len(text)
    assert fold("Pięć бюджeт") == "piec бюджет"


def test_what_is_masked_is_never_read() -> None:
    text = masked(prepare("звоните 067 123 45 67, бюджет 5 тыс", ""), [(8, 21)], "ru")
    assert text.folded[8:21] == BLANK * 13
    assert [number.value for number in read_numbers(text, words("ru").spans.numbers).found] == [Decimal(5000)]


@pytest.mark.parametrize("piece", ["5 ", "до ", "1", "два ", "через 3 месяца ", "1.1.", "aа", "5-", "1 000 "])
def test_the_time_hostile_text_takes_grows_no_faster_than_the_text(piece: str) -> None:
    """Twice the text takes about twice the time; a quadratic expression would take four times as long."""
    half, whole = (piece * (length // len(piece)) for length in (5_000, 10_000))
    assert cpu_seconds(whole) < 3.2 * cpu_seconds(half) + 0.002


def cpu_seconds(text: str) -> float:
    """The least of a few runs, on this thread's own clock: other processes do not count."""
    times = []
    for _ in range(4):
        begun = thread_time()
        read_figures(prepare(text, "ru"), words("ru"), None, TODAY)
        times.append(thread_time() - begun)
    return min(times)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"numbers": ["one"]}, "numbers"),
        ({"money": {1: "x"}}, "money.1"),
    ],
)
def test_a_malformed_lexicon_names_its_key(data: dict[str, object], key: str) -> None:
    with pytest.raises(BrokenContent) as caught:
        compile_lexicon("en", data, "lexicon.yaml")
    assert [problem.key for problem in caught.value.problems] == [key]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"numbers": {"words": {"many": "lots"}}}, "numbers.words.many"),
        ({"numbers": {"half_after": [True]}}, "numbers.half_after"),
        ({"numbers": {"words": ["one"]}}, "numbers.words"),
        ({"numbers": {"vague": {"11": "some"}}}, "numbers.vague.11"),
    ],
)
def test_a_section_of_another_shape_is_refused_while_loading(data: dict[str, object], key: str) -> None:
    lexicon = compile_lexicon("en", data, "lexicon.yaml")
    with pytest.raises(BrokenContent) as caught:
        compile_figures(lexicon)
    assert [problem.key for problem in caught.value.problems] == [key]
