"""Numbers in figures and in words, and the bare values made of them."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from time import thread_time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dialogs.errors import BrokenContent
from dialogs.reading.figures import FigureWords, compile_figures, read_figures
from dialogs.reading.lexicon import Lexicon, compile_lexicon
from dialogs.reading.numbers import read_numbers
from dialogs.reading.text import BLANK, fold, masked, prepare
from dialogs.reading.tokens import figure
from dialogs.reading.values import Asked

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
        ("de", "hundertzwanzig Tausend", "120000"),
        ("de", "fünf Komma zwei Millionen", "5200000"),
        ("de", "eine viertel Million", "250000"),
        ("en", "a hundred and fifty", "150"),
        ("en", "a hundred and fifty thousand", "150000"),
        ("en", "hundred fifty k", "150000"),
        ("en", "two thousand and twenty", "2020"),
        ("en", "a couple of thousand", "2000"),
        ("en", "quarter million", "250000"),
        ("en", "a quarter of a million", "250000"),
        ("en", "three quarters of a million", "750000"),
        ("en", "two point five million", "2500000"),
        ("en", "one point zero five million", "1050000"),
        ("en", "2 point 05 million", "2050000"),
        ("en", "three point twenty five", "3.25"),
        ("en", "five dozen", "60"),
        ("en", "two thousand three hundred point seventy-five", "2300.75"),
        ("pl", "ćwierć miliona", "250000"),
        ("pl", "jeden przecinek pięć miliona", "1500000"),
        ("ru", "четверть миллиона", "250000"),
        ("ru", "три сотни тысяч", "300000"),
        ("ru", "полтораста тысяч", "150000"),
        ("ru", "одна целая пять десятых миллиона", "1500000"),
        ("ru", "ноль целых сто двадцать пять тысячных", "0.125"),
        ("uk", "півтораста тисяч", "150000"),
        ("uk", "чверть мільйона", "250000"),
        ("uk", "дві цілих п'ять десятих мільйона", "2500000"),
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


SPELLED = {
    "en": (
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        ),
        "twenty thirty forty fifty sixty seventy eighty ninety",
        "",
        ("thousand", "thousand", "thousand"),
        ("one", "two"),
    ),
    "ru": (
        (
            "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
            "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
        ),
        "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
        "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот",
        ("тысяча", "тысячи", "тысяч"),
        ("одна", "две"),
    ),
    "uk": (
        (
            "один два три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять тринадцять чотирнадцять "
            "п'ятнадцять шістнадцять сімнадцять вісімнадцять дев'ятнадцять"
        ),
        "двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто",
        "сто двісті триста чотириста п'ятсот шістсот сімсот вісімсот дев'ятсот",
        ("тисяча", "тисячі", "тисяч"),
        ("одна", "дві"),
    ),
    "pl": (
        (
            "jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście "
            "czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście"
        ),
        "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt",
        "sto dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset",
        ("tysiąc", "tysiące", "tysięcy"),
        ("jeden", "dwa"),
    ),
}


def in_words(number: int, language: str, *, joiner: str = "") -> str:
    """A number from 1 to 999,999 as it is said; the joiner stands before tens and ones in English."""
    ones, tens, hundreds, thousands, counted = SPELLED[language]
    parts = []
    if number >= 1000:
        count, number = divmod(number, 1000)
        said = in_words(count, language, joiner=joiner).split()
        said[-1] = counted[count % 10 - 1] if count % 10 in (1, 2) and count % 100 not in (11, 12) else said[-1]
        few = 1 < count % 10 < 5 and not 11 < count % 100 < 15
        parts += [*said, thousands[0 if count % 10 == 1 and count % 100 != 11 else 1 if few else 2]]
    if number >= 100:
        count, number = divmod(number, 100)
        parts += [hundreds.split()[count - 1]] if hundreds else [ones.split()[count - 1], "hundred"]
        parts += [joiner] if joiner and number else []
    if number >= 20:
        parts.append(tens.split()[number // 10 - 2])
        number %= 10
    if number:
        parts.append(ones.split()[number - 1])
    return " ".join(parts)


@pytest.mark.parametrize("language", SPELLED)
@pytest.mark.parametrize("joiner", ["", "and"])
def test_every_number_in_words_is_composed_of_them(language: str, joiner: str) -> None:
    spoken = {in_words(number, language, joiner=joiner if language == "en" else ""): number for number in NUMBERS}
    assert {said: numbers(said, language) for said in spoken} == {said: [number] for said, number in spoken.items()}


PIECES = "9 99 999999999999999999999999999999 1.5 - + . , / и and або lub odd сотень hundred k тысяч point half quarter"


@given(
    language=st.sampled_from(LANGUAGES),
    pieces=st.lists(st.sampled_from([*PIECES.split(), *(TENS + ONES).split(), "two", "две", "дві", "$"]), max_size=9),
    glue=st.sampled_from(["", " "]),
)
def test_no_row_of_numbers_can_raise(language: str, pieces: list[str], glue: str) -> None:
    read_figures(prepare(glue.join(pieces), language), words(language), Asked.MONEY, TODAY)


@pytest.mark.parametrize(
    "text", ["999999999999999999999999999999 odd thousand", "99999999999999999999999999999999-five"]
)
def test_figures_no_decimal_can_divide_are_no_trouble(text: str) -> None:
    read_figures(prepare(text, "en"), words("en"), Asked.MONEY, TODAY)


def test_two_sums_far_apart_are_no_trouble() -> None:
    text = prepare("дві-999999999999999999999999999999 сотень $", "uk")
    read_figures(text, words("uk"), Asked.MONEY, TODAY)


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


@pytest.mark.parametrize(
    ("language", "text", "low", "high"),
    [
        ("en", "between ten thousand and fifteen thousand dollars", 10_000, 15_000),
        ("en", "between one thousand and five thousand euro", 1000, 5000),
        ("en", "between one hundred and two hundred thousand dollars", 100_000, 200_000),
        ("en", "between one thousand and fifteen hundred", 1000, 1500),
        ("en", "one hundred to one hundred and fifty thousand dollars", 100_000, 150_000),
        ("en", "three hundred to five hundred thousand", 300_000, 500_000),
        ("en", "two to three hundred", 200, 300),
        ("en", "two hundred to three hundred", 200, 300),
        ("ru", "между десятью тысячами и пятнадцатью тысячами рублей", 10_000, 15_000),
        ("ru", "между ста и ста пятьюдесятью тысячами рублей", 100_000, 150_000),
        ("uk", "між десятьма тисячами і п'ятнадцятьма тисячами гривень", 10_000, 15_000),
        ("pl", "między dziesięć tysięcy a piętnaście tysięcy złotych", 10_000, 15_000),
        ("de", "zwischen zehntausend und fünfzehntausend Euro", 10_000, 15_000),
        ("de", "zwischen hundert und zweihunderttausend Euro", 100_000, 200_000),
        ("de", "von hundert bis hundertfünfzigtausend", 100_000, 150_000),
    ],
)
def test_both_ends_of_a_range_in_words_are_read(language: str, text: str, low: int, high: int) -> None:
    found = read_figures(prepare(text, language), words(language), Asked.MONEY, TODAY).money
    assert found is not None
    assert (found.value.low, found.value.high) == (low, high)
