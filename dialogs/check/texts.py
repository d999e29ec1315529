"""Whether every language can say everything: no text missing, empty, surplus, or failing when it is said."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from gettext import c2py

from babel import UnknownLocaleError
from babel.messages.plurals import get_plural
from jinja2 import TemplateError, UndefinedError

from dialogs.check import lines as of
from dialogs.check.places import nearest
from dialogs.errors import ContentError
from dialogs.framework import Framework
from dialogs.wording import Wording

LONGEST_LABEL = 40  # characters; longer ones are cut off on a phone
_REFERENCE = "en"
_OPEN = ("name.", "say.", "faq.")  # said of any value that has one
_MISSING = re.compile(r"^'(\w+)' is undefined$")
_TRIED = (1, 2, 5, 0)  # numbers that meet every plural form of our languages, and a falsy one
_MOST_VARIABLES = 30
_NUMBERS = 130  # enough to meet every plural form, 111 to 114 included

_Fault = tuple[str, str, str]  # key, problem, mend


@dataclass(slots=True)
class _Said:
    """What became of saying one text: the variables it wanted, and why it failed."""

    wants: set[str] = field(default_factory=set)
    failed: str = ""
    blank: bool = False


def prove_texts(frameworks: Collection[Framework], wordings: Mapping[str, Wording]) -> tuple[ContentError, ...]:
    """
    Every problem of the texts in any language.

    Args:
        frameworks: All that share the texts; a question's text that none of them has is surplus.
        wordings: By language; English is what the others are measured by, or the first when there is none.
    """
    if not wordings:
        return ()
    wanted = of.required(frameworks)
    reference = wordings.get(_REFERENCE) or next(iter(wordings.values()))
    known = reference.keys()
    used = {key: _variables(reference, key) for key in known}
    found: list[ContentError] = []
    for wording in wordings.values():
        faults = [
            _placed(wording, *fault)
            for fault in (
                *_one_wording(wording, wanted),
                *_surplus(wording, wanted, reference),
                *_spoken(wording, reference, used),
                *_labels(wording, frameworks),
                *_plurals(wording, reference),
            )
        ]
        found.extend(_missing(wording, wanted, reference))
        found.extend(dict.fromkeys(faults))  # frameworks may share a question
    return tuple(found)


def _placed(wording: Wording, key: str, problem: str, mend: str) -> ContentError:
    """The fault with the file and the line its author has to open: the operator's own, or ours."""
    file, line = wording.origin.place(key)
    return ContentError(file, key, problem, mend, line)


def _known(reference: Wording) -> frozenset[str]:
    """Keys there are: ours, and an operator's names for values of their own (a service, say)."""
    keys = reference.keys()
    return frozenset(key for key in keys if key in reference.packaged or key.startswith(_OPEN))


def _missing(wording: Wording, wanted: frozenset[str], reference: Wording) -> Iterator[ContentError]:
    """Texts that are to be added; each is told where that is, not where other languages have it."""
    have, known = frozenset(wording.keys()), _known(reference)
    named = frozenset(key for key in known if not of.belongs_to_a_framework(key))
    for key in sorted((wanted | named) - have):
        file, line = wording.origin.home("" if key in reference.packaged else key)
        mend = f"add it to this file {_under(file, wording.language)}"
        yield ContentError(file, key, f"is missing or empty in {wording.language}", mend, line)


def _under(file: str, language: str) -> str:
    return "as a msgid with its text" if file.endswith(".po") else f"under `words:`, `{language}:`"


def _one_wording(wording: Wording, wanted: frozenset[str]) -> Iterator[_Fault]:
    for key in sorted(wanted & frozenset(wording.keys())):
        if key.partition(".")[0] in of.WORDED_TWICE and wording.variants(key) < 2 and key not in wording.own:
            yield key, "has one wording only", f'add msgid "{key}/2", so that nobody reads the same line twice'


def _surplus(wording: Wording, wanted: frozenset[str], reference: Wording) -> Iterator[_Fault]:
    known = _known(reference)
    for key in sorted(frozenset(wording.keys()) - wanted):
        if wording.origin.own_file and key not in wording.own:
            continue  # ours, for a question the operator dropped: it is never said
        if of.belongs_to_a_framework(key):
            yield key, "belongs to no question or farewell", f"remove it; or {nearest(key, wanted)}"
        elif key not in known:
            yield key, f"there is no such text in {reference.language}", f"remove it; or {nearest(key, known)}"


