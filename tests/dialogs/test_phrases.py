"""Sums, dates and notes as a person of each language would write them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.library import Library
from dialogs.phrases import money_text, notes, said_money, said_window
from dialogs.wording import Voice
from scoring.values import Headcount, MoneyRange, Per, Urgency, Window
from tests.builders import demo, everywhere, fact, sum_of

LANGUAGES = ("en", "pl", "uk", "ru")
START, END = date(2026, 3, 2), date(2026, 5, 31)


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def voice(library: Library, language: str) -> Voice:
    return Voice(library.wordings[language], "seed", ())


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("1400", "EUR", "en", "€1,400"),
        ("1400", "EUR", "pl", "1 400 €"),
        ("1400", "EUR", "uk", "1 400 €"),
        ("1400", "EUR", "ru", "1 400 €"),
        ("1000", "EUR", "en", "€1,000"),
        ("80000", "PLN", "en", "zł 80,000"),
        ("80000", "PLN", "pl", "80 000 zł"),
        ("5000", "UAH", "uk", "5 000 грн"),
        ("1200000", "RUB", "ru", "1 200 000 ₽"),
        ("1200000", "RUB", "en", "₽1,200,000"),
        ("99", "USDT", "pl", "99 USDT"),
        ("1400.50", "EUR", "en", "€1,400.50"),
        ("1400.50", "EUR", "pl", "1 400,50 €"),
        ("1E+3", "EUR", "en", "€1,000"),
        ("0", "EUR", "en", "€0"),
        ("10000", None, "en", "10,000"),
        ("10000", None, "ru", "10 000"),
        ("1400.5", None, "uk", "1 400,50"),
    ],
)
def test_a_sum_is_written_the_way_of_the_language(
    library: Library, amount: str, currency: str | None, language: str, text: str
) -> None:
    signed = replace(library, symbols={**library.symbols, "EUR": "€"})
    assert text == plain(money_text(Decimal(amount), currency, language, signed))


@given(
    amount=st.integers(0, 10**30), language=st.sampled_from(LANGUAGES), currency=st.sampled_from(["EUR", "PLN", None])
)
def test_no_figure_of_a_whole_sum_is_lost(amount: int, language: str, currency: str | None) -> None:
    written = money_text(Decimal(amount), currency, language, demo())
    assert str(amount) == "".join(character for character in written if character.isdigit())


SUMS = (
    (sum_of("1400"), {"en": "€1,400", "pl": "1 400 €", "ru": "1 400 €"}),
    (sum_of(None, "1400"), {"en": "up to €1,400", "pl": "do 1 400 €", "ru": "до 1 400 €"}),
    (MoneyRange(Decimal(1400), None, "EUR"), {"en": "from €1,400", "pl": "od 1 400 €", "ru": "от 1 400 €"}),
    (sum_of("1400", "2000"), {"en": "€1,400 – €2,000", "pl": "1 400 € – 2 000 €"}),
    (sum_of("1400", per=Per.MONTH), {"en": "€1,400 a month", "pl": "1 400 € miesięcznie", "ru": "1 400 € в месяц"}),
)


@pytest.mark.parametrize(
    ("said", "language", "text"),
    [(said, language, text) for said, texts in SUMS for language, text in texts.items()],
)
def test_a_sum_is_said_back_as_it_was_meant(library: Library, said: MoneyRange, language: str, text: str) -> None:
    assert text == plain(said_money(said, voice(library, language), library))


WINDOWS = (
    (
        Window(None, START, Urgency.DATED),
        {"en": "by 2 March 2026", "pl": "do 2 marca 2026", "uk": "до 2 березня 2026 р.", "ru": "до 2 марта 2026 года"},
    ),
    (Window(START, None, Urgency.DATED), {"en": "from 2 March 2026", "pl": "od 2 marca 2026"}),
    (Window(START, START, Urgency.DATED), {"en": "around 2 March 2026", "ru": "около 2 марта 2026 года"}),
    (Window(START, END, Urgency.DATED), {"en": "2 March 2026 – 31 May 2026", "pl": "2 marca 2026 – 31 maja 2026"}),
    (Window(None, None, Urgency.FLEXIBLE), {"en": "no rush", "pl": "bez pośpiechu", "ru": "без спешки"}),
    (Window(None, None, Urgency.ASAP), {"en": "as soon as possible", "uk": "якнайшвидше"}),
)


@pytest.mark.parametrize(
    ("window", "language", "text"),
    [(window, language, text) for window, texts in WINDOWS for language, text in texts.items()],
)
def test_a_wish_for_time_is_said_back_as_dates(library: Library, window: Window, language: str, text: str) -> None:
    assert text == plain(said_window(window, voice(library, language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_come_in_one_order_and_each_only_once(library: Library, language: str) -> None:
    told = (fact("contact.email", "a@b.co"), fact("budget.amount", sum_of("1400")), fact("need.category", "crm"))
    heard = notes((*told, told[0]), voice(library, language), library)
    crm = library.wordings[language].render("name.category.crm")
    assert heard.startswith(f"{crm}, ")
    assert heard.endswith(", a@b.co")
    assert heard.count("a@b.co") == 1


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("need.stack", "dotnet", ".NET"),
        ("authority.role", "owner", "you are the owner"),
        ("authority.decides", True, "the decision is yours"),
        ("authority.decides", False, "the decision isn't yours alone"),
        ("people.count", Headcount(20, 20), "20 people"),
        ("people.count", Headcount(20, 50), "20–50 people"),
        ("people.count", Headcount(1, 1), "1 person"),
        ("spec.has", "partly", "there is a draft"),
        ("contact.email_kind", "corporate", ""),  # nothing a visitor would want to hear back
        ("dialog.wants_human", True, ""),
        ("need.category", None, ""),
    ],
)
def test_a_fact_is_said_back_in_words(library: Library, key: str, value: object, text: str) -> None:
    assert text == notes([fact(key, value)], voice(library, "en"), library)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "word", "text"),
    [
        ("en", "CFO", "your CFO decides"),
        ("en", "wife", "your wife decides"),
        ("en", "head of sales", "your head of sales decides"),
        ("en", "partners", "your partners decide"),
        ("pl", "dyrektorem", "decyduje dyrektor"),
        ("pl", "prezes", "decyduje prezes"),
        ("pl", "zona", "decyduje żona"),
        ("pl", "wspólnikami", "decydują wspólnicy"),
        ("uk", "директором", "вирішує директор"),
        ("uk", "дружиною", "вирішує дружина"),
        ("ru", "директор", "решает директор"),
        ("ru", "финансовый директор", "решает финансовый директор"),
        ("ru", "бухгалтером", "решает бухгалтер"),
        ("ru", "партнёрами", "решают партнёры"),
        ("de", "Chef", "Ihr Chef entscheidet"),
        ("de", "Gesellschafter", "die Gesellschafter entscheiden"),
    ],
)
def test_a_person_named_in_any_case_is_said_to_decide(language: str, word: str, text: str) -> None:
    """The word is the visitor's, in the case of their sentence; the note is a sentence of ours."""
    library = everywhere()
    told = [fact("authority.decides", False), fact("authority.person", word)]
    assert text == notes(told, voice(library, language), library)


