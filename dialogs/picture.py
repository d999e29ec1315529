"""Trees and state tables as SVG, laid out here in layers: no other program draws, and nothing is loaded."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Any

from dialogs.diagram import MOVES_TOLD, OWN_WORDS, TABLES, counted, jumps, plain_text, ways_of, words_of
from dialogs.dropoff import ANY, END, START, DropOff
from dialogs.framework import Framework, Question
from dialogs.wording import Wording
from scoring.diagram import MOST_ARROWS, Moves
from scoring.diagram import counted as counted_move
from scoring.tables import Table

WIDTH = 320  # of a box, in pixels at natural size
LETTER = 7.3  # the widest a letter of 13 px comes to on average, Cyrillic included
LINE = 18
PAD = 12
BETWEEN = 74  # between layers: room for the words on arrows
BESIDE = 190  # between boxes of one layer, and beside the outermost
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)" aria')
_SVG = "http://www.w3.org/2000/svg"
_JUMPS = 2  # arrows of one question for ways no answer alone leads
_LANE = 22  # between arrows that pass boxes by

STYLE = """
.banter-picture{font:13px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;color-scheme:light dark;
--ink:#17211d;--mute:#55615b;--card:#fffefb;--paper:#f5f4ef;--line:#8b938e;--green:#0f5a4c;--soft:#e4f1ec;--hot:#ae2517}
@media (prefers-color-scheme:dark){.banter-picture{
--ink:#e9efec;--mute:#a5b3ac;--card:#19201d;--paper:#101513;--line:#75827b;--green:#86d6bb;--soft:#1d3a32;--hot:#ff9d90}}
.banter-picture .paper{fill:var(--paper)}
.banter-picture .box{fill:var(--card);stroke:var(--line)}
.banter-picture .end{fill:var(--soft);stroke:var(--green)}
.banter-picture text{fill:var(--ink)}
.banter-picture .name{font-weight:600}
.banter-picture .mute{fill:var(--mute);font-size:12px}
.banter-picture .figure{fill:var(--green);font-size:12px}
.banter-picture .lost{fill:var(--hot);font-size:12px;font-weight:600}
.banter-picture .way{fill:none;stroke:var(--line);stroke-width:1.5}
.banter-picture .tip{fill:var(--line)}
.banter-picture .said{fill:var(--mute);font-size:12px;paint-order:stroke;stroke:var(--paper);stroke-width:4px}
"""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a picture says besides the framework's own words; people may have them in their language."""

    description: str = "Questions from top to bottom, arrows with the answers that lead on."
    put: str = "put {n}"
    answered: str = "answered {n}"
    skipped: str = "skipped {n}"
    unknown: str = "not known {n}"
    passed: str = "passed {n}"
    stopped: str = "stopped here {n} ({share})"
    met: str = "yes"
    unmet: str = "no"
    own_words: str = OWN_WORDS
    handed_over: str = "handed over to sales"
    closed: str = "closed, with something useful"
    ways: str = "A number on an arrow counts the talks that went that way."


@dataclass(frozen=True, slots=True)
class TableNames:
    """What a picture of a state table says besides its title; people may have it in their language."""

    states: Mapping[str, str] = field(default_factory=dict)  # a state by its name; one that is absent shows its name
    triggers: Mapping[str, str] = field(default_factory=dict)
    all_but: str = "from all but {states}"
    anywhere: str = "from any state"
    moves: str = MOVES_TOLD

    def state(self, name: str) -> str:
        """What a state is called."""
        return self.states.get(name, name)

    def trigger(self, name: str) -> str:
        """What a move is called."""
        return self.triggers.get(name, name)


@dataclass(slots=True)
class Box:
    """One box: lines with the class they are drawn in."""

    lines: list[tuple[str, str]]
    kind: str = "box"
    x: float = 0
    y: float = 0
    title: str = ""

    @property
    def height(self) -> float:
        """In pixels."""
        return LINE * len(self.lines) + 2 * PAD - 4


@dataclass(slots=True)
class Graph:
    """Boxes by name in the order they are to be read, and arrows with their words."""

    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    ports: dict[tuple[str, str], int] = field(default_factory=dict)  # the line of its box an arrow starts beside

    def lead(self, start: str, end: str, words: Iterable[str] = ()) -> None:
        """An arrow; words on the same way join."""
        self.arrows.setdefault((start, end), []).extend(words)


def wrapped(text: str, letters: int) -> list[str]:
    """Lines of at most so many letters; a longer word is broken."""
    lines = [""]
    for word in text.split():
        rest = word
        while rest:
            part, rest = rest[:letters], rest[letters:]
            if lines[-1] and len(lines[-1]) + 1 + len(part) > letters:
                lines.append(part)
            else:
                lines[-1] = f"{lines[-1]} {part}".strip()
    return lines


def tree_picture(
    framework: Framework,
    wording: Wording | None = None,
    figures: DropOff | None = None,
    labels: Labels | None = None,
    *,
    styled: bool = True,
) -> str:
    """
    A framework's tree as one SVG element.

    Args:
        framework: Its questions from top to bottom, as they are asked.
        wording: Puts the words of its language on questions and buttons; without, their ids.
        figures: How often each question was put, how it ended and where talks stopped; None leaves them out.
        labels: Other words, e.g. of another language.
        styled: With STYLE inside; a page that brings it itself needs none.
    """
    labels = labels or Labels()
    graph = Graph()
    graph.boxes[START] = Box([(framework.title, "name")], "end")
    for question in framework.questions:
        graph.boxes[question.id] = _box(question, wording, figures, labels)
    needed = [*framework.rubric.requires, *([f"+{framework.rubric.others}"] if framework.rubric.others else [])]
    graph.boxes[END] = Box([(line, "name") for line in wrapped(f"{', '.join(needed) or '–'}?", _letters())], "end")
    graph.boxes["yes"] = Box([(line, "") for line in wrapped(labels.handed_over, _letters())], "end")
    graph.boxes["no"] = Box([(line, "") for line in wrapped(labels.closed, _letters())], "end")
    first = framework.questions[0].id if framework.questions else END
    graph.lead(START, first, [str(figures.ways[START, first])] if figures is not None else [])
    for at, question in enumerate(framework.questions):
        for target, said in ways_of(framework.questions, at, wording).items():
            words = [labels.own_words if one == OWN_WORDS else one for one in said]
            graph.lead(question.id, target, [counted(figures, (question.id, target), " / ".join(dict.fromkeys(words)))])
    if figures is not None:
        for start in (START, *(question.id for question in framework.questions)):
            _jump(graph, start, jumps(framework, figures, start))
    graph.lead(END, "yes", [labels.met])
    graph.lead(END, "no", [labels.unmet])
    layers = [[name] for name in graph.boxes if name not in ("yes", "no")]
    told = labels.description if figures is None else f"{labels.description} {labels.ways}"
    return _drawn(graph, [*layers, ["yes", "no"]], framework.title, told, framework.name, styled=styled)


def _jump(graph: Graph, start: str, found: Sequence[tuple[str, int]]) -> None:
    """Ways talks took past the arrows: each a line in the box; from the most frequent an arrow starts."""
    box = graph.boxes[start]
    for end, count in found[:_JUMPS]:
        graph.ports[start, end] = len(box.lines)
        box.lines += [(line, "figure") for line in wrapped(f"→ {end} · {count}", _letters())]
        graph.lead(start, end)
    rest = ", ".join(f"{end} · {count}" for end, count in found[_JUMPS:])
    box.lines += [(line, "mute") for line in wrapped(f"→ {rest}", _letters())] if rest else []


def table_picture(
    table: Table[Any],
    title: str,
    description: str,
    figures: DropOff | None = None,
    names: TableNames | None = None,
    *,
    styled: bool = True,
) -> str:
    """
    A state table as one SVG element: states by the number of moves that reach them, each with its triggers.

    Args:
        table: The states and moves.
        title: What the table is of.
        description: One sentence, for those who do not see the picture.
        figures: How many leads took each move; None leaves them out.
        names: Other words, e.g. of another language.
        styled: With STYLE inside; a page that brings it itself needs none.
    """
    names = names or TableNames()
    moves = None if figures is None else figures.moves
    states = _by_distance(table)
    graph = Graph({"": Box([(line, "name") for line in wrapped(title, _letters())], "end")})
    for state in states:
        graph.boxes[state] = Box([(line, "name") for line in wrapped(names.state(state), _letters())])
    graph.lead("", table.initial.value)
    following = dict(pairwise(states))
    for trigger, sources, target in table.rows:
        if len(sources) > MOST_ARROWS:
            left = [names.state(state.value) for state in table.states if state not in sources]
            crowd = names.all_but.format(states=", ".join(left)) if left else names.anywhere
            _note(graph.boxes[target.value], f"{names.trigger(trigger)}: {crowd}", moves, (ANY, trigger))
            continue
        for source in sources:
            if following.get(source.value) == target.value:
                said = counted_move(moves, source.value, trigger, names.trigger(trigger))
                graph.lead(source.value, target.value, [said])
                continue
            graph.lead(source.value, target.value)
            box = graph.boxes[source.value]
            graph.ports.setdefault((source.value, target.value), len(box.lines))
            way = f"{names.trigger(trigger)} → {names.state(target.value)}"
            _note(box, way, moves, (source.value, trigger))
    layers = [[name] for name in graph.boxes]
    told = description if figures is None else f"{description} {names.moves}"
    return _drawn(graph, layers, title, told, f"table-{table.name}", styled=styled)


def _note(box: Box, text: str, moves: Moves | None, move: tuple[str, str]) -> None:
    """A move as a line of its box, after the leads that took it."""
    taken = 0 if moves is None else moves.get(move, 0)
    line = text if moves is None else f"{taken} · {text}"
    box.lines += [(part, "figure" if taken else "mute") for part in wrapped(line, _letters())]


def _by_distance(table: Table[Any]) -> list[str]:
    """Names of all states, those fewest moves lead to first."""
    found = [table.initial]
    for state in found:
        found += [target for _, sources, target in table.rows if state in sources and target not in found]
    rest = [state for state in table.states if state not in found]
    return [state.value for state in dict.fromkeys(found + rest)]


def table_pictures(tables: Sequence[tuple[str, str, Table[Any]]] = TABLES, figures: DropOff | None = None) -> str:
    """Every state table in one SVG, one below the other."""
    drawn = [table_picture(table, title, sentence, figures) for title, sentence, table in tables]
    sizes = [(float(wide), float(high)) for one in drawn for wide, high in _SIZE.findall(one)[:1]]
    width, height = max(wide for wide, _ in sizes), sum(high for _, high in sizes)
    tops = [sum(high for _, high in sizes[:at]) for at in range(len(sizes))]
    inner = "".join(one.replace("<svg ", f'<svg y="{top:g}" ', 1) for one, top in zip(drawn, tops, strict=True))
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg xmlns="{_SVG}" {size}>\n{inner}</svg>'


def _letters() -> int:
    return int((WIDTH - 2 * PAD) / LETTER)


def _box(question: Question, wording: Wording | None, figures: DropOff | None, labels: Labels) -> Box:
    lines = [(line, "name") for line in wrapped(question.id, _letters())]
    said = ask_of(question, wording)
    lines += [(line, "") for line in wrapped(said, _letters())] if said else []
    for before, condition in (("+ ", question.ask_if), ("− ", question.skip_if)):
        if condition is not None and figures is None:
            lines += [(line, "mute") for line in wrapped(before + words_of(condition), _letters())]
    if figures is not None:
        lines += _figures(figures, question.id, labels)
    return Box(lines, title=said)


def ask_of(question: Question, wording: Wording | None) -> str:
    """The question as it is put, "" without its words."""
    key = f"ask.{question.id}"
    return plain_text(wording, key) if wording is not None and wording.has(key) else ""


def _figures(figures: DropOff, question: str, labels: Labels) -> list[tuple[str, str]]:
    row = figures.of(question)
    parts = [labels.put.format(n=row.put)]
    for text, count in (
        (labels.answered, row.answered),
        (labels.skipped, row.skipped),
        (labels.unknown, row.unknown),
        (labels.passed, row.passed),
    ):
        if count:
            parts.append(text.format(n=count))
    lines = [(line, "figure") for line in wrapped(" · ".join(parts), _letters())]
    if row.stopped:
        lost = labels.stopped.format(n=row.stopped, share=f"{row.stopped / row.put:.0%}")
        lines += [(line, "lost") for line in wrapped(lost, _letters())]
    return lines


def _drawn(
    graph: Graph, layers: Sequence[Sequence[str]], title: str, description: str, key: str, *, styled: bool = True
) -> str:
    lanes = _lanes(graph, layers)
    right = 30 + _LANE * (1 + max(lanes.values(), default=0))
    y: float = 20
    for layer in layers:
        for at, name in enumerate(layer):
            graph.boxes[name].x, graph.boxes[name].y = 20 + at * (WIDTH + 40), y
        y += max(graph.boxes[name].height for name in layer) + BETWEEN
    row = max(len(layer) for layer in layers)
    edge = WIDTH + 40
    width, height = max(row * edge, edge + right + BESIDE), y - BETWEEN + 20
    ident = "".join(sign if sign.isalnum() else "-" for sign in key)
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    tip = 'viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"'
    parts = [
        f'<svg xmlns="{_SVG}" class="banter-picture" role="img" {size} aria-labelledby="{ident}-title {ident}-desc">',
        f'<title id="{ident}-title">{escape(title)}</title>',
        f'<desc id="{ident}-desc">{escape(f"{description} {_told(graph)}")}</desc>',
        f"<style>{STYLE}</style>" if styled else "",
        f'<rect class="paper" width="{width:g}" height="{height:g}"/>',
        f'<defs><marker id="{ident}-tip" {tip}><path class="tip" d="M0 0L10 5L0 10z"/></marker></defs>',
    ]
    said: list[str] = []
    for arrow, words in graph.arrows.items():
        way, label = _arrow(graph, arrow, words, lanes.get(arrow), edge)
        parts.append(f'<path class="way" d="{way}" marker-end="url(#{ident}-tip)"/>')
        said.append(label)
    parts += [_shape(box) for box in graph.boxes.values()]
    return "\n".join(filter(None, (*parts, *said, "</svg>"))) + "\n"


def _told(graph: Graph) -> str:
    """All of the picture in words, for those who do not see it."""
    return " ".join(f"{name}: {'; '.join(text for text, _ in box.lines)}." for name, box in graph.boxes.items())


def _lanes(graph: Graph, layers: Sequence[Sequence[str]]) -> Mapping[tuple[str, str], int]:
    """Arrows that cannot go straight to the layer below, each with a lane on the right; shorter ones further in."""
    level = {name: at for at, layer in enumerate(layers) for name in layer}
    long = [arrow for arrow in graph.arrows if level[arrow[1]] - level[arrow[0]] != 1]
    taken: list[list[tuple[int, int]]] = []
    found: dict[tuple[str, str], int] = {}
    for arrow in sorted(long, key=lambda one: abs(level[one[1]] - level[one[0]])):
        span = (min(level[arrow[0]], level[arrow[1]]), max(level[arrow[0]], level[arrow[1]]))
        lane = next(
            (at for at, spans in enumerate(taken) if all(span[1] < low or high < span[0] for low, high in spans)),
            len(taken),
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append(span)
        found[arrow] = lane
    return found


def _arrow(
    graph: Graph, arrow: tuple[str, str], words: Sequence[str], lane: int | None, edge: float
) -> tuple[str, str]:
    """The line of an arrow and its words."""
    start, end = (graph.boxes[name] for name in arrow)
    text = " / ".join(dict.fromkeys(words))
    if lane is None:
        x1, x2 = start.x + WIDTH / 2, end.x + WIDTH / 2
        y1, y2 = start.y + start.height, end.y
        way = f"M{x1:g} {y1:g}C{x1:g} {y1 + 30:g} {x2:g} {y2 - 30:g} {x2:g} {y2 - 2:g}"
        return way, _words(text, (x1 + x2) / 2 + 8, (y1 + y2) / 2, 44)
    x = edge + 10 + _LANE * lane
    port = graph.ports.get(arrow)
    y1 = start.y + (start.height * 0.6 if port is None else PAD + LINE * port + 7)
    y2 = end.y + 10 + 3 * (lane % 5)
    way = (
        f"M{start.x + WIDTH:g} {y1:g}H{x - 8:g}Q{x:g} {y1:g} {x:g} {y1 + (8 if y2 > y1 else -8):g}"
        f"V{y2 + (-8 if y2 > y1 else 8):g}Q{x:g} {y2:g} {x - 8:g} {y2:g}H{end.x + WIDTH + 2:g}"
    )
    return way, _words(text, x + 6, y1, 22)


def _words(text: str, x: float, y: float, letters: int) -> str:
    if not text:
        return ""
    lines = wrapped(text, letters)
    if len(lines) > 3:  # the rest stands in the tooltip
        lines = [*lines[:2], f"{lines[2]} …"]
    top = y - LINE * 0.85 * (len(lines) - 1) / 2 + 4
    spans = "".join(f'<tspan x="{x:g}" y="{top + 15 * at:g}">{escape(line)}</tspan>' for at, line in enumerate(lines))
    return f'<text class="said">{spans}<title>{escape(text)}</title></text>'


def _shape(box: Box) -> str:
    """A box with its lines; its whole text shows when it is pointed at."""
    shown = f"<title>{escape(box.title)}</title>" if box.title else ""
    place = f'x="{box.x:g}" y="{box.y:g}" width="{WIDTH}" height="{box.height:g}" rx="9"'
    lines = "".join(
        f'<text{_class(kind)} x="{box.x + PAD:g}" y="{box.y + PAD + 11 + LINE * at:g}">{escape(line)}</text>'
        for at, (line, kind) in enumerate(box.lines)
    )
    return f'<g>{shown}<rect class="{box.kind}" {place}/>{lines}</g>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
