"""An operator's own words: the page is followed step by step, and words that collide are found in time."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.cli import main
from bot.words import merged
from bot.workspace import load_workspace
from dialogs.check.words import prove_words, service_words
from dialogs.errors import BrokenContent, ContentError
from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Entry, compile_book
from tests.builders import Visitor, visitor

PAGE = Path(__file__).parents[2] / "docs" / "your-own-words.md"
BLOCK = re.compile(r"^```(?:yaml|po) (\S+)(?: (\w+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def workspace(folder: Path) -> Path:
    """What `banter init` makes."""
    assert main(["init", str(folder)]) == 0
    return folder


def follow(folder: Path) -> Path:
    """Do everything the page says."""
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    assert len(blocks) == 8
    for name, under, text in blocks:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text("utf-8") if file.exists() else ""
        if under:
            assert f"{under}:\n" in before
            file.write_text(before.replace(f"{under}:\n", f"{under}:\n{text}", 1), "utf-8")
        else:
            file.write_text(f"{before}\n{text}", "utf-8")
    return folder


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    """Somebody who talks to the company of the page."""
    folder = follow(workspace(tmp_path_factory.mktemp("own") / "mycompany"))
    assert main(["check", str(folder)]) == 0
    return visitor(load_workspace(str(folder)).library, "en")


def told(guest: Visitor, text: str) -> dict[str, object]:
    """What a fresh visitor's message tells."""
    talk = visitor(guest.library, "en")
    return {fact.key: fact.value for fact in talk.says(text).new_facts} | {"said": talk.last.replies[-1].text}


def test_an_own_service_is_recognised_named_and_estimated(guest: Visitor) -> None:
    found = told(guest, "we need an aerial mapping of our quarry")
    assert found["need.category"] == "drone_survey"
    assert "a drone survey" in str(found["said"])


def test_own_roles_slang_technology_and_intents_are_read(guest: Visitor) -> None:
    assert told(guest, "I'm the harbour master, we need a website")["authority.role"] == "director"
    money = told(guest, "we need a website, our budget is three bags of euro")["budget.amount"]
    assert getattr(money, "high", None) == 3000
    assert told(guest, "we need a website on esri")["need.stack"] == "arcgis"
    assert told(guest, "fetch the skipper")["dialog.wants_human"] is True


def test_an_own_question_is_answered(guest: Visitor) -> None:
    assert "licensed" in str(told(guest, "hi, are your pilots licensed?")["said"])


def test_our_words_stay(guest: Visitor) -> None:
    assert told(guest, "we need a CRM")["need.category"] == "crm"
    assert told(guest, "I'm the owner, we need a website")["authority.role"] == "owner"


def test_lists_and_forms_grow_and_what_is_new_is_added() -> None:
    ours = {"role": {"owner": ["owner"]}, "money": {"scales": {"1000": "grand k"}}}
    own = {"role": {"owner": ["skipper"], "deck": ["mate"]}, "money": {"scales": {"1000": "bag", "100": "pony"}}}
    assert merged(ours, own) == {
        "role": {"owner": ["owner", "skipper"], "deck": ["mate"]},
        "money": {"scales": {"1000": "grand k bag", "100": "pony"}},
    }


COLLIDING = (
    ("role: {manager: [owner]}", "role.manager.0", "means owner as well"),
    ("needs: {crm: [online shop]}", "needs.crm.0", "means ecommerce as well"),
    ("needs: {crm: [(homepage|frontpage)]}", "needs.crm.0", "means website, said as 'homepage', as well"),
    ("needs: {crm: ['[shiny] website']}", "needs.crm.0", "means website, said as 'website', as well"),
    ("needs: {crm: ['flurbo*'], website: ['flurbonic*']}", "needs.crm.0", "swallows 'flurbonic*', which means website"),
    ("intent: {human: ['[please]']}", "intent.human.0", "is no phrase: expected a word"),
    ("needs: {crm: ['(a|b']}", "needs.crm.0", "is no phrase: expected ')'"),
    ("needs: {crm: ['web*']}", "needs.crm.0", "letters"),
    ("needs: {crm: ['websi*']}", "needs.crm.0", "which means website"),
    ("needs: {crm: [need]}", "needs.crm.0", "ordinary messages (en)"),
    ("needs: {boats: [rowing boat]}", "needs.boats.0", "the company does not know"),
    ("money: {scales: {'100': lac}}", "money.scales.100.0", "means 100000 as well"),
    ("sets: small", "sets", "expected a mapping, found str"),
    ("needs: {crm: {a: b}}", "needs.crm", "found dict"),
    ("role: [skipper]", "role", "expected a mapping, found list"),
    ("roles: {owner: [skipper]}", "roles", "no reader looks into this section"),
    ("role: {boss: [skipper]}", "role.boss", "no reader looks into this list"),
)


