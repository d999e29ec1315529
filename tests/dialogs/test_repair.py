"""Words that may be meant in two ways are asked back once, and what is mended in free words mends the right fact."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec import structs

from dialogs.doubts import NAMES, WHICH
from dialogs.values import AskedQuestion, Ending
from scoring.stages import Stage
from scoring.values import MoneyRange, Window
from tests.builders import Visitor, demo, visitor

# A need with a price on the card, a sum without its currency, and the currency in one word.
SUMS = {
    "ru": ("Нужен сайт, бюджет 300 тысяч", "рублей", "RUB"),
    "uk": ("Потрібен сайт, бюджет 300 тисяч", "гривень", "UAH"),
}
MENDED = {
    "ru": ("Нужен сайт, бюджет 50 тысяч долларов", "сорри, в евро"),
    "uk": ("Потрібен сайт, бюджет 50 тисяч доларів", "вибачте, в євро"),
    "pl": ("Potrzebujemy strony internetowej, budżet 50 tys. zł", "przepraszam, w euro"),
    "en": ("We need a website, our budget is 50 thousand dollars", "sorry, in euro"),
}


def value(talk: Visitor, key: str) -> object:
    """The newest value under a key."""
    return next(fact.value for fact in reversed(talk.conversation.facts) if fact.key == key)


def budget(talk: Visitor) -> MoneyRange:
    """The sum that stands."""
    found = value(talk, "budget.amount")
    assert isinstance(found, MoneyRange)
    return found


def labels(talk: Visitor) -> list[str]:
    """What stands on the buttons of the last reply."""
    return [choice.label for choice in talk.last.replies[-1].choices]


@pytest.mark.parametrize("language", SUMS)
def test_a_sum_without_a_currency_is_asked_back_where_it_matters(language: str) -> None:
    """300,000 euro and 300,000 roubles are judged differently, so nobody guesses."""
    talk = visitor(demo(), language)
    said, currency, code = SUMS[language]
    assert talk.says(said).asked == "doubt.currency"
    assert talk.last.criterion == "budget"
    assert talk.says(currency).asked != "doubt.currency"
    assert budget(talk) == MoneyRange(Decimal(300_000), Decimal(300_000), code)


def test_the_buttons_of_a_doubt_show_the_whole_value_and_settle_it() -> None:
    """Pressing "300 000 €" is evidence of both, the sum and its currency."""
    talk = visitor(demo(), "ru")
    talk.says("Нужен сайт, бюджет 300 тысяч")
    assert labels(talk) == ["300\u00a0000\u00a0€", "300\u00a0000\u00a0₽", "300\u00a0000\u00a0$"]
    talk.presses(talk.buttons[0])
    assert budget(talk).currency == "EUR"
    assert talk.last.new_facts[-1].evidence.quote == "300\u00a0000\u00a0€"


@pytest.mark.parametrize("said", ["Нужен сайт, бюджет 6000 евро", "Нужна CRM, бюджет пока не считали"])
def test_what_is_clear_is_not_asked_back(said: str) -> None:
    """A sum with its currency, or no sum at all, leaves no doubt."""
    assert visitor(demo(), "ru").says(said).asked not in NAMES


def test_a_doubt_is_asked_once_and_then_let_be() -> None:
    """Whoever does not answer it is not asked again; the sum stays as it was said."""
    talk = visitor(demo(), "ru")
    talk.says("Нужен сайт, бюджет 300 тысяч")
    talk.says("не знаю")
    talk.says("а бюджет 310 тысяч")
    assert talk.questions.count("doubt.currency") == 1
    assert talk.last.asked != "doubt.currency"
    assert budget(talk).currency is None


@pytest.mark.parametrize(("answer", "amount"), [("yes", 20_000), ("no, exactly 20", 20), ("thousand", 20_000)])
def test_a_sum_too_small_to_be_meant_is_asked_back(answer: str, amount: int) -> None:
    """Twenty euro for an app is twenty thousand, most likely; the visitor says so."""
    talk = visitor(demo(), "en")
    assert talk.says("we need a mobile app, budget 20 euro").asked == "doubt.scale"
    talk.says(answer)
    assert budget(talk).high == amount


def test_a_date_that_may_be_two_days_lets_nobody_go() -> None:
    """3/4 is tomorrow's end of a project in Boston and a month off in London: asked before anything is judged."""
    talk = visitor(demo(), "en")
    said = talk.says("we need a mobile app by 03/12/2026")
    assert said.asked == "doubt.day"
    assert said.conversation.stage is not Stage.DISQUALIFIED
    talk.presses("second")
    window = value(talk, "timing.deadline")
    assert isinstance(window, Window)
    assert window.end == date(2026, 12, 3)
    assert talk.conversation.stage is not Stage.DISQUALIFIED


