"""Questions about the company are found however they are put; answers to our own questions are never taken for one."""

from pathlib import Path

import pytest
import yaml
from msgspec import structs

from bot.workspace import LOCALES, WORKSPACES, load_workspace
from dialogs.errors import BrokenContent
from dialogs.faq import Faq, compile_faq
from dialogs.faq_file import read_faq
from dialogs.reading.text import fold
from scoring.stages import Stage
from tests.builders import demo, visitor

DEMO = (WORKSPACES / "northlight" / "faq.yaml").read_text("utf-8")
LANGUAGES = ("en", "de", "pl", "uk", "ru")


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("а где находится ваш офис?", "location"),
        ("где вы сидите, в каком городе?", None),
        ("подскажите, пожалуйста, а вы подписываете NDA?", "nda"),
        ("hi, quick question: do you sign an NDA?", "nda"),
        ("podpisujecie umowy NDA?", "nda"),
        ("gdzie jest wasze biuro?", "location"),
        ("скільки людей у вас в команді?", "team"),
        ("сколько стоит подержка?", "support"),
        ("какой у вас график?", "answer_time"),
        ("is there a warranty on your work?", "guarantee"),
        ("50 тысяч, а поддержка входит?", "support"),
        ("а сколько стоит сайт?", None),
        ("do you do mobile apps?", None),
        ("how are you?", None),
        ("підпишете NDA?", "nda"),
        ("а ПДВ є?", "contract"),
        ("ilu was jest? kto u was pracuje?", "team"),
        ("what happens next?", "process"),
        ("А вы работаете с Казахстаном?", None),
        ("where's your office?", "location"),
        ("a kiedy zadzwonicie?", "answer_time"),
        ("do you give a warranty?", "guarantee"),
        ("what does support cost?", "support"),
        ("and who will own the code?", "rights"),
    ],
)
def test_a_question_is_found_however_it_is_put(text: str, entry: str | None) -> None:
    """Endings, order, slips and politeness in front matter little; what is not clearly one entry is none."""
    assert entry == answering(text)


def answering(text: str) -> str | None:
    """The entry that answers a message, None if none does."""
    return next((one.entry for one in demo().faq.find(fold(text)) if one.entry), None)


