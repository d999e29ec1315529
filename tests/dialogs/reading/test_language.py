"""Which language, and when nothing can be told."""

import pytest

from dialogs.reading.language import another_language, detect_language
from dialogs.reading.phrases import split_words
from dialogs.reading.text import fold
from tests.builders import demo, everywhere, visitor


def told(text: str) -> tuple[str | None, float]:
    return detect_language(text, split_words(fold(text)), demo().ears.known)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("сколько стоит сделать сайт для нашей компании", "ru"),
        ("скільки коштує зробити сайт для нашої компанії", "uk"),
        ("ile kosztuje strona dla naszej firmy", "pl"),
        ("how much is a website for our company", "en"),
        ("мы ищем подрядчика", "ru"),
        ("je możemy zacząć w marcu", "pl"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    found, sure = told(text)
    assert found == language
    assert sure >= 0.5


@pytest.mark.parametrize("text", ["", "ok", "CRM", "50 000", "+", "React, Vue", "👍"])
def test_a_word_all_languages_share_tells_nothing(text: str) -> None:
    assert told(text)[1] < 0.5


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("crm для отдела продаж", "ru"),
        ("aplikacja mobilna", "pl"),
        ("рекламне агентство мріявів", "uk"),
    ],
)
def test_an_ending_or_the_alphabet_hints_where_no_word_tells(text: str, language: str) -> None:
    found, sure = told(text)
    assert found == language
    assert 0.2 <= sure <= 1


@pytest.mark.parametrize("text", ["ok", "CRM", "ок", "50 000", "React, Vue"])
def test_what_all_languages_write_hints_at_none(text: str) -> None:
    assert told(text) == (None, 0.0)


def test_a_cyrillic_word_both_languages_share_is_of_the_first_that_is_spoken() -> None:
    spoken = [language for language in demo().ears.known if language in {"ru", "uk"}]
    assert told("сайт") == (spoken[0], 0.3)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("was kostet eine Website für unsere Firma", "de"),
        ("wir brauchen das bis Ende Mai", "de"),
        ("how much is a website for our company", "en"),
        ("is it possible to start in May", "en"),
        ("ile kosztuje strona dla naszej firmy", "pl"),
        ("je możemy zacząć w marcu", "pl"),
    ],
)
def test_a_sentence_is_told_from_those_of_every_other_language(text: str, language: str) -> None:
    found, sure = detect_language(text, split_words(fold(text)), everywhere().ears.known)
    assert found == language
    assert sure >= 0.5


@pytest.mark.parametrize("text", ["хочу сайт", "магазин", "хочу бота", "чат-бот для телеграма", "оператора"])
@pytest.mark.parametrize("spoken", ["ru", "uk"])
def test_of_two_languages_as_likely_it_is_the_one_spoken(text: str, spoken: str) -> None:
    found, _ = detect_language(text, split_words(fold(text)), demo().ears.known, spoken)
    assert found == spoken


@pytest.mark.parametrize(("spoken", "text"), [("ru", "потрібен сайт"), ("uk", "нужен сайт"), ("pl", "in two months")])
def test_who_changes_the_language_is_followed(spoken: str, text: str) -> None:
    found, sure = detect_language(text, split_words(fold(text)), demo().ears.known, spoken)
    assert found != spoken
    assert sure > 0.2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Знаете хороший анекдот?", "ru"),
        ("последнее слово за учредителем", "ru"),
        ("не раньше сентября", "ru"),
        ("два миллиона", "ru"),
        ("давайте пропустимо", "uk"),
        ("три тижні приблизно", "uk"),
        ("коли зможете", "uk"),
        ("najlepiej przed wakacjami", "pl"),
    ],
)
def test_how_words_begin_tells_where_no_common_word_does(text: str, language: str) -> None:
    found, sure = told(text)
    assert found == language
    assert sure >= 0.3


@pytest.mark.parametrize(
    ("spoken", "text", "key", "value"),
    [
        ("pl", "No more than 60 000 EUR", "budget.amount", (None, 60_000)),
        ("ru", "Не більше 60 тисяч гривень", "budget.amount", (None, 60_000)),
        ("uk", "Не больше 60 тысяч рублей", "budget.amount", (None, 60_000)),
    ],
)
def test_a_message_wholly_in_another_language_is_read_in_it(
    spoken: str, text: str, key: str, value: tuple[int | None, int]
) -> None:
    outcome = visitor(demo(), spoken).says(text)
    told = {fact.key: fact.value for fact in outcome.new_facts}
    assert (told[key].low, told[key].high) == value