@pytest.mark.parametrize(
    ("first", "then", "doubt", "choice", "kept"),
    [
        ("I'm the owner", "I'm a marketing specialist", "authority.role", "first", "owner"),
        ("I'm the owner", "I'm a marketing specialist", "authority.role", "second", "specialist"),
    ],
)
def test_of_two_things_said_that_do_not_go_together_one_is_kept(
    first: str, then: str, doubt: str, choice: str, kept: str
) -> None:
    """A contradiction is asked about, never settled silently."""
    talk = visitor(demo(), "en")
    talk.says("we need a CRM for sales")
    talk.says(first)
    assert talk.says(then).asked == WHICH[doubt]
    talk.presses(choice)
    assert value(talk, doubt) == kept


def test_a_correction_is_no_contradiction() -> None:
    """Who says "no, not 5, 50" has said which one stands."""
    talk = visitor(demo(), "en")
    talk.says("we need a website, budget 5 thousand euro")
    assert talk.says("no, not 5, 50").asked not in NAMES
    assert budget(talk) == MoneyRange(Decimal(50_000), Decimal(50_000), "EUR")


@pytest.mark.parametrize("language", MENDED)
def test_the_currency_alone_can_be_mended(language: str) -> None:
    """The amount stays, with the words it was said in; the currency gets its own."""
    talk = visitor(demo(), language)
    said, mended = MENDED[language]
    talk.says(said)
    talk.says(mended)
    assert budget(talk) == MoneyRange(Decimal(50_000), Decimal(50_000), "EUR")
    assert value(talk, "budget.currency") == "EUR"
    quotes = {fact.key: fact.evidence.quote for fact in talk.last.new_facts}
    assert quotes["budget.amount"] in said
    assert quotes["budget.currency"] in mended


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        ("en", "we need a mobile app and a CRM", "not an app, a website"),
        ("ru", "нужно мобильное приложение и CRM", "нет, приложение не нужно, нужен сайт"),
        ("uk", "потрібен мобільний застосунок і CRM", "ні, застосунок не потрібен, потрібен сайт"),
        ("pl", "potrzebujemy aplikacji mobilnej i CRM", "nie, aplikacja niepotrzebna, potrzebujemy strony"),
    ],
)
def test_a_need_is_taken_back_and_the_others_stay(language: str, first: str, then: str) -> None:
    """Only what was denied goes."""
    talk = visitor(demo(), language)
    talk.says(first)
    talk.says(then)
    standing = {fact.value for fact in talk.last.assessment.criteria[0].reasons[0].facts}
    assert standing == {"crm", "website"}


