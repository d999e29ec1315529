"""Problems as SARIF 2.1.0, the form code review tools show beside the line."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dialogs.errors import ContentError

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Parts of keys that are ours; everything else in a key is a name its author chose.
_PARTS = frozenset(
    """
    act advice ask_if asks attempts choices criteria criterion disqualified_by facts fills if_no if_yes max
    max_questions met met_if mql not_about others points questions requires shows skip_if stages text unless urgency
    when within_days
    """.split()  # noqa: SIM905 - a list of thirty would take a line each
)
_KINDS = ("lexicon.yaml", "faq.yaml", "brands.yaml", "company.yaml", "questions.yaml")


def rule_of(problem: ContentError) -> str:
    """What kind of problem it is, e.g. "framework/questions/skip_if"; the same for every file and name."""
    first, *rest = problem.key.split(".")
    name = problem.file.rpartition("/")[2]
    if problem.file.endswith(".po"):
        return f"texts/{first}" if first else "texts"
    kind = name.removesuffix(".yaml") if name in _KINDS else "framework"
    last = next((part for part in reversed(rest) if part in _PARTS), "") if kind == "framework" else ""
    return "/".join(part for part in (kind, first, last) if part)


def sarif(problems: Sequence[ContentError], version: str) -> dict[str, Any]:
    """
    A SARIF log of one run.

    Args:
        problems: Each becomes a result of level "error", in their order; none makes a run without results.
        version: Of Banter.

    Returns:
        Plain values for JSON. A problem without a line has no region; a file is a relative or a `file:` address.
    """
    rules = list(dict.fromkeys(map(rule_of, problems)))
    driver = {
        "name": "banter check",
        "version": version,
        "rules": [{"id": rule, "shortDescription": {"text": _told(rule)}} for rule in rules],
    }
    results = [_result(problem, rules.index(rule_of(problem)), rule_of(problem)) for problem in problems]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _told(rule: str) -> str:
    kind, *where = rule.split("/")
    return f"{kind}: {' '.join(where) or 'the file'} cannot serve visitors"


def _result(problem: ContentError, at: int, rule: str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(problem.file)}}
    if problem.line is not None and problem.line > 0:
        physical["region"] = {"startLine": problem.line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if problem.key:
        location["logicalLocations"] = [{"fullyQualifiedName": problem.key, "kind": "member"}]
    key = f"{problem.key}: " if problem.key else ""
    mend = f" -> {problem.mend}" if problem.mend else ""
    return {
        "ruleId": rule,
        "ruleIndex": at,
        "level": "error",
        "message": {"text": f"{key}{problem.problem}{mend}"},
        "locations": [location],
    }


def _uri(file: str) -> str:
    path = quote(file.replace("\\", "/"))
    return f"file://{path}" if path.startswith("/") else path
