"""What the bot says in one language: catalogue texts, compiled once, several variants a line."""

import gettext
from collections.abc import Callable, Collection, Mapping
from io import BytesIO
from typing import Any
from zlib import crc32

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dialogs.errors import BrokenContent, ContentError

_VARIANTS = 9  # the most one line may have: /2 to /9


class Wording:
    """The texts of one language, by key."""

    def __init__(
        self, language: str, texts: Mapping[str, str], plurals: Mapping[str, tuple[str, ...]], rule: str
    ) -> None:
        """
        Compile every text.

        Args:
            language: Two letters.
            texts: Key, or key/2, key/3 …, to a Jinja2 template.
            plurals: Key to the forms in the order of the rule.
            rule: A gettext plural expression such as "(n != 1)".

        Raises:
            BrokenContent: Every template that does not compile.
        """
        self.language = language
        self.plurals = plurals
        self._index: Callable[[int], int] = gettext.c2py(rule)
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        environment.globals["plural"] = self.plural
        self._lines: dict[str, list[Template | str]] = {}
        problems = []
        for key, text in texts.items():
            try:
                line: Template | str = environment.from_string(text) if "{" in text else text
            except TemplateError as error:
                mend = "mend the braces; see docs/texts.md"
                problems.append(ContentError(f"{language}/banter.po", key, f"is no template: {error}", mend))
                continue
            self._lines.setdefault(key.partition("/")[0], []).append(line)
        if problems:
            raise BrokenContent(tuple(problems))

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

    def render(self, key: str, variant: int = 0, **variables: Any) -> str:
        """
        The text under the key.

        Raises:
            KeyError: There is none (`check` finds this before anybody is served).
        """
        line = self._lines[key][variant]
        return line if isinstance(line, str) else line.render(variables)


def read_wording(language: str, file: str, text: bytes, over: bytes = b"") -> Wording:
    """
    The texts of one catalogue, with an operator's own lines put over it.

    Args:
        language: Two letters.
        file: Where the catalogue stands, for messages.
        text: gettext PO.
        over: PO of the operator's own lines; a line given there replaces all variants of the packaged one.

    Raises:
        BrokenContent: A catalogue cannot be read, or a template does not compile.
    """
    catalog = _catalog(language, file, text)
    texts, plurals = _entries(catalog)
    if over:
        own, own_plurals = _entries(_catalog(language, f"own lines for {file}", over))
        replaced = {key.partition("/")[0] for key in own}
        texts = {key: line for key, line in texts.items() if key.partition("/")[0] not in replaced} | own
        plurals = plurals | own_plurals
    return Wording(language, texts, plurals, catalog.plural_expr)


def _catalog(language: str, file: str, text: bytes) -> Catalog:
    try:
        return read_po(BytesIO(text), locale=language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        problem = f"is no gettext catalogue: {error}"
        raise BrokenContent((ContentError(file, "", problem, "see docs/texts.md"),)) from error


def _entries(catalog: Catalog) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        if isinstance(message.id, tuple):
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            plurals[message.id[0]] = tuple(str(form) for form in forms)
        elif message.id and message.string:
            texts[str(message.id)] = str(message.string)
    return texts, plurals


class Voice:
    """One turn's speech: picks variants that were not used yet, the same way every time it is replayed."""

    def __init__(self, wording: Wording, seed: str, told: tuple[str, ...]) -> None:
        self.wording = wording
        self._seed = seed
        self._told = list(told)

    @property
    def told(self) -> tuple[str, ...]:
        """Variants and one-time lines said so far, in order."""
        return tuple(self._told)

    def say(self, key: str, **variables: Any) -> str:
        """A text under the key, in a variant this visitor has not read while there is one."""
        count = self.wording.variants(key)
        first = crc32(f"{self._seed}:{key}".encode()) % count
        order = [(first + step) % count for step in range(count)]
        fresh = [variant for variant in order if f"{key}/{variant}" not in self._told]
        variant = fresh[0] if fresh else self._longest_ago(key, order)
        self._mark(f"{key}/{variant}")
        return self.wording.render(key, variant, **variables)

    def word(self, key: str, **variables: Any) -> str:
        """The first variant, unmarked: for names and notes that are no sentences."""
        return self.wording.render(key, **variables)

    def once(self, line: str) -> bool:
        """Whether a one-time line has not been said yet; marks it as said."""
        if line in self._told:
            return False
        self._told.append(line)
        return True

    def start_over(self) -> None:
        """One-time lines may be said once more; variants stay known, so that the words differ."""
        self._told = [line for line in self._told if "/" in line]

    def _longest_ago(self, key: str, order: list[int]) -> int:
        return min(order, key=lambda variant: self._told.index(f"{key}/{variant}"))

    def _mark(self, line: str) -> None:
        if line in self._told:
            self._told.remove(line)
        self._told.append(line)