@pytest.mark.parametrize(
    ("language", "asks", "code"),
    [
        ("ru", "можно по-украински?", "uk"),
        ("uk", "давайте краще польською", "pl"),
        ("pl", "czy możemy rozmawiać po angielsku?", "en"),
        ("en", "can we speak Russian please?", "ru"),
        ("en", "do you speak Polish?", "pl"),
        ("ru", "давайте на английском", "en"),
        ("ru", "Можем перейти на польский?", "pl"),
        ("uk", "ви розмовляєте англійською?", "en"),
        ("uk", "можна російською", "ru"),
        ("pl", "mówi pan po ukraińsku?", "uk"),
        ("pl", "po angielsku proszę", "en"),
        ("en", "let's switch to Ukrainian", "uk"),
    ],
)
def test_the_language_asked_for_is_spoken_from_then_on(language: str, asks: str, code: str) -> None:
    """Asked for in any language; what follows does not switch back by itself."""
    talk = visitor(demo(), language)
    talk.says(
        {"ru": "нужен сайт", "uk": "потрібен сайт", "pl": "potrzebujemy strony", "en": "we need a website"}[language]
    )
    talk.says(asks)
    assert talk.conversation.language == code
    assert talk.conversation.language_fixed
    assert not any(fact.value == asks for fact in talk.conversation.facts)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "нужен сайт на английском"),
        ("uk", "потрібен сайт англійською мовою"),
        ("pl", "potrzebujemy strony po angielsku"),
        ("en", "we need a website in Polish"),
        ("en", "our users speak Polish and English, so the shop must too"),
        ("ru", "наши клиенты говорят на английском, сайт тоже должен"),
        ("ru", "он должен говорить на украинском и на польском"),
        ("uk", "щоб можна було писати українською та англійською"),
        ("pl", "żeby można było pisać po angielsku"),
        ("en", "it should answer in Polish and English"),
    ],
)
def test_a_site_in_a_language_is_no_wish_to_be_spoken_to_in_it(language: str, said: str) -> None:
    """The conversation stays in its language."""
    talk = visitor(demo(), language)
    talk.says(said)
    assert talk.conversation.language == language


def test_a_language_we_do_not_have_is_said_to_be_missing() -> None:
    """With the names of those we have, and the question that waits."""
    talk = visitor(demo(), "en")
    said = talk.says("can you speak French?")
    assert "English, Polski, Українська, Русский" in said.replies[-1].text
    assert said.conversation.language == "en"
    assert said.asked == "need.what"


@pytest.mark.parametrize(
    ("language", "aside"),
    [
        ("en", "tell me a joke"),
        ("en", "are you a bot?"),
        ("en", "you are stupid"),
        ("ru", "ты бот?"),
        ("uk", "розкажи анекдот"),
        ("pl", "jesteś botem?"),
        ("en", "why do you ask?"),
        ("ru", "зачем вам это?"),
    ],
)
def test_nothing_is_said_twice_however_long_a_visitor_digresses(language: str, aside: str) -> None:
    """Lines run out before they repeat, questions are passed in the end, and every turn is answered."""
    talk = visitor(demo(), language)
    for _ in range(12):
        talk.says(aside)
        assert talk.last.replies
    said = [line for text in talk.texts for line in text.split("\n\n")]
    waiting = [one for one in talk.conversation.asked if one.ending is Ending.OPEN]
    repeated = {line for line in said if said.count(line) > 1}
    assert not repeated or not waiting


@pytest.mark.parametrize("language", ["en", "pl", "uk", "ru"])
def test_every_doubt_is_worded_in_every_language(language: str) -> None:
    """The four kinds, asked, asked again, justified and explained, with their variables."""
    voice = demo().wordings[language]
    for kind in ("ask", "again", "why", "explain"):
        for name in ("scale", "day", "which"):
            assert "A1" in voice.render(f"{kind}.doubt.{name}", first="A1", second="B2") or kind in ("why", "explain")
        assert voice.render(f"{kind}.doubt.currency", value="7", options="A or B")