@pytest.mark.parametrize(("text", "key", "problem"), COLLIDING)
def test_words_that_collide_are_found_with_their_place(tmp_path: Path, text: str, key: str, problem: str) -> None:
    folder = workspace(tmp_path / "w")
    lexicon = folder / "locales" / "en" / "lexicon.yaml"
    lexicon.parent.mkdir(parents=True, exist_ok=True)
    lexicon.write_text(f"# ours\n{text}\n", "utf-8")
    with pytest.raises(BrokenContent) as broken:
        load_workspace(str(folder))
    found = next(one for one in broken.value.problems if one.key == key and problem in one.problem)
    assert (found.file, found.line) == (str(lexicon), 2)
    assert found.mend


def test_a_keyword_of_two_services_is_found(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "w")
    company = folder / "company.yaml"
    text = company.read_text("utf-8")
    rows = (f"  {name}: {{served: false, keywords: {{en: [rowing boat]}}}}\n" for name in ("boats", "ships"))
    twice = "".join(rows)
    company.write_text(text.replace("services:\n", f"services:\n{twice}", 1), "utf-8")
    with pytest.raises(BrokenContent) as broken:
        load_workspace(str(folder))
    keys = {one.key for one in broken.value.problems if "as well" in one.problem}
    assert keys == {"services.boats.keywords.en.0", "services.ships.keywords.en.0"}


def test_the_packaged_words_collide_with_nothing_of_the_demo() -> None:
    assert load_workspace().library.ears.languages == ("en", "pl", "uk", "ru")


class Counted(list[str]):
    """Messages that know how often they were gone through."""

    rounds = 0

    def __iter__(self) -> Iterator[str]:
        self.rounds += 1
        return super().__iter__()


ORDINARY = ("We need a shop by May", "I'd need 3 shops", "needles and pins", "a shop. Need it", "shopping", "hello")


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("shop", 2),
        ("shop*", 4),
        ("need ... shop*", 2),
        ("[a] shop", 2),
        ("(need*|shopping)", 5),
        ("^ need*", 1),
        ("# shops", 1),
        ("#", 1),
        ("boat", 0),
    ],
)
def test_how_many_ordinary_messages_hold_a_phrase_is_counted_by_their_words(phrase: str, found: int) -> None:
    (problem, *_) = (*collisions([phrase], ORDINARY * 10), None)
    if found:
        assert f"is found in {found * 10} of 60 ordinary messages (en)" in str(problem)
    else:
        assert problem is None


def test_ordinary_messages_are_gone_through_once_however_many_words_are_added() -> None:
    messages = Counted(ORDINARY * 10)
    assert not collisions([f"boat{'abcdefghij'[at % 10] * (at // 10 + 1)}" for at in range(300)], messages)
    assert messages.rounds == 1


def collisions(phrases: Sequence[str], messages: Sequence[str]) -> tuple[ContentError, ...]:
    """What is said of words for one service, among these messages."""
    own = tuple(service_words("company.yaml", {"crm": {"en": phrases}}, lambda _: None))
    book = compile_book([Entry(word.section, word.value, word.text, Lexicon("en", "", {})) for word in own])
    return prove_words(own, {"en": {}}, {"en": messages}, ["crm"], book)
