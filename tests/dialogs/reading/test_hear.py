"""All readers together: the authors' own sentences, spans, other alphabets, and texts nobody should send."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dialogs.library import Library
from dialogs.reading.hear import compile_ears, hear
from dialogs.reading.slots import read_case, slots
from dialogs.reading.values import Answer, Asked, Found, Reading
from tests.builders import demo
from tests.dialogs.reading.test_examples import examples

LOCALES = Path(__file__).parents[3] / "locales"
TODAY = date(2026, 1, 20)
LANGUAGES = ("ru", "uk", "pl", "en")


def heard(text: str, language: str | None = "ru", asked: Asked | None = None) -> Reading:
    return hear(text, demo().ears, language=language, asked=asked, today=TODAY)


@pytest.mark.parametrize(
    ("language", "case"), examples()[::3], ids=lambda value: value["text"] if isinstance(value, dict) else value
)
def test_every_quote_stands_where_its_span_says(language: str, case: dict[str, Any]) -> None:
    reading = heard(case["text"], language)
    values = [getattr(reading, name) for name in Reading.__struct_fields__]
    found = [
        one for value in values for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Found)
    ]
    assert all(case["text"][one.start : one.end] == one.quote for one in found)


def test_one_message_fills_many_slots() -> None:
    reading = heard("I'm Nina, owner of a bakery, need a crm, mail nina@bread.com", "en")
    got = slots(reading)
    assert (got["name"], got["email"], got["needs"]) == ("Nina", "nina@bread.com", ["crm"])
    assert got["role"] == {"role_level": "owner", "is_decision_maker": True}


def test_a_greeting_finds_no_price_good_and_sets_no_day() -> None:
    """One word alone may answer all the same: only a greeting of several is passed over, and only before an answer."""
    english = heard("Good morning! No more than 60 000 EUR", "en", Asked.MONEY)
    polish = heard("Dzień dobry! Jak najszybciej", "pl", Asked.TIMING)
    assert (english.mentions, english.money is None) == ((), False)
    assert polish.timing is not None
    assert polish.timing.value.urgency == "asap"
    assert [one.value.value for one in heard("good, let's do it", "en", Asked.MONEY).mentions] == ["fine"]


def test_words_inside_an_address_are_not_read() -> None:
    assert heard("crm_website_bot@shop.com", "en").needs == ()


def test_a_wrong_keyboard_layout_is_read() -> None:
    reading = heard("ye;ty cfqn")
    assert [found.value for found in reading.needs] == ["website"]


def test_cyrillic_in_latin_letters_is_read() -> None:
    assert [found.value for found in heard("nuzhen internet magazin").needs] == ["ecommerce"]


def test_a_slip_in_a_long_word_is_read_only_when_needs_were_asked() -> None:
    assert [found.value for found in heard("автомаизация", asked=Asked.NEEDS).needs] == ["automation"]
    assert heard("автомаизация").needs == ()


def test_without_a_language_the_message_tells() -> None:
    assert heard("потрібен сайт для нашої компанії", None).language == "uk"
    assert heard("potrzebujemy strony dla firmy", None).language == "pl"


def test_another_language_than_the_conversations_is_understood() -> None:
    assert [found.value for found in heard("we need a mobile app", "ru").needs] == ["mobile_app"]
    assert heard("не знаю", "pl", Asked.YESNO).answer is not None


def test_a_date_in_a_putting_off_is_a_callback_and_no_deadline() -> None:
    reading = heard("позвоните через месяц", asked=Asked.YESNO)
    assert reading.answer is not None
    assert reading.answer.value is Answer.LATER
    assert reading.callback is not None
    assert reading.timing is None


def test_no_hurry_is_a_timing_when_timing_was_asked() -> None:
    reading = heard("у нас не горит", asked=Asked.TIMING)
    assert reading.answer is None
    assert reading.timing is not None


def test_the_operators_own_keywords_count() -> None:
    data = {language: _lexicon(language) for language in ("en",)}
    ears = compile_ears(data, {"design_ux": ["feng shui"]})
    reading = hear("we want feng shui", ears, language="en", asked=None, today=TODAY)
    assert [found.value for found in reading.needs] == ["design_ux"]


def _lexicon(language: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((LOCALES / language / "lexicon.yaml").read_text("utf-8"))
    return loaded


def test_skip_is_a_refusal_in_the_slots() -> None:
    got = slots(heard("skip", "en", Asked.MONEY))
    assert (got["answer"], got["intent"]) == ("refuse", None)


def test_a_case_answers_with_its_id_and_every_slot(library: Library) -> None:
    case = {"id": "a1", "text": "да", "lang": "ru", "asked": "yesno", "ref_date": "2026-02-30"}
    answer = read_case(case, library.ears, TODAY)
    assert answer["id"] == "a1"
    assert answer["slots"]["answer"] == "yes"  # type: ignore[index]  # slots are a mapping


@pytest.mark.parametrize("case", [{}, {"id": 3, "text": None}, {"text": 5, "lang": 7, "asked": [], "ref_date": 1}])
def test_a_malformed_case_reads_as_nothing(case: dict[str, object], library: Library) -> None:
    assert read_case(case, library.ears, TODAY)["slots"]["needs"] == []  # type: ignore[index]  # a mapping


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00\x00",
        "😀" * 3000,
        "م" * 500,
        "a" * 10_000,
        "не " * 4000,
        "(" * 10_000,
        "1" * 10_000,
        "z̶̢" * 3000,
        "www." * 2500,
        "a@" * 5000,
        "+7 " * 3300,
        "ООО " * 2500,
        "меня зовут " * 900,
        "\ud800",
        "İ" * 50,
    ],
)
@pytest.mark.parametrize("language", [*LANGUAGES, None])
def test_no_text_raises(text: str, language: str | None) -> None:
    assert isinstance(slots(heard(text, language)), dict)


@given(st.text(max_size=400), st.sampled_from([*LANGUAGES, None]), st.sampled_from([None, *Asked]))
def test_whatever_is_typed_is_read(text: str, language: str | None, asked: Asked | None) -> None:
    reading = heard(text, language, asked)
    assert reading.language in LANGUAGES


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "давайте назад"),
        ("uk", "хочу виправити відповідь"),
        ("pl", "nie, zacznijmy od nowa"),
        ("en", "let's go back"),
    ],
)
def test_a_yes_or_no_in_words_about_the_talk_answers_nothing(language: str, text: str) -> None:
    reading = heard(text, language, Asked.YESNO)
    assert reading.intent is not None
    assert reading.answer is None


def test_a_yes_before_a_question_back_still_answers() -> None:
    reading = heard("да, а зачем вам это?", "ru", Asked.YESNO)
    assert reading.answer is not None
    assert reading.answer.value is Answer.YES


def test_all_good_said_of_the_price_does_not_answer_another_question() -> None:
    reading = heard("saw the price page, all good", "en", Asked.YESNO)
    assert reading.answer is None
    assert {(one.value.key, one.value.value) for one in reading.mentions} == {("budget.reaction", "fine")}


@pytest.mark.parametrize(
    ("language", "text"), [("ru", "ой, не 5000, а 7000"), ("pl", "pomyliłem się, 7000"), ("en", "sorry, I meant 7000")]
)
def test_a_bare_number_in_a_correction_is_the_sum_whatever_was_asked(language: str, text: str) -> None:
    reading = heard(text, language, Asked.ROLE)
    assert reading.money is not None
    assert reading.money.value.high == 7000


def test_weeks_in_a_correction_are_no_money() -> None:
    assert heard("oops, I meant 150 weeks", "en", Asked.ROLE).money is None


def test_a_verb_that_folds_into_a_month_is_no_month() -> None:
    assert heard("klienci mają 10 sklepów", "pl").timing is None
    assert heard("10 maja", "pl", Asked.TIMING).timing is not None
    assert heard("маю 10 працівників", "uk").timing is None
