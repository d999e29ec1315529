"""Workspaces: the packaged one, one of your own, and everything that can be wrong with it."""

import shutil
from pathlib import Path

import pytest

from bot.workspace import FRAMEWORKS, WORKSPACES, find_workspace, load_workspace
from dialogs.errors import BrokenContent
from tests.builders import standalone

PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo company."""
    made = tmp_path / "mine"
    shutil.copytree(WORKSPACES / "northlight", made)
    return made


def problems(folder: Path) -> str:
    with pytest.raises(BrokenContent) as raised:
        load_workspace(str(folder))
    return str(raised.value)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_packaged_workspace_is_found_by_name_and_by_default() -> None:
    assert find_workspace("") == find_workspace("northlight") == WORKSPACES / "northlight"


def test_a_folder_is_found_by_its_path(folder: Path) -> None:
    assert find_workspace(str(folder)) == folder
    assert load_workspace(str(folder)).library.company.name == "Northlight Studio"


def test_a_folder_that_is_none_is_told_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(BrokenContent, match=r"banter init .*packaged one: byte-and-bag, northlight"):
        find_workspace(str(tmp_path / "nowhere"))


def test_an_operators_own_lines_lie_over_ours(folder: Path) -> None:
    own = folder / "locales" / "en" / "LC_MESSAGES"
    own.mkdir(parents=True)
    (own / "banter.po").write_text(PO + '\nmsgid "help"\nmsgstr "Ask {{ company }}."\n', encoding="utf-8")
    wording = load_workspace(str(folder)).library.wordings["en"]
    assert wording.render("help", company="us") == "Ask us."


def own_lines(folder: Path, text: str | bytes, language: str = "en") -> Path:
    """The operator's own catalogue with these lines after its head."""
    file = folder / "locales" / language / "LC_MESSAGES" / "banter.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(PO.encode() + (text if isinstance(text, bytes) else text.encode()))
    return file


def test_one_line_of_their_own_replaces_all_variants_of_ours(folder: Path) -> None:
    keys = ("ask.need.what", "again.spec.has", "greet.first", "ack.plain")
    own_lines(folder, "".join(f'\nmsgid "{key}"\nmsgstr "So what will it be?"\n' for key in keys))
    wording = load_workspace(str(folder)).library.wordings["en"]
    assert [(wording.variants(key), wording.render(key)) for key in keys] == [(1, "So what will it be?")] * 4


SLIPS = r"""
msgid "help"
msgstr ""
msgid "hepl"
msgstr "Help."
msgid "nudge"
msgstr "Ask {{ nobody }}."
msgid "ask.spec.had"
msgstr "Had?"
msgid "sum.range"
msgstr "much"
msgid "unit.week"
msgid_plural "unit.week"
msgstr[0] "tydzień"
msgstr[1] ""
msgstr[2] "tygodni"
"""


def test_slips_in_their_own_lines_are_told_with_their_file_and_line_and_nothing_else(folder: Path) -> None:
    file = own_lines(folder, SLIPS, "pl")
    assert sorted(line.partition(" -> ")[0] for line in problems(folder).splitlines()) == [
        f"{file}:11: ask.spec.had: belongs to no question or farewell",
        f"{file}:13: sum.range: {{{{ high }}}} of the en text is missing",
        f"{file}:13: sum.range: {{{{ low }}}} of the en text is missing",
        f"{file}:15: unit.week[1]: is empty",
        f"{file}:5: help: is empty",
        f"{file}:7: hepl: there is no such text in en",
        f"{file}:9: nudge: {{{{ nobody }}}} has no value here",
    ]


@pytest.mark.parametrize(
    ("lines", "line", "told"),
    [
        ('\nmsgid "help"\nmsgstr "Ask {{ company."\n', 5, "help: is no template"),
        ('\nmsgid "help"\n\nmsgid "nudge"\nmsgstr "x"\n', 5, "is no gettext catalogue: missing msgstr"),
        ('\nmsgid "help"\nmsgstr "Ask us.\n', 6, "does not end with a quotation mark"),
        (b'\nmsgid "help"\nmsgstr "\xff"\n', 6, "is not UTF-8 -> save it as UTF-8"),
        (
            '\nmsgid "hepl"\nmsgstr "Help."\n',
            5,
            "hepl: there is no such text in en -> remove it; or did you mean help?",
        ),
    ],
)
def test_a_file_of_their_own_that_is_no_catalogue_is_told_once(
    folder: Path, lines: str | bytes, line: int, told: str
) -> None:
    file = own_lines(folder, lines)
    (found,) = problems(folder).splitlines()
    assert found.startswith(f"{file}:{line}: ")
    assert told in found