@pytest.mark.parametrize(
    "text",
    [
        "ile kosztuje CRM?",
        "ile kosztuje strona?",
        "ile kosztuje sklep internetowy?",
        "ile bierzecie za sklep?",
        "czy hosting jest w cenie?",
        "скільки коштує CRM?",
        "скільки коштує сайт?",
        "хто власник компанії?",
        "сколько стоит CRM?",
        "кто владелец компании?",
        "входит ли хостинг?",
        "was kostet eine Website?",
        "Wie groß ist Ihr Büro?",
        "is hosting included?",
        "is design included?",
        "is VAT included?",
        "who owns your company?",
        "are you open source?",
        "who will own the data?",
        "who will do the design?",
        "how big is your office?",
        "how big is your budget?",
        "do you give discounts?",
        "how much is a website?",
        "what does it cost?",
        "how much is it?",
    ],
)
def test_a_question_about_something_else_is_not_answered(text: str) -> None:
    """However many of its words stand in a wording: what is asked about has to be there."""
    assert answering(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_replies_are_no_questions_to_us(language: str) -> None:
    """None of the language's own examples is taken for a question about the company, but those that are one."""
    wordings = {text for entry in yaml.safe_load(DEMO).values() for own in entry["asks"].values() for text in own}
    texts = [case["text"] for case in yaml.safe_load((LOCALES / language / "examples.yaml").read_text("utf-8"))]
    assert [text for text in texts if answering(text) and text not in wordings] == []


def test_each_wording_of_the_demo_finds_its_own_entry() -> None:
    for name, entry in yaml.safe_load(DEMO).items():
        for texts in entry["asks"].values():
            for text in texts:
                assert demo().faq.ranked(text)[0][0] == name, text
                assert answering(text) == name, text


def test_an_empty_file_answers_nothing() -> None:
    for empty in (Faq(), compile_faq({})):
        assert [one.entry for one in empty.find("where are you based?")] == [""]


@pytest.mark.parametrize("text", ["", "?", "????", "🦄?", "x" * 5000 + "?", "? " * 2000, "\u0301?"])
def test_no_text_raises(text: str) -> None:
    assert answering(text) is None


def test_each_question_of_a_message_is_found_in_its_place() -> None:
    text = "We lose calls. Where are you based? The budget is 5000, and is support included? Do you keep bees?"
    found = demo().faq.find(fold(text))
    assert [(one.entry, text[one.start : one.end].strip()) for one in found] == [
        ("location", "Where are you based?"),
        ("support", "and is support included?"),
        ("", "Do you keep bees?"),
    ]


def test_a_question_is_found_late_in_a_message() -> None:
    assert (
        answering("We sell. We ship. We lose. We wait. We count. We hope. We ask. Where are you based?") == "location"
    )


def test_an_answer_settles_nothing_and_moves_no_stage() -> None:
    """The same question waits, worded again; the lead is where it was."""
    talk = visitor(demo(), "en")
    talk.says("we need a CRM")
    waiting, stage = talk.last.asked, talk.conversation.stage
    said = talk.says("where are you based?")
    assert said.asked == waiting
    assert (said.conversation.stage, stage) == (Stage.CONTACT_US, Stage.CONTACT_US)
    assert "Warsaw" in said.replies[-1].text
    assert said.replies[-1].choices


def test_the_answer_comes_in_the_language_of_the_talk() -> None:
    talk = visitor(demo(), "ru")
    talk.says("нужен сайт")
    talk.says("не знаю")
    talk.conversation = structs.replace(talk.conversation, language_fixed=True)
    assert "варшавск" in talk.says("where are you based?").replies[-1].text.lower()


def test_asking_again_is_answered_in_other_words() -> None:
    talk = visitor(demo(), "en")
    talk.says("we need a CRM")
    answers = [talk.says("do you sign an NDA?").replies[-1].text.split("\n\n")[0] for _ in range(3)]
    assert len(set(answers)) == 3


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("a: {asks: {en: [where?]}, answers: {en: [here]}}", "a.answers", "no answer in 'pl'"),
        ("a: {asks: {en: []}, answers: {en: [x], pl: [y]}}", "a.asks", "nobody can ask it"),
        ("a: {asks: {en: ['?']}, answers: {en: [x], pl: [y]}}", "a.asks.en.0", "holds no words"),
        (
            "a: &a {asks: {en: [where is it]}, answers: {en: [x], pl: [y]}}\nb: *a",
            "a.asks.en.0",
            "asked under 'b' as well",
        ),
    ],
)
def test_a_faulty_file_says_where_and_what(text: str, key: str, problem: str) -> None:
    found = read_faq("faq.yaml", text, ("en", "pl")).problems
    assert any(one.key == key and problem in one.problem for one in found), found


@pytest.mark.parametrize(
    "text", ["- a", "a: 1", "a: {asks: no}", "a: {ask: {en: [x]}, answers: {}}", "a: {asks: {en: x}, answers: {}}"]
)
def test_a_file_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(BrokenContent):
        read_faq("faq.yaml", text, ("en",))


def test_a_workspace_with_a_missing_answer_does_not_load(tmp_path: Path) -> None:
    company = (WORKSPACES / "northlight" / "company.yaml").read_text("utf-8")
    (tmp_path / "company.yaml").write_text(company, "utf-8")
    (tmp_path / "faq.yaml").write_text("a: {asks: {en: [where are you]}, answers: {en: ['{{ nothing }}']}}", "utf-8")
    with pytest.raises(BrokenContent) as broken:
        load_workspace(str(tmp_path))
    text = "\n".join(map(str, broken.value.problems))
    assert "faq.yaml:1: a.answers" in text
    assert "nothing" in text