def _spoken(wording: Wording, reference: Wording, used: Mapping[str, frozenset[str]]) -> Iterator[_Fault]:
    """Say every variant once, with the variables it is given, and see what happens."""
    keys = wording.keys()
    for key in keys:
        # An operator who words a line in one language alone may say more or less there than ours does in the others.
        compared = key in wording.own or key not in reference.own
        for variant, name in enumerate(wording.names(key)):
            said = _say(wording, key, variant)
            if said.failed:
                yield name, f"cannot be said: {said.failed}", "mend the braces; see docs/texts.md"
            elif said.blank:
                yield name, "is empty", "write the text"
            for variable in sorted(said.wants - of.given(key)):
                yield name, f"{{{{ {variable} }}}} has no value here", nearest(variable, of.given(key) or ("none",))
            if not compared:
                continue
            for variable in sorted((said.wants & of.given(key)) - used.get(key, said.wants)):
                yield name, f"{{{{ {variable} }}}} is not in the {_REFERENCE} text", "remove it, or add it there"
            for variable in sorted(_always(used, key) - said.wants):
                yield name, f"{{{{ {variable} }}}} of the {_REFERENCE} text is missing", "say it here too"
    days = _plain(wording, "days.short")
    if days is not None and len(days.split()) != 7:
        yield "days.short", "expected seven short names of days", "write them from Monday, with blanks between"


def _plain(wording: Wording, key: str) -> str | None:
    """A text that is said without variables; None when it is missing or faulty, which is reported elsewhere."""
    if not wording.has(key):
        return None
    said = _say(wording, key, 0)
    return None if said.failed or said.wants else wording.render(key)


def _always(used: Mapping[str, frozenset[str]], key: str) -> frozenset[str]:
    """Variables that carry what a text has to say; names such as the company's may come and go."""
    return used.get(key, frozenset()) - frozenset({"company", "tech", "works_in", "role", "link"})


def _variables(wording: Wording, key: str) -> frozenset[str]:
    return frozenset().union(*(_say(wording, key, variant).wants for variant in range(wording.variants(key))))


def _say(wording: Wording, key: str, variant: int) -> _Said:
    """Say a text with stand-ins for whatever it asks for: filled, empty, and in several numbers."""
    said = _Said()
    for number in _TRIED:
        for _ in range(_MOST_VARIABLES):
            values = {name: _stand_in(name, number) for name in said.wants}
            try:
                text = wording.render(key, variant, **values)
            except UndefinedError as error:
                missing = _MISSING.match(str(error))
                if missing is None or missing[1] in said.wants:
                    said.failed = str(error)
                    return said
                said.wants.add(missing[1])
                continue
            except (TemplateError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
                said.failed = f"{type(error).__name__} {error}"
                return said
            said.blank = said.blank or (number != 0 and not text.strip())
            break
        if not said.wants:
            break
    return said


def _stand_in(name: str, number: int) -> str | int:
    if name in of.NUMBERS:
        return number
    return "x" if number else ""


def _labels(wording: Wording, frameworks: Collection[Framework]) -> Iterator[_Fault]:
    for question in (question for framework in frameworks for question in framework.questions):
        labels: dict[str, str] = {}
        for choice in question.choices:
            key = f"choice.{question.id}.{choice.id}"
            label = _plain(wording, key)
            if label is None:
                continue
            if len(label) > LONGEST_LABEL:
                problem = f"the label has {len(label)} characters, at most {LONGEST_LABEL} fit"
                yield key, problem, "shorten it"
            if label in labels:
                yield key, f"reads the same as {labels[label]}", "word one of them differently"
            labels.setdefault(label, key)


def _plurals(wording: Wording, reference: Wording) -> Iterator[_Fault]:
    try:
        rule = get_plural(wording.language)
    except (UnknownLocaleError, ValueError):
        yield "", f"{wording.language} is no language CLDR knows", "write its two letters"
        return
    forms_wanted, form_of = rule.num_plurals, c2py(rule.plural_expr)
    for key in sorted(set(reference.plurals) - set(wording.plurals)):
        problem = f"is missing in {wording.language}"
        yield key, problem, f'add msgid "{key}" with its {forms_wanted} plural forms'
    for key, forms in wording.plurals.items():
        if key not in reference.plurals:
            yield key, f"there is no such plural in {reference.language}", "remove it, or mend its name"
        if len(forms) != forms_wanted:
            problem = f"has {len(forms)} plural forms, {wording.language} has {forms_wanted}"
            yield key, problem, f"write msgstr[0] to msgstr[{forms_wanted - 1}]"
        elif any(wording.plural(number, key) != forms[form_of(number)] for number in range(_NUMBERS)):
            mend = f'write "Plural-Forms: {rule.plural_forms}\\n" in the head of the file'
            yield "", f"its Plural-Forms are not those of {wording.language}", mend
        for at, form in enumerate(forms):
            if not form.strip():
                yield f"{key}[{at}]", "is empty", "write the form"