def test_a_line_of_their_own_in_one_language_leaves_the_others_alone(folder: Path) -> None:
    own_lines(folder, '\nmsgid "help"\nmsgstr "Just ask."\n\nmsgid "say.budget.amount"\nmsgstr "some money"\n')
    own_lines(folder, '\nmsgid "identity"\nmsgstr "Jestem botem."\n', "pl")
    wordings = load_workspace(str(folder)).library.wordings
    assert (wordings["en"].render("help"), wordings["pl"].render("identity")) == ("Just ask.", "Jestem botem.")


def test_a_question_an_operator_drops_leaves_its_texts_unsaid(folder: Path) -> None:
    head, found, rest = standalone().partition("  authority.others:\n")
    assert found
    own = folder / "frameworks"
    own.mkdir()
    (own / "bant.yaml").write_text(head + rest[rest.index("  timing.deadline:\n") :], encoding="utf-8")
    questions = load_workspace(str(folder)).library.frameworks["bant"].questions
    assert "authority.others" not in {question.id for question in questions}


def test_a_text_an_own_question_lacks_is_missed_in_their_own_file(folder: Path) -> None:
    own = folder / "frameworks"
    own.mkdir()
    text = standalone().replace("      stay_here: {act: skip}", "      later: {act: skip}")
    (own / "bant.yaml").write_text(text, encoding="utf-8")
    found = problems(folder).splitlines()
    assert len(found) == 4
    assert all(one.startswith(f"{folder}/locales/") and "choice.contact.how.later: is missing" in one for one in found)


def test_an_operators_own_framework_replaces_the_packaged_one(folder: Path) -> None:
    packaged = WORKSPACES.parent.parent / "dialogs" / "frameworks" / "bant.yaml"
    own = folder / "frameworks"
    own.mkdir()
    text = packaged.read_text(encoding="utf-8").replace("title: BANT", "title: Our BANT", 1)
    (own / "bant.yaml").write_text(text, encoding="utf-8")
    assert load_workspace(str(folder)).library.frameworks["bant"].title == "Our BANT"


def test_all_problems_of_all_files_are_told_together(folder: Path) -> None:
    edit(folder / "company.yaml", "framework: bant", "framework: bnat")
    own = folder / "frameworks"
    own.mkdir()
    (own / "broken.yaml").write_text("framework: [", encoding="utf-8")
    text = problems(folder)
    assert "there is no framework" in text
    assert "broken.yaml" in text


@pytest.mark.parametrize("text", ["framework: [", "", "framework: bant\n"])
def test_a_tree_that_cannot_be_read_is_not_told_to_be_missing_too(folder: Path, text: str) -> None:
    own = folder / "frameworks"
    own.mkdir()
    (own / "bant.yaml").write_text(text, encoding="utf-8")
    told = problems(folder)
    assert "bant.yaml" in told
    assert "there is no framework" not in told


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[en, pl, uk, ru]", "[en, xx]", "there are no texts in 'xx'"),
        ("zone: Europe/Warsaw", "zone: Mars/Olympus", "there is no time zone Mars/Olympus"),
        ("currency: EUR", "currency: eur", "there is no currency eur"),
        ("crm: {card: crm_setup", "crm: {card: crm_dream", "the rate card has no project crm_dream"),
        ("rate: 45", "rate: .nan", "rate_card.rate: expected a number, found nan"),
        ("max_questions: 7", "max_questions: 1", "questions are asked of everybody"),
        ("name: Northlight Studio", "nmae: Northlight Studio", "nmae: is no key we know"),
    ],
)
def test_a_slip_in_the_company_is_told_before_anybody_is_served(folder: Path, old: str, new: str, problem: str) -> None:
    edit(folder / "company.yaml", old, new)
    assert problem in problems(folder)


def test_a_file_that_is_not_utf_8_is_told(folder: Path) -> None:
    (folder / "company.yaml").write_bytes(b"name: \xff")
    assert "company.yaml:1: is not UTF-8 (byte 6)" in problems(folder)


def test_a_text_that_wants_a_variable_nobody_gives_is_told(folder: Path) -> None:
    own = folder / "locales" / "en" / "LC_MESSAGES"
    own.mkdir(parents=True)
    (own / "banter.po").write_text(PO + '\nmsgid "help"\nmsgstr "Ask {{ nobody }}."\n', encoding="utf-8")
    assert "nobody" in problems(folder)


def test_the_version_changes_with_any_file_and_only_then(folder: Path) -> None:
    first = load_workspace(str(folder)).library.version
    assert load_workspace(str(folder)).library.version == first
    edit(folder / "company.yaml", "sla_minutes: 20", "sla_minutes: 21")
    assert load_workspace(str(folder)).library.version != first


