"""docs/frameworks.md: what each framework asks, what earns points and what counts as met, read off the files."""

import math
from collections.abc import Iterator, Mapping, Sequence

from dialogs.diagram import tree_diagram, words_of
from dialogs.framework import Framework, Question
from dialogs.wording import Wording
from scoring.rubric import Criterion, PointsRule

_HEAD = """# Frameworks

Generated from the files by `banter diagram frameworks`: change those, not this page.

A framework is one file in `dialogs/frameworks/` (or in the `frameworks/` folder of a workspace) with two halves: a
**rubric**, points over facts, and a **tree**, questions that fill them. What a visitor says becomes facts once; any
framework can weigh them, at any time: `banter rescore --framework champ`, or one click on a lead's page.
`company.yaml` says which one runs (`framework`), and `runs` names others for some pages or campaigns. To make your
own, see [write-your-own-framework.md](write-your-own-framework.md).

A criterion is met from the share of its points given below; each group of reasons gives the points of its best one,
and the groups add up. A lead hot enough or qualified is handed to sales as [scoring.md](scoring.md) says. Contact
details come last and are no condition. Questions not marked are asked of everybody they make sense for; *while there
is room* means: never instead of another.
"""

_STAND_INS = {name: f"<{name}>" for name in ("company", "tech", "works_in", "role", "minutes", "hours", "link")}

_CONDITIONS = """## Conditions

Rules and questions look at facts in a small language:

```
need.category                        something is known
budget.reaction is fine              a value is known
budget.reaction in fine less         one of several
timing.deadline within 90d           the window ends at most 90 days after it was said
people.count at least 20             a number or a sum reaches the bound
flag timing_tight                    a flag stands
event product_page_viewed            the lead did this
unconfirmed authority.role           found by research, or told more than 90 days ago
not X, X and Y, X or Y, ( … )        "and" binds closer than "or"
```

`banter check --schema framework` prints the JSON Schema of these files, for your editor.
"""


def frameworks_page(frameworks: Sequence[Framework], wording: Wording, reasons: Mapping[str, str], limit: int) -> str:
    """
    The page about all frameworks.

    Args:
        frameworks: In the order they are told.
        wording: The texts questions are shown with.
        reasons: The id of a points rule to its words.
        limit: How many questions a talk may ask where a framework does not say.
    """
    chapters = ("\n".join(_chapter(framework, wording, reasons, limit)) + "\n" for framework in frameworks)
    return "\n".join([_HEAD, *chapters, _CONDITIONS])


def _chapter(framework: Framework, wording: Wording, reasons: Mapping[str, str], limit: int) -> Iterator[str]:
    rubric = framework.rubric
    yield f"## {framework.title} (`{framework.name}`)"
    yield ""
    if framework.about:
        yield framework.about
    yield f"At most {framework.max_questions or limit} questions are asked; {rubric.maximum} points can be earned."
    yield ""
    yield "| criterion | of | earns points | met |"
    yield "|---|---|---|---|"
    for criterion in rubric.criteria:
        yield f"| {criterion.id} | {criterion.maximum} | {_earned(criterion, reasons)} | {_met(criterion)} |"
    yield ""
    more = f" and {rubric.others} more" if rubric.others else ""
    yield f"An MQL: {' and '.join(rubric.requires) or 'any'}{more} met. Let go politely: {_flags(framework.farewells)}."
    yield ""
    yield "| question | for | what the bot says | when |"
    yield "|---|---|---|---|"
    for question in framework.questions:
        said = wording.fill(f"ask.{question.id}", 0, _STAND_INS)
        yield f"| `{question.id}` | {question.criterion} | {_cell(said)} | {_cell(_when(question))} |"
    yield ""
    yield f"```mermaid\n{tree_diagram(framework, wording).strip()}\n```"


def _earned(criterion: Criterion, reasons: Mapping[str, str]) -> str:
    return " + ".join("; ".join(_reason(rule, reasons) for rule in group) for group in criterion.groups)


def _reason(rule: PointsRule, reasons: Mapping[str, str]) -> str:
    words = reasons.get(rule.id) or words_of(rule.when)
    return f"{_cell(words[:1].lower() + words[1:])} **{rule.points}**"


def _met(criterion: Criterion) -> str:
    enough = f"from {math.ceil(round(criterion.met_share * criterion.maximum, 6))}"
    further = f", if {words_of(criterion.met_if)}" if criterion.met_if is not None else ""
    blocked = f", unless {_flags(criterion.unless)}" if criterion.unless else ""
    return _cell(f"{enough}{further}{blocked}")


def _flags(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nobody"


def _when(question: Question) -> str:
    parts = []
    if question.shows:
        parts.append(f"after the {question.shows}")
    if question.ask_if is not None:
        parts.append(f"if {words_of(question.ask_if)}")
    if question.skip_if is not None:
        parts.append(f"unless {words_of(question.skip_if)}")
    if question.optional:
        parts.append("while there is room")
    return "; ".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "‹").replace(">", "›")