@pytest.mark.parametrize(
    ("language", "first", "then", "months"),
    [
        ("en", "in 2 months", "not 2, 3", 3),
        ("en", "in 2 months", "make it 3", 3),
        ("en", "in 2 months", "no wait, three", 3),
        ("en", "in 2 months", "no, not two months but three", 3),
        ("en", "in 2 months", "no, not two months, three", 3),
        ("en", "in 2 months", "sorry, three", 3),
        ("ru", "через месяц", "нет, через два", 2),
        ("ru", "через месяц", "нет, не через месяц, а через два", 2),
        ("ru", "через месяц", "точнее через два", 2),
        ("ru", "через 2 месяца", "не два, а три", 3),
        ("uk", "за місяць", "точніше за два", 2),
        ("uk", "за два місяці", "ні, не два, а три", 3),
        ("pl", "za dwa miesiące", "nie, nie dwa, tylko trzy", 3),
        ("pl", "za miesiąc", "a nie, za dwa", 2),
    ],
)
def test_a_length_is_mended_without_its_unit(language: str, first: str, then: str, months: int) -> None:
    talk = visitor(demo(), language)
    talk.says({"en": "we need a CRM", "ru": "нужна CRM", "uk": "потрібна CRM", "pl": "potrzebujemy CRM"}[language])
    talk.says(first)
    outcome = talk.says(then)
    window = value(talk, "timing.deadline")
    assert isinstance(window, Window)
    assert window.end == date(2026, 3 + months, 2)
    assert {fact.key for fact in outcome.new_facts} <= {"timing.deadline", "timing.urgency"}
    told = next(fact for fact in outcome.new_facts if fact.key == "timing.deadline")
    assert then[told.evidence.start : told.evidence.end] == told.evidence.quote


@pytest.mark.parametrize("then", ["3 offices", "not three, four", "we are three", "no"])
def test_a_number_of_something_else_mends_no_length(then: str) -> None:
    talk = visitor(demo(), "en")
    talk.says("we need a CRM")
    talk.says("in 2 months")
    before = value(talk, "timing.deadline")
    talk.says(then)
    assert value(talk, "timing.deadline") == before


@pytest.mark.parametrize(
    ("then", "low", "high"), [("sorry, 6-8", 6000, 8000), ("more like 12", 12_000, 12_000), ("not 5-7, 8", 8000, 8000)]
)
def test_a_sum_is_mended_in_passing(then: str, low: int, high: int) -> None:
    talk = visitor(demo(), "en")
    talk.says("we need a CRM")
    talk.says("5-7k euros")
    talk.says(then)
    assert budget(talk) == MoneyRange(Decimal(low), Decimal(high), "EUR")


def test_a_doubt_whose_date_is_gone_is_no_trouble() -> None:
    talk = visitor(demo(), "en")
    for line in ("we need a CRM", "by 3/4", "no rush at all", "back", "asap", "back"):
        talk.says(line)
    assert value(talk, "timing.urgency") == "asap"


@pytest.mark.parametrize(
    ("language", "lines", "then", "end"),
    [
        ("en", ("we need a CRM", "end of May"), "Our peak season starts in June", date(2026, 5, 31)),
        ("ru", ("нужна CRM", "до конца мая"), "потому что в июне самый сезон", date(2026, 5, 31)),
        ("uk", ("потрібна CRM", "до літа"), "бо літом сезон", date(2026, 5, 31)),
        ("pl", ("potrzebujemy CRM", "do końca maja"), "bo w czerwcu zaczyna się sezon", date(2026, 5, 31)),
        ("en", ("we need a CRM", "end of May"), "sorry, end of June", date(2026, 6, 30)),
    ],
)
def test_the_reason_for_a_deadline_is_no_other_deadline(
    language: str, lines: tuple[str, ...], then: str, end: date
) -> None:
    talk = Visitor(demo(), language, framework="anum")
    for line in lines:
        talk.says(line)
    asked = (AskedQuestion("timing.reason", talk.conversation.turn),)
    talk.conversation = structs.replace(talk.conversation, asked=(*talk.conversation.asked[:-1], *asked))
    talk.says(then)
    window = value(talk, "timing.deadline")
    assert isinstance(window, Window)
    assert window.end == end
