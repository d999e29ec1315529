"""Decodes content files strictly and says the file, the line and the key of every slip."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import yaml

from dialogs.errors import BrokenContent, ContentError

T = TypeVar("T")
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 40  # levels; nobody writes so many, and reading thousands would exhaust the stack
_LARGEST = 500_000  # values; references to references can make billions of a few lines
_PATH = re.compile(r"`(\$[^`]*)`")
_SCHEMA = "see the JSON Schema printed by `banter check --schema company` (or framework)"
_REFUSED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


class YamlSource:
    """One YAML file: its text decoded, and the line of every key."""

    def __init__(self, file: str, text: str) -> None:
        """
        Read the text.

        Raises:
            BrokenContent: The text is no YAML mapping, or a key stands twice.
        """
        self.file = file
        self._lines: dict[str, int] = {}
        self._scalars: dict[str, yaml.ScalarNode] = {}
        self._twice: list[str] = []
        self._values = 0
        try:
            self._walk(yaml.compose(text, Loader=_Loader), "")
            self.data: Any = yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a SafeLoader
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark is not None else None
            raise self.broken("", error.problem or "is not YAML", "mend the indentation or quotes", line) from error
        except yaml.reader.ReaderError as error:
            raise self._sign_refused(text) from error
        except RecursionError as error:
            raise self.broken("", "is nested too deeply", "write fewer levels") from error
        except (ValueError, AttributeError) as error:  # what the library lets through, e.g. for a 31st of February
            raise self._unreadable() from error
        if not isinstance(self.data, Mapping):
            found = "nothing" if self.data is None else "something else"
            raise self.broken("", f"expected keys with values, found {found}", "write `key: value`")
        if self._twice:
            raise BrokenContent(
                tuple(self.problem(key, "stands twice", "keep one of them") for key in self._twice),
            )

    def _walk(self, node: yaml.Node | None, path: str, above: tuple[yaml.Node, ...] = ()) -> None:
        if node is None:
            return
        line = node.start_mark.line + 1
        self._lines.setdefault(path, line)
        self._values += 1
        if len(above) > _DEEPEST or self._values > _LARGEST:
            problem = "is nested too deeply" if len(above) > _DEEPEST else "holds too many values"
            raise self.broken(path[:100], problem, "write fewer levels, and references out", line)
        if node in above:
            raise self.broken(path, "refers to itself", "write the value out", line)
        inside = (*above, node)
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise self.broken(path, "expected a word as key, found something else", "mend the key", line)
                inner = f"{path}.{key.value}" if path else str(key.value)
                if key.value in seen:
                    self._twice.append(inner)
                seen.add(key.value)
                self._lines[inner] = key.start_mark.line + 1
                self._walk(value, inner, inside)
        elif isinstance(node, yaml.SequenceNode):
            for at, value in enumerate(node.value):
                self._walk(value, f"{path}.{at}", inside)
        elif isinstance(node, yaml.ScalarNode):
            self._scalars[path] = node

    def _sign_refused(self, text: str) -> BrokenContent:
        """What YAML does not allow in a text, and where: a sign that nobody can see."""
        found = next((one for one in _REFUSED.finditer(text)), None)
        line = None if found is None else text.count("\n", 0, found.start()) + 1
        sign = "a sign" if found is None else f"the sign U+{ord(found[0]):04X}"
        return self.broken("", f"is not YAML: it holds {sign}, which YAML does not allow", "remove it", line)

    def _unreadable(self) -> BrokenContent:
        key, node = next((one for one in self._scalars.items() if not _is_readable(one[1])), ("", None))
        found = "something" if node is None else repr(node.value[:40])
        return BrokenContent((self.problem(key, f"holds {found}, which YAML cannot read", "put it in quotes"),))

    def line(self, key: str) -> int | None:
        """The line of a dotted key, or of its nearest parent that the file has."""
        while key:
            if key in self._lines:
                return self._lines[key]
            key = key.rpartition(".")[0]
        return self._lines.get("")

    def problem(self, key: str, problem: str, mend: str = "") -> ContentError:
        """A problem at a key of this file."""
        return ContentError(self.file, key, problem, mend, self.line(key))

    def broken(self, key: str, problem: str, mend: str = "", line: int | None = None) -> BrokenContent:
        """One problem as the error that stops loading."""
        return BrokenContent((ContentError(self.file, key, problem, mend, line),))

    def decode(self, shape: type[T], see: str = _SCHEMA) -> T:
        """
        The file as a value of *shape*; unknown keys and wrong types are refused.

        Args:
            shape: A struct.
            see: Where its author finds what goes where.

        Raises:
            BrokenContent: With the file, line and key.
        """
        try:
            return msgspec.convert(self.data, shape, strict=True)
        except msgspec.ValidationError as error:
            key, problem = self._explain(str(error), shape)
            raise BrokenContent((self.problem(key, problem, _hint(problem, see)),)) from error

    def _explain(self, message: str, shape: type[Any]) -> tuple[str, str]:
        found = _PATH.search(message)
        problem = message.split(" - at ", maxsplit=1)[0]
        steps = [] if found is None else [name or index for name, index in _STEP.findall(found[1])]
        key = ".".join(self._named(steps, message, shape))
        unknown = re.search(r"unknown field `([^`]+)`", problem)
        return (f"{key}.{unknown[1]}".lstrip("."), "is no key we know") if unknown else (key, problem)

    def _named(self, steps: Sequence[str], message: str, shape: type[Any]) -> list[str]:
        """The steps with each "..." replaced by the key it hides: the one that fails alone as all fail together."""
        data, named = self.data, list[str]()
        for step in steps:
            if step != "...":
                named.append(step)
                continue
            narrowed = [(name, _only(data, named, name)) for name in _at(data, named)]
            culprit = next((one for one in narrowed if _complaint(one[1], shape) == message), None)
            if culprit is None:
                break
            data = culprit[1]
            named.append(str(culprit[0]))
        return named


def not_utf8(file: str, error: UnicodeDecodeError) -> ContentError:
    """What is wrong with a file that is no text of ours, and in which line."""
    line = error.object.count(b"\n", 0, error.start) + 1
    return ContentError(file, "", f"is not UTF-8 (byte {error.start})", "save it as UTF-8", line)


def _is_readable(node: yaml.ScalarNode) -> bool:
    reader = yaml.SafeLoader("")
    try:
        reader.construct_object(node)
    except yaml.YAMLError:
        return True  # a tag we do not know: loading says so better
    except (ValueError, AttributeError):
        return False
    return True


def _at(data: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data


def _only(data: Any, steps: Sequence[str], name: object) -> Any:
    """The data with one mapping, at the steps, cut down to one of its keys."""
    if not steps:
        return {name: data[name]}
    if isinstance(data, list):
        at = int(steps[0])
        return [*data[:at], _only(data[at], steps[1:], name), *data[at + 1 :]]
    return {**data, steps[0]: _only(data[steps[0]], steps[1:], name)}


def _complaint(data: Any, shape: type[Any]) -> str:
    try:
        msgspec.convert(data, shape, strict=True)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _hint(problem: str, see: str) -> str:
    if problem.startswith("Object missing required field"):  # often a whole file was put over with a few lines of it
        return f"add it, and keep the lines the file had before; {see}"
    if "got `bool`" in problem:
        return "YAML reads a bare yes, no, on or off as true or false: put it in quotes"
    if problem == "is no key we know":
        return "remove it or mend its spelling"
    return see