def test_figures_of_a_second_language_are_read_as_well() -> None:
    outcome = visitor(demo(), "ru").says("Привет! We need CRM, бюджет 5к евро, срок 2 месяца")
    told = {fact.key: fact for fact in outcome.new_facts}
    assert told["budget.amount"].evidence.quote == "5к евро"
    assert told["timing.deadline"].evidence.quote == "срок 2 месяца"


def test_names_in_the_other_alphabet_are_no_second_language() -> None:
    outcome = visitor(demo(), "ru").says("Нужна реклама в Google Ads и Facebook, не позже мая")
    assert outcome.conversation.language == "ru"
    assert "timing.deadline" in outcome.heard


@pytest.mark.parametrize(
    ("language", "first", "then", "heard"),
    [
        ("pl", "potrzebujemy CRM", "in two months", "timing.deadline"),
        ("en", "we need a CRM", "через два месяца", "timing.deadline"),
        ("uk", "потрібна CRM", "around 20 thousand dollars", "budget.amount"),
    ],
)
def test_what_says_nothing_in_the_language_spoken_is_read_in_its_own(
    language: str, first: str, then: str, heard: str
) -> None:
    guest = visitor(demo(), language)
    guest.says(first)
    assert heard in guest.says(then).heard


@pytest.mark.parametrize(
    ("language", "then", "goal"),
    [
        ("en", "давайте по-русски", "ru"),
        ("en", "ok, давайте по-русски, нам нужна телефония", "ru"),
        ("uk", "лучше на русском, пожалуйста. Нам нужно подключить почту", "ru"),
        ("ru", "можна українською? треба підключити телефонію", "uk"),
        ("en", "we want it in English and German", "en"),
    ],
)
def test_a_language_asked_for_beside_other_words_is_spoken(language: str, then: str, goal: str) -> None:
    guest = visitor(demo(), language)
    guest.says({"en": "we need a CRM", "uk": "потрібна CRM", "ru": "нужна CRM"}[language])
    assert guest.says(then).conversation.language == goal


def another(text: str, spoken: str) -> str | None:
    return another_language(text, split_words(fold(text)), everywhere().ears.known, spoken)


@pytest.mark.parametrize(
    ("spoken", "text", "language"),
    [
        ("pl", "I'd like it to connect to our telephony and mail, please", "en"),
        ("pl", "I'm the boss", "en"),
        ("pl", "маємо бриф", "uk"),
        ("uk", "this price is fine", "en"),
        ("ru", "Może po polsku?", "pl"),
        ("uk", "Давайте русский, мне так удобнее", "ru"),
        ("en", "решает директор", "ru"),
        ("en", "Ich bin der Inhaber", "de"),
        ("de", "we have a budget", "en"),
        ("de", "potrzebujemy tego w maju", "pl"),
        ("ru", "ми втрачаємо клієнтів", "uk"),
        ("uk", "мы теряем клиентов", "ru"),
        ("ru", "We need a CRM", "en"),
    ],
)
def test_a_short_sentence_is_surely_in_its_language(spoken: str, text: str, language: str) -> None:
    assert another(text, spoken) == language


@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ("ru", "product owner"),
        ("uk", "head of marketing"),
        ("uk", "team lead"),
        ("pl", "deadline jest w maju"),
        ("de", "wir sind ein start-up und brauchen ein crm für sales"),
        ("ru", "Green Valley"),
        ("ru", "coffee house"),
        ("ru", "Black and White Studio"),
        ("ru", "The Best of the West"),
        ("ru", "Олексій Ткаченко"),
        ("en", "Müller GmbH"),
        ("en", "Łukasz Nowak"),
        ("pl", "Microsoft Dynamics 365 Business Central"),
        ("uk", "ну да"),
        ("uk", "kate@bloom.com"),
        ("ru", "Привет! We need CRM, бюджет 5к"),
        ("pl", "CRM"),
        ("ru", "42"),
        ("", "we have a budget"),
    ],
)
def test_a_borrowed_word_or_a_name_changes_no_language(spoken: str, text: str) -> None:
    assert another(text, spoken) is None
