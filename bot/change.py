"""What leads are weighed on as things are, and as a text would have it: new keys of company.yaml, or a framework."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.workspace import load_workspace
from dialogs.errors import BrokenContent, ContentError
from dialogs.rescoring import Scale
from dialogs.yaml_source import YamlSource, not_utf8

_TREE = frozenset(("criteria", "questions", "stages"))  # keys of a framework's file that company.yaml does not have
_COMPANY = "company.yaml"


class FaultyChange(BrokenContent):
    """
    The change cannot be tried.

    The faults are told apart: *own* are those the text brings, *others* those the workspace has without it.
    """

    def __init__(self, own: tuple[ContentError, ...], others: tuple[ContentError, ...]) -> None:
        super().__init__((*own, *others))
        self.own = own
        self.others = others

    def without(self, folder: str) -> "FaultyChange":
        """The same, files named as they are called inside a folder that is gone when people read this."""
        return FaultyChange(*(tuple(_inside(one, folder) for one in problems) for problems in (self.own, self.others)))


@dataclass(frozen=True, slots=True)
class Change:
    """Two scales to weigh leads on."""

    now: Scale | None  # None where the workspace has faults that the text mends: nothing to compare with
    then: Scale
    framework: str = ""  # all leads are weighed under it, now as well if it is there; "" leaves each its own
    new: str = ""  # the name of a framework that is there only then


def read_change(file: Path, name: str = "") -> YamlSource:
    """
    What a file would have otherwise.

    Args:
        file: It.
        name: What it is called in faults; its path if left out.

    Raises:
        FaultyChange: It is no UTF-8 or no YAML.
        OSError: It cannot be read.
    """
    content = file.read_bytes()
    try:
        return YamlSource(name or str(file), content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FaultyChange((not_utf8(name or str(file), error),), ()) from error
    except BrokenContent as error:
        raise FaultyChange(error.problems, ()) from error


def load_change(file: Path, source: YamlSource, base: str, now: Scale | None, framework: str = "") -> Change:
    """
    The scales before and after a change.

    A framework that is not there now is what all leads are weighed under then: nobody was asked by it yet, so left to
    their own frameworks all would stay as they are.

    Args:
        file: The file of the change.
        source: The same, read.
        base: The workspace it is laid over; its own faults are no hindrance where the change mends them.
        now: What leads are weighed on now; None if that cannot be.
        framework: Of all leads; "" leaves each its own.

    Raises:
        FaultyChange: There are faults; nothing is proven half.
    """
    tree = "framework" in source.data and not _TREE.isdisjoint(source.data)
    try:
        workspace = load_workspace(base, tried=file) if tree else load_workspace(base, source.data)
    except BrokenContent as error:
        raise _told_apart(error, file, source, base, tree=tree) from error
    then = Scale.of(workspace.library)
    name = str(source.data["framework"]) if tree else ""
    new = name if now is not None and name not in now.frameworks else ""
    known_in(then.frameworks, framework)
    return Change(now, then, framework or new, new)


def known_in(frameworks: Mapping[str, object], framework: str) -> None:
    """
    Refuse a framework nobody knows; "" is none.

    Raises:
        BrokenContent: There is no framework of that name.
    """
    if framework and framework not in frameworks:
        mend = f"choose {', '.join(sorted(frameworks))}"
        raise BrokenContent((ContentError("--framework", framework, "there is no such framework", mend),))


@contextmanager
def unpacked(archive: bytes | None, otherwise: str) -> Iterator[str]:
    """The folder of a version's files while it is needed; another workspace where they were not kept."""
    if not archive:
        yield otherwise
        return
    with TemporaryDirectory(prefix="banter-") as folder:
        yield unpacked_into(folder, archive, otherwise)


def unpacked_into(folder: str, archive: bytes | None, otherwise: str) -> str:
    """The folder with a version's files in it; another workspace where they were not kept."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive or b"")) as held:
            held.extractall(folder)
    except (zipfile.BadZipFile, zlib.error, EOFError):  # torn
        return otherwise
    return folder


def _told_apart(error: BrokenContent, file: Path, source: YamlSource, base: str, *, tree: bool) -> FaultyChange:
    alone = {_mark(problem) for problem in faults_of(base)}
    own = [problem for problem in error.problems if _mark(problem) not in alone]
    return FaultyChange(
        tuple(_at_its_source(problem, file, source, tree=tree) for problem in own),
        tuple(problem for problem in error.problems if _mark(problem) in alone),
    )


def faults_of(workspace: str) -> tuple[ContentError, ...]:
    """What is wrong with a workspace as it is."""
    try:
        load_workspace(workspace)
    except BrokenContent as error:
        return error.problems
    return ()


def _inside(problem: ContentError, folder: str) -> ContentError:
    start = f"{folder}/"
    return replace(problem, file=problem.file.removeprefix(start), problem=problem.problem.replace(start, ""))


def _mark(problem: ContentError) -> tuple[str, str, str]:
    return problem.file, problem.key, problem.problem


def _at_its_source(problem: ContentError, file: Path, source: YamlSource, *, tree: bool) -> ContentError:
    """A fault of company.yaml that came with keys put over it, in the file that brought them."""
    if problem.file == str(file):
        return replace(problem, file=source.file)
    if tree or Path(problem.file).name != _COMPANY:
        return problem
    line = source.line(problem.key) if _says(source.data, problem.key) else None
    return replace(problem, file=source.file, line=line)


def _says(data: Any, key: str) -> bool:
    """Whether what stands at a dotted key comes from the data: it, or a value of which it is a part."""
    for step in key.split("."):
        if not isinstance(data, Mapping):
            return True
        if step not in data:
            return False
        data = data[step]
    return True
