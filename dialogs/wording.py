"""What the bot says in one language: catalogue texts, compiled once, several variants a line."""

import gettext
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import Any
from zlib import crc32

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dialogs.errors import BrokenContent, ContentError


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the texts of a language stand: the packaged catalogue, and the lines an operator put over it."""

    file: str  # the packaged catalogue
    lines: Mapping[str, int] = field(default_factory=dict)  # key, or key/2 …, to its line; 0 if nobody knows
    own_file: str = ""  # the operator's catalogue, whether it exists or not; "" where there is no operator
    own_lines: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # texts of other files: key to file and line
    homes: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # where texts would stand that other files lack

    def place(self, name: str) -> tuple[str, int | None]:
        """The file and the line of a text, "help/2" or "unit.week[1]"; the file alone of one that has to be added."""
        name = name.partition("[")[0]
        if _base(name) in self.others:
            file, line = self.others[_base(name)]
            return file, line or None
        if name in self.own_lines:
            return self.own_file, self.own_lines[name] or None
        if name in self.lines:
            return self.file, self.lines[name] or None
        return self.own_file or self.file, None

    def home(self, key: str) -> tuple[str, int | None]:
        """The file a missing text has to be added to, and the line it would stand under, if that is known."""
        if key not in self.homes:
            return self.own_file or self.file, None
        file, line = self.homes[key]
        return file, line or None


NO_TEXTS: Mapping[str, str] = MappingProxyType({})
NO_PLACES: Mapping[str, tuple[str, int]] = MappingProxyType({})


class Wording:
    """The texts of one language, by key."""

    def __init__(
        self,
        language: str,
        texts: Mapping[str, str],
        plurals: Mapping[str, tuple[str, ...]],
        rule: str,
        origin: Origin | None = None,
    ) -> None:
        """
        Compile every text.

        Args:
            language: Two letters.
            texts: Key, or key/2, key/3 …, to a Jinja2 template.
            plurals: Key to the forms in the order of the rule.
            rule: A gettext plural expression such as "(n != 1)".
            origin: Where they stand; the language's packaged catalogue when nothing else is known.

        Raises:
            BrokenContent: Every template that does not compile.
        """
        self.language = language
        self.plurals = plurals
        names = dict.fromkeys((*texts, *plurals), 0)
        self.origin = origin or Origin(f"locales/{language}/LC_MESSAGES/banter.po", names)
        self.own = frozenset(_base(name) for name in self.origin.own_lines)  # keys the operator words
        self.packaged = frozenset(_base(name) for name in self.origin.lines)  # keys we bring, replaced or not
        self._index: Callable[[int], int] = gettext.c2py(rule)
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        environment.globals["plural"] = self.plural
        self._lines: dict[str, list[Line]] = {}
        self._names: dict[str, list[str]] = {}
        problems = []
        for key, text in texts.items():
            try:
                line = self._compiled(environment, text)
            except TemplateError as error:
                mend = "mend the braces; see docs/texts.md"
                file, at = self.origin.place(key)
                problems.append(ContentError(file, key, f"is no template: {error}", mend, at))
                continue
            self._lines.setdefault(_base(key), []).append(line)
            self._names.setdefault(_base(key), []).append(key)
        if problems:
            raise BrokenContent(tuple(problems))
        self._marks = {
            key: tuple(f"{key}/{variant}" for variant in range(len(lines))) for key, lines in self._lines.items()
        }

    def _compiled(self, environment: ImmutableSandboxedEnvironment, text: str) -> "Line":
        if "{" not in text:
            return text
        pieces = _VARIABLE.split(text)
        if any(sign in piece for piece in pieces[::4] for sign in _COMPUTED):
            return environment.from_string(text)
        names = [one or other for one, other in zip(pieces[1::4], pieces[2::4], strict=True)]
        return _Filled(pieces[::4], names, [key or "" for key in pieces[3::4]], self.plural)

    def plural(self, number: int, key: str) -> str:
        """The form of a word that goes with the number (CLDR, through the catalogue's own rule)."""
        forms = self.plurals[key]
        return forms[min(self._index(int(number)), len(forms) - 1)]

    def has(self, key: str) -> bool:
        """Whether there is a text under the key."""
        return key in self._lines

    def keys(self) -> Collection[str]:
        """All keys, without their variants."""
        return self._lines.keys()

    def variants(self, key: str) -> int:
        """How many ways there are to say it."""
        return len(self._lines[key])

    def marks(self, key: str) -> tuple[str, ...]:
        """The name of each variant that a conversation remembers having read."""
        return self._marks[key]

    def names(self, key: str) -> Sequence[str]:
        """The key of each variant as it stands in the catalogue: "help", "help/2"."""
        return self._names[key]

    def render(self, key: str, variant: int = 0, **variables: Any) -> str:
        """
        The text under the key.

        Raises:
            KeyError: There is none (`check` finds this before anybody is served).
        """
        return self.fill(key, variant, variables)

    def fill(self, key: str, variant: int, variables: Mapping[str, Any]) -> str:
        """The same with the variables as they are."""
        line = self._lines[key][variant]
        return line if isinstance(line, str) else line.render(variables)


_Plural = Callable[[int, str], str]


class _Filled:
    """
    A text with variables, and words in the number of one, and nothing else to compute.

    Most lines are, and Jinja takes ten times as long for them.
    """

    __slots__ = ("_names", "_plural", "_plurals", "_text")

    def __init__(self, texts: Sequence[str], names: Sequence[str], keys: Sequence[str], plural: _Plural) -> None:
        """Texts around the variables; a key where the word that goes with the variable's number is meant, else ""."""
        self._text = "%s".join(text.replace("%", "%%") for text in texts)
        self._names = tuple(names)
        self._plurals = tuple((at, key) for at, key in enumerate(keys) if key)
        self._plural = plural

    def render(self, variables: Mapping[str, Any]) -> str:
        """
        The text with its variables.

        Raises:
            UndefinedError: One was not given.
        """
        try:
            values = [variables[name] for name in self._names]
        except KeyError as error:
            raise UndefinedError(f"{error} is undefined") from None
        for at, key in self._plurals:
            values[at] = self._plural(values[at], key)
        return self._text % tuple(values)


Line = Template | _Filled | str
_VARIABLE = re.compile(r"\{\{ *(?:([a-z_]+)|plural\( *([a-z_]+) *, *'([a-z_.]+)' *\)) *\}\}")
_COMPUTED = ("{", "}", "\n")  # anything else of a template, and line ends, which Jinja has its own ways with


def read_wording(
    language: str,
    file: str,
    text: bytes,
    over: bytes = b"",
    own_file: str = "",
    others: Mapping[str, str] = NO_TEXTS,
    places: Mapping[str, tuple[str, int]] = NO_PLACES,
    homes: Mapping[str, tuple[str, int]] = NO_PLACES,
) -> Wording:
    """
    The texts of one catalogue, with an operator's own lines put over it.

    Args:
        language: Two letters.
        file: Where the catalogue stands, for messages.
        text: gettext PO.
        over: PO of the operator's own lines; a line given there replaces all variants of the packaged one.
        own_file: Where those stand, or would, for messages; "" where there is no operator.
        others: Further texts of the language, from other files.
        places: The file and line of each of those, by key.
        homes: The file and line that texts belong to which stand in none of them, by key.

    Raises:
        BrokenContent: A catalogue cannot be read, or a template does not compile.
    """
    catalog = _catalog(language, file, text)
    texts, plurals = _texts(catalog), _plurals(catalog)
    # What is empty in ours is missing; an operator who leaves a line empty is told so.
    texts = {key: line for key, line in texts.items() if line}
    own_lines: Mapping[str, int] = {}
    lines = _line_numbers(catalog)
    if over:
        own = _catalog(language, own_file, over)
        own_lines, own_texts = _line_numbers(own), _texts(own)
        replaced = {_base(key) for key in own_texts}
        texts = {key: line for key, line in texts.items() if _base(key) not in replaced} | own_texts
        plurals = plurals | _plurals(own)
    origin = Origin(file, lines, own_file, own_lines, places, homes)
    return Wording(language, {**texts, **others}, plurals, catalog.plural_expr, origin)


def _catalog(language: str, file: str, text: bytes) -> Catalog:
    _check_quotes(file, text)
    try:
        return read_po(BytesIO(text), locale=language, abort_invalid=True)
    except PoFileError as error:
        problem = f"is no gettext catalogue: {str(error).removesuffix(f' on {error.lineno}')}"
        raise BrokenContent((ContentError(file, "", problem, "see docs/texts.md", error.lineno + 1),)) from error
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, text.find(error.object)) + 1  # Babel reads line by line
        raise BrokenContent((ContentError(file, "", "is not UTF-8", "save it as UTF-8", line),)) from error
    except (ValueError, LookupError) as error:
        problem = f"is no gettext catalogue: {error}"
        raise BrokenContent((ContentError(file, "", problem, "see docs/texts.md"),)) from error