def test_the_same_file_elsewhere_is_another_version(folder: Path) -> None:
    words = 'role:\n  director: ["брелокотека"]\n'
    versions = []
    for language in ("uk", "ru"):
        own = folder / "locales" / language / "lexicon.yaml"
        own.parent.mkdir(parents=True)
        own.write_text(words, encoding="utf-8")
        versions.append((load_workspace(str(folder)).library.version, load_workspace(str(folder)).own_version))
        own.unlink()
    assert versions[0][0] != versions[1][0]
    assert versions[0][1] != versions[1][1]


def test_the_version_covers_the_tables_that_are_read_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packaged ones too, beside which the operator's own version stays what it is."""
    first = load_workspace(str(folder))
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"\n" * (path.name == "symbols.yaml"))
    later = load_workspace(str(folder))
    assert later.library.version != first.library.version
    assert later.own_version == first.own_version


def test_what_was_read_of_the_operators_is_held_to_the_byte_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    ours = (FRAMEWORKS / "bant.yaml").read_bytes().replace(b"framework: bant", b"framework: ours", 1)
    (shared / ".ours.yaml").write_bytes(ours)
    (folder / "frameworks").symlink_to(shared)
    (folder / "README.md").write_text("Not read.", encoding="utf-8")
    (folder / "caf\udce9.txt").write_text("Not read either.", encoding="utf-8")
    workspace = load_workspace(str(folder))
    assert workspace.own["frameworks/.ours.yaml"] == ours
    assert workspace.own["company.yaml"] == (folder / "company.yaml").read_bytes()
    assert not any(name.endswith((".md", ".txt")) for name in workspace.own)


def test_a_file_with_a_name_nobody_can_print_is_told(folder: Path) -> None:
    (folder / "frameworks").mkdir()
    for name in ("caf\udce9.yaml", "caf\udce9.yml"):
        (folder / "frameworks" / name).write_text("framework: cafe", encoding="utf-8")
    told = problems(folder)
    assert "caf\\xe9.yaml: its name is not UTF-8 -> give it a name in ASCII or UTF-8" in told
    assert "caf\\xe9.yml: its name is not UTF-8" in told
    assert told.encode()


def test_a_folder_nobody_may_look_into_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_file = Path.is_file

    def refused(path: Path) -> bool:
        if path.parent.name == "pl":
            raise PermissionError(13, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refused)
    assert "lexicon.yaml: cannot be read (Permission denied) -> let the user" in problems(folder)


def test_overrides_reach_the_company() -> None:
    assert load_workspace("", {"sla_minutes": 5}).library.company.sla_minutes == 5


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "brands.yaml",
            "arcgis: ArcGIS\nnine: 9\n",
            "brands.yaml:2: nine: expected a name in letters, found 9 -> write both",
        ),
        ("brands.yaml", "# ours\n365: X\n", "brands.yaml:2: 365: expected a name in letters, found 365 -> write both"),
        ("brands.yaml", "arcgis: [ArcGIS]\n", "brands.yaml:1: arcgis: expected a name"),
        ("brands.yaml", "arcgis: ' '\n", "brands.yaml:1: arcgis: expected a name"),
        ("brands.yaml", "- arcgis\n", "brands.yaml: expected keys with values"),
        ("faq.yml", "a: b\n", "faq.yml: nobody reads this file: it ends in .yml -> call it faq.yaml"),
        ("locales/pl/lexicon.yml", "a: b\n", "call it lexicon.yaml"),
        ("frameworks/own.yml", "a: b\n", "call it own.yaml"),
    ],
)
def test_a_slip_that_would_show_only_in_a_talk_is_told(folder: Path, name: str, text: str, problem: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    assert problem in problems(folder)


def test_files_that_are_not_meant_for_us_may_lie_about(folder: Path) -> None:
    (folder / "compose.yml").write_text("services: {}", encoding="utf-8")
    assert load_workspace(str(folder)).folder == folder


def test_a_framework_that_is_tried_takes_the_place_of_its_name_in_a_file_of_any_name(
    folder: Path, tmp_path: Path
) -> None:
    text = standalone().replace("framework: bant", "framework: ours", 1)
    (folder / "frameworks").mkdir(exist_ok=True)
    (folder / "frameworks" / "spring.yaml").write_text(text, "utf-8")
    tried = tmp_path / "try-this.yaml"
    tried.write_text(text.replace("title: BANT", "title: Ours", 1), "utf-8")
    assert load_workspace(str(folder)).library.frameworks["ours"].title == "BANT"
    found = load_workspace(str(folder), tried=tried).library.frameworks
    assert found["ours"].title == "Ours"
    assert "bant" in found
