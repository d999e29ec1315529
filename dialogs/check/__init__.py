"""
Proves content before it speaks: every problem of a framework, its texts and the company, found without a visitor.

structure  questions and their order     rubric  points, "met" and stages     reach  conditions, facts, flags
texts      all languages                 company names and figures of company.yaml
"""

from collections.abc import Collection, Mapping

from dialogs.check.company import prove_company
from dialogs.check.places import Faults, Lines
from dialogs.check.reach import prove_conditions
from dialogs.check.rubric import prove_rubric
from dialogs.check.structure import prove_structure
from dialogs.check.texts import prove_texts
from dialogs.errors import ContentError
from dialogs.framework import Framework
from dialogs.wording import Wording
from scoring.company import Company

__all__ = ["Lines", "prove", "prove_company", "prove_framework", "prove_texts", "prove_workspace"]


def _no_line(_: str) -> int | None:
    return None


def prove(
    framework: Framework,
    source_file: str,
    wordings: Mapping[str, Wording],
    company: Company,
    lines: Lines,
    *,
    zones: Collection[str] = (),
    others: Collection[Framework] = (),
    company_file: str = "company.yaml",
    company_lines: Lines = _no_line,
) -> tuple[ContentError, ...]:
    """
    Every problem of one framework, the texts it is said with and the company it qualifies for.

    Args:
        framework: As read from its file.
        source_file: Its name, for messages.
        wordings: Texts by language.
        company: Services, languages, limits.
        lines: The line of a dotted key of the framework's file, e.g. YamlSource.line.
        zones: Names of all time zones; empty when they cannot be known.
        others: Further frameworks that share the texts.
        company_file: Name of the company's file, for messages.
        company_lines: The line of a dotted key of the company's file.

    Returns:
        Problems in the order they are found; empty when everything is sound. Broken content never raises.
    """
    everyone = (framework, *others)
    return (
        *prove_framework(framework, source_file, company, lines, others),
        *prove_texts(everyone, wordings),
        *prove_company(
            company, company_file, wordings, company_lines, zones=zones, frameworks={one.name for one in everyone}
        ),
    )


def prove_workspace(
    frameworks: Mapping[str, tuple[Framework, Lines]],
    wordings: Mapping[str, Wording],
    company: Company,
    *,
    company_file: str,
    company_lines: Lines,
    zones: Collection[str] = (),
) -> tuple[ContentError, ...]:
    """Every problem of all frameworks of a workspace (by file name), their texts and the company, each said once."""
    found: list[ContentError] = []
    everyone = tuple(framework for framework, _ in frameworks.values())
    for file, (framework, lines) in frameworks.items():
        found.extend(prove_framework(framework, file, company, lines, everyone))
    names = {framework.name for framework in everyone}
    found.extend(prove_texts(everyone, wordings))
    found.extend(prove_company(company, company_file, wordings, company_lines, zones=zones, frameworks=names))
    return tuple(found)


def prove_framework(
    framework: Framework, source_file: str, company: Company, lines: Lines, others: Collection[Framework] = ()
) -> tuple[ContentError, ...]:
    """Every problem of a framework's tree and rubric; its rubric may weigh facts that others' talks bring."""
    faults = Faults(source_file, lines)
    prove_structure(framework, company, faults)
    faulty = prove_conditions(framework, company, faults, others)
    prove_rubric(framework, company, faulty, faults)
    return faults.found
