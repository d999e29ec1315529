"""Questions about the company are found however they are put; answers to our own questions are never taken for one."""

from pathlib import Path

import pytest
import yaml
from msgspec import structs

from bot.workspace import LOCALES, WORKSPACES, load_workspace
from dialogs.errors import BrokenContent
from dialogs.faq import Faq, compile_faq, read_faq
from dialogs.reading.text import fold
from scoring.stages import Stage
from tests.builders import demo, visitor

DEMO = (WORKSPACES / "northlight" / "faq.yaml").read_text("utf-8")
LANGUAGES = ("en", "pl", "uk", "ru")


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
    ],
)
def test_a_question_is_found_however_it_is_put(text: str, entry: str | None) -> None:
    """Endings, order, slips and politeness in front matter little; what is not clearly one entry is none."""
    found = demo().faq.find(fold(text))
    assert (None if found is None else found.entry) == entry


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_replies_are_no_questions_to_us(language: str) -> None:
    """Of the language's own examples hardly one is taken for a question about the company."""
    texts = [case["text"] for case in yaml.safe_load((LOCALES / language / "examples.yaml").read_text("utf-8"))]
    found = [text for text in texts if demo().faq.find(fold(text)) is not None]
    assert len(found) <= len(texts) // 200, found


def test_each_wording_of_the_demo_finds_its_own_entry() -> None:
    for name, entry in yaml.safe_load(DEMO).items():
        for texts in entry["asks"].values():
            for text in texts:
                assert demo().faq.ranked(text)[0][0] == name, text


def test_an_empty_file_answers_nothing() -> None:
    assert Faq().find("where are you based?") is None
    assert compile_faq({}).find("where are you based?") is None


@pytest.mark.parametrize("text", ["", "?", "????", "🦄?", "x" * 5000 + "?", "? " * 2000, "\u0301?"])
def test_no_text_raises(text: str) -> None:
    assert demo().faq.find(fold(text)) is None


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
