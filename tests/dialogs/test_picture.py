"""Pictures are SVG that any reader takes, complete in itself, with nothing on top of anything else."""

from collections import Counter
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from dialogs.content import read_framework
from dialogs.diagram import MOVES_TOLD, tree_diagram
from dialogs.dropoff import DropOff, Fate
from dialogs.picture import WIDTH, Labels, TableNames, table_picture, table_pictures, tree_picture, wrapped
from dialogs.wording import Wording
from scoring.stages import STAGES
from tests.builders import FRAMEWORKS, packaged
from tests.dialogs.test_diagram import SMALL

NAMES = tuple(sorted(path.stem for path in FRAMEWORKS.glob("*.yaml")))
SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - we drew it ourselves


def boxes(root: ET.Element) -> list[tuple[float, float, float, float]]:
    """x, y, width, height of each."""
    found = (one for one in root.iter(f"{SVG}rect") if one.get("class") in ("box", "end"))
    return [
        (float(one.attrib["x"]), float(one.attrib["y"]), float(one.attrib["width"]), float(one.attrib["height"]))
        for one in found
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_tree_is_drawn_whole_and_nothing_lies_on_anything(name: str) -> None:
    framework = packaged(name)
    svg = tree_picture(framework)
    root = parsed(svg)
    drawn = boxes(root)
    assert len(drawn) == len(framework.questions) + 4
    texts = {text.text for text in root.iter(f"{SVG}text")}
    assert {question.id for question in framework.questions} <= texts
    for (x, y, w, h), (x2, y2, w2, h2) in combinations(drawn, 2):
        assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    wide, high = (float(root.attrib[side]) for side in ("width", "height"))
    assert all(x >= 0 and x + w <= wide and y >= 0 and y + h <= high for x, y, w, h in drawn)
    assert svg == tree_picture(framework)


def test_a_picture_has_a_title_a_description_and_both_colour_schemes_and_loads_nothing() -> None:
    svg = tree_picture(packaged("bant"))
    root = parsed(svg)
    ids = root.attrib["aria-labelledby"].split()
    assert root.get("role") == "img"
    assert [one.get("id") for one in root if one.tag in (f"{SVG}title", f"{SVG}desc")] == ids
    assert "prefers-color-scheme:dark" in svg
    assert "href" not in svg
    assert "<script" not in svg
    assert "<style" not in tree_picture(packaged("bant"), styled=False)


def test_whatever_stands_in_a_text_is_text() -> None:
    evil = '<script>alert(1)</script> & "quoted"'
    wording = Wording("en", {"ask.what": evil, "choice.what.crm": "<b>A & B</b>"}, {}, "(n != 1)")
    svg = tree_picture(read_framework("small.yaml", SMALL), wording)
    root = parsed(svg)
    assert "<script" not in svg
    assert any("<script>" in (text.text or "") for text in root.iter(f"{SVG}text"))
    assert "<b>A & B</b> / own words" in {title.text for title in root.iter(f"{SVG}title")}


def test_figures_stand_on_their_question_and_leave_out_what_did_not_happen() -> None:
    figures = DropOff(40, {"what": Fate(put=40, answered=28, skipped=2, stopped=10)})
    root = parsed(tree_picture(read_framework("small.yaml", SMALL), None, figures))
    lines = {one.get("class"): one.text for one in root.iter(f"{SVG}text") if one.get("class") in ("figure", "lost")}
    assert lines == {"figure": "put 0", "lost": "stopped here 10 (25%)"}
    shown = [one.text for one in root.iter(f"{SVG}text") if one.get("class") == "figure"]
    assert shown[0] == "put 40 · answered 28 · skipped 2"


def test_arrows_count_the_talks_that_went_that_way_and_jumps_stand_in_their_box() -> None:
    framework = read_framework("small.yaml", SMALL)
    first, second, third = (one.id for one in framework.questions[:3])
    ways = Counter({("start", first): 40, (first, second): 21, (first, third): 7})
    figures = DropOff(40, {first: Fate(put=40, stopped=12)}, ways)
    root = parsed(tree_picture(framework, None, figures))
    said = {one.text for one in root.iter(f"{SVG}title")}
    assert {"40", "21 · crm / own words"} <= said
    assert f"→ {third} · 7" in {one.text for one in root.iter(f"{SVG}text")}
    mermaid = tree_diagram(framework, None, figures)
    assert 'start -->|"40"| q1' in mermaid
    assert 'q1 -->|"21 · crm / own words"| q2' in mermaid
    assert 'q1 -.->|"7"| q3' in mermaid
    assert 'q1 -.->|"12 (30%)"| left(["left"])' in mermaid


def test_labels_of_another_language_replace_all_of_ours() -> None:
    labels = Labels(
        "Von oben.",
        "gestellt {n}",
        "b {n}",
        "s {n}",
        "u {n}",
        "p {n}",
        "Ende {n} {share}",
        "ja",
        "nein",
        "eigene",
        "Vertrieb",
        "zu",
    )
    svg = tree_picture(read_framework("small.yaml", SMALL), None, DropOff(), labels)
    assert "own words" not in svg
    assert "handed over" not in svg
    assert "gestellt 0" in svg


def test_no_line_is_wider_than_its_box() -> None:
    assert wrapped("a bb ccc " + "x" * 25, 10) == ["a bb ccc", "x" * 10, "x" * 10, "x" * 5]
    assert all(w == WIDTH for _, _, w, _ in boxes(parsed(tree_picture(packaged("bant")))))


def test_the_tables_of_stages_are_drawn_with_all_states_and_triggers() -> None:
    svg = table_pictures()
    root = parsed(svg)
    texts = " ".join(
        text for one in root.iter() if one.tag in (f"{SVG}text", f"{SVG}tspan") for text in [one.text or ""]
    )
    assert all(state in texts for state in ("contact_us", "mql", "sal", "closed_won", "greeting", "handed_over"))
    assert all(
        trigger in texts for trigger in ("qualify", "accept", "hand_back → qualifying", "disqualify: from all but")
    )


def test_moves_of_the_stages_stand_with_the_leads_that_took_them() -> None:
    moves = Counter({("contact_us", "qualify"): 21, ("mql", "unqualify"): 4, ("", "disqualify"): 5, ("", "ask"): 40})
    svg = table_pictures(figures=DropOff(40, moves=moves))
    root = parsed(svg)
    said = {one.text for one in root.iter(f"{SVG}title")}
    assert {"21 · qualify", "0 · call"} <= said
    lines = {one.text: one.get("class") for one in root.iter(f"{SVG}text") if one.text}
    assert lines["4 · unqualify → contact_us"] == "figure"
    assert lines["0 · reconsider → contact_us"] == "mute"
    words = " ".join(one.text or "" for one in root.iter(f"{SVG}text"))
    assert "0 · postpone: from all but" in words  # all who were postponed, from whatever state
    assert "40 · ask: from all but human" in words
    assert MOVES_TOLD in "".join(one.text or "" for one in root.iter(f"{SVG}desc"))
    assert MOVES_TOLD not in table_pictures()


def test_stages_are_drawn_in_the_words_of_another_language() -> None:
    names = TableNames({"mql": "<MQL>"}, {"accept": "przyjęty"}, "oprócz: {states}", "zewsząd", "Liczba leadów.")
    svg = table_picture(STAGES, "Droga", "Etapy.", DropOff(), names, styled=False)
    texts = {one.text for one in parsed(svg).iter(f"{SVG}text")}
    assert "<MQL>" in texts
    assert "0 · przyjęty → sal" in texts
    assert "oprócz: " in svg
    assert "Etapy. Liczba leadów." in svg
    assert "<style" not in svg