def _check_quotes(file: str, text: bytes) -> None:
    """Babel passes over a line whose quotation mark is not closed, and with it the text."""
    for number, line in enumerate(text.splitlines(), 1):
        found = line.strip()
        if found and not found.startswith(b"#") and not found.endswith(b'"'):
            problem = "is no gettext catalogue: the line does not end with a quotation mark"
            raise BrokenContent((ContentError(file, "", problem, "see docs/texts.md", number),))


def _texts(catalog: Catalog) -> dict[str, str]:
    return {message.id: str(message.string or "") for message in catalog if isinstance(message.id, str) and message.id}


def _plurals(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    found = {}
    for message in catalog:
        if isinstance(message.id, tuple):
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            found[message.id[0]] = tuple(str(form) for form in forms)
    return found


def _line_numbers(catalog: Catalog) -> dict[str, int]:
    names = ((message.id if isinstance(message.id, str) else message.id[0], message.lineno) for message in catalog)
    return {name: line or 0 for name, line in names if name}


def _base(name: str) -> str:
    """The key without its variant."""
    return name.partition("/")[0]


class Voice:
    """One turn's speech: picks variants that were not used yet, the same way every time it is replayed."""

    def __init__(self, wording: Wording, seed: str, told: tuple[str, ...]) -> None:
        self.wording = wording
        self._seed = seed
        self._told = dict.fromkeys(told)  # in order

    @property
    def told(self) -> tuple[str, ...]:
        """Variants and one-time lines said so far, in order."""
        return tuple(self._told)

    def say(self, key: str, **variables: Any) -> str:
        """A text under the key, in a variant this visitor has not read while there is one."""
        return self.tell(key, variables)

    def tell(self, key: str, variables: Mapping[str, Any]) -> str:
        """The same with the variables as they are."""
        marks = self.wording.marks(key)
        first = crc32(f"{self._seed}:{key}".encode()) % len(marks)
        order = (*range(first, len(marks)), *range(first))
        for variant in order:
            if marks[variant] not in self._told:
                break
        else:
            variant = self._longest_ago(marks, order)
        self._mark(marks[variant])
        return self.wording.fill(key, variant, variables)

    def fresh(self, key: str) -> bool:
        """Whether there is a variant this visitor has not read."""
        return not all(map(self._told.__contains__, self.wording.marks(key)))

    def said(self, key: str) -> bool:
        """Whether this visitor has read any variant."""
        return any(map(self._told.__contains__, self.wording.marks(key)))

    def word(self, key: str, **variables: Any) -> str:
        """The first variant, unmarked: for names and notes that are no sentences."""
        return self.wording.render(key, **variables)

    def once(self, line: str) -> bool:
        """Whether a one-time line has not been said yet; marks it as said."""
        if line in self._told:
            return False
        self._told[line] = None
        return True

    def start_over(self) -> None:
        """One-time lines may be said once more; variants stay known, so that the words differ."""
        self._told = dict.fromkeys(line for line in self._told if "/" in line)

    def _longest_ago(self, marks: Sequence[str], order: Iterable[int]) -> int:
        when = {line: at for at, line in enumerate(self._told)}
        return min(order, key=lambda variant: when[marks[variant]])

    def _mark(self, line: str) -> None:
        self._told.pop(line, None)
        self._told[line] = None


def told_in(language: str, before: str, told: tuple[str, ...]) -> tuple[str, ...]:
    """
    What was said so far, for who goes on in another language: none of its variants has been read in that one yet.

    Those of the language before are set aside under its name, and taken up again when the talk comes back to it.
    """
    if language == before:
        return told
    aside = (f"{before}:{line}" if "/" in line and ":" not in line else line for line in told)
    return tuple(line.removeprefix(f"{language}:") for line in aside)