@pytest.mark.parametrize("language", everywhere().wordings)
def test_whoever_decides_by_an_unknown_name_is_left_unnamed(language: str) -> None:
    library = everywhere()
    told = [fact("authority.decides", False), fact("authority.person", "xyz")]
    assert notes(told, voice(library, language), library) == voice(library, language).word(
        "say.authority.decides.false"
    )


MONTHS = (
    (
        date(2027, 3, 1),
        date(2027, 3, 31),
        ("March 2027", "März 2027", "marzec 2027", "березень 2027 року", "март 2027 года"),
    ),
    (
        date(2028, 2, 1),
        date(2028, 2, 29),
        ("February 2028", "Februar 2028", "luty 2028", "лютий 2028 року", "февраль 2028 года"),
    ),
    (
        date(2027, 4, 1),
        date(2027, 6, 30),
        ("Q2 2027", "2. Quartal 2027", "2. kwartał 2027", "2-й квартал 2027 року", "2-й квартал 2027 года"),
    ),
    (date(2027, 1, 1), date(2027, 12, 31), ("the year 2027", "das Jahr 2027", "2027 rok", "2027 рік", "2027 год")),
    (
        date(2027, 3, 1),
        date(2027, 5, 31),
        (
            "March to May 2027",
            "März bis Mai 2027",
            "marzec – maj 2027",
            "березень – травень 2027 року",
            "март – май 2027 года",
        ),
    ),
    (date(2027, 3, 1), date(2027, 3, 30), ("1 March 2027 – 30 March 2027",)),
)


@pytest.mark.parametrize(
    ("start", "end", "language", "text"),
    [
        (start, end, language, text)
        for start, end, texts in MONTHS
        for language, text in zip(("en", "de", "pl", "uk", "ru"), texts, strict=False)
    ],
)
def test_whole_months_are_said_by_their_names(start: date, end: date, language: str, text: str) -> None:
    assert text == said_window(Window(start, end, Urgency.DATED), voice(everywhere(), language))


@pytest.mark.parametrize(
    ("said", "text"), [(date(2026, 3, 2), "March 2026"), (date(2026, 3, 1), "2 March 2026 – 31 March 2026")]
)
def test_the_month_that_has_begun_is_said_by_its_name(said: date, text: str) -> None:
    window = Window(date(2026, 3, 2), date(2026, 3, 31), Urgency.DATED, said=said)
    assert said_window(window, voice(demo(), "en")) == text


def test_the_last_month_there_is_can_be_said() -> None:
    window = Window(date(9999, 12, 1), date.max, Urgency.DATED)
    assert said_window(window, voice(demo(), "en")) == "December 9999"


@pytest.mark.parametrize("language", LANGUAGES)
def test_weeks_that_are_no_range_are_one_number(library: Library, language: str) -> None:
    said = library.wordings[language].render("estimate.weeks", weeks_low=3, weeks_high=3)
    assert said.count("3") == 1
