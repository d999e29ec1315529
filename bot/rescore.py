"""`banter rescore`: stored conversations under any framework, and what a change would do before it goes live."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import msgspec

from bot.errors import ShellError
from bot.workspace import load_workspace
from dialogs.errors import BrokenContent, ContentError
from dialogs.framework import Framework
from dialogs.library import Library
from dialogs.rescoring import as_of, changes, rescored
from dialogs.values import Conversation
from dialogs.yaml_source import YamlSource
from scoring.assess import Assessment
from scoring.stages import Stage
from storage.database import path_of
from storage.store import Store

A_BATCH = 1000  # conversations read at once


class NoDatabase(ShellError):  # noqa: N818 - named for what is missing
    """There is nothing to score; the message says where it was looked for."""


class Scored(msgspec.Struct, omit_defaults=True):
    """One lead, as a line of JSON."""

    conversation: str
    framework: str
    total: int
    maximum: int
    temperature: str
    stage: str
    points: dict[str, int]
    met: list[str]
    flags: list[str]
    changed: dict[str, tuple[object, object]] = {}


def scored(conversation: Conversation, found: Assessment, changed: Mapping[str, tuple[object, object]]) -> Scored:
    """What is printed of one lead."""
    return Scored(
        conversation.id,
        found.framework,
        found.total,
        found.maximum,
        found.temperature.value,
        found.stage.value,
        {row.criterion: row.points for row in found.criteria},
        list(found.met),
        list(found.flag_names),
        dict(changed),
    )


async def rescore(
    url: str, workspace: str, framework: str, what_if: Path | None, out: TextIO, *, as_json: bool
) -> None:
    """
    Print every stored conversation's score.

    Args:
        url: Of the database.
        workspace: Folder or packaged name; "" is the demo company.
        framework: Under which all are scored; "" leaves each its own.
        what_if: A framework file, or keys to put over company.yaml: then only what would change is printed, and sums.
        out: Where to.
        as_json: A JSON line a lead instead of a line to read.

    Raises:
        BrokenContent: The workspace or the file has faults, or there is no framework of that name.
        NoDatabase: Nothing has been stored yet.
        StorageError: The database cannot be read.
    """
    if not path_of(url).exists():
        raise NoDatabase(f"there is no database at {path_of(url)}; BANTER_DATABASE_URL names another")
    library = load_workspace(workspace).library
    _known(library, framework)
    then = library if what_if is None else _if(what_if, workspace, library)
    store = await Store.open(url)
    tally = Tally()
    try:
        async for conversation in _all(store):
            now = rescored(conversation, library.framework(framework or conversation.framework), library)
            new = rescored(conversation, then.framework(framework or conversation.framework), then)
            changed = changes(now, new) if what_if is not None else {}
            tally.add(conversation, now, new, changed)
            if what_if is None or changed:
                _print(scored(conversation, new, changed), out, as_json=as_json)
    finally:
        await store.close()
    if what_if is not None and not as_json:
        print("\n".join(tally.lines()), file=out)


async def _all(store: Store) -> AsyncIterator[Conversation]:
    after = ""
    while found := await store.histories(after, A_BATCH):
        for conversation in found:
            yield conversation
        after = found[-1].id


def _known(library: Library, framework: str) -> None:
    if framework and framework not in library.frameworks:
        mend = f"choose {', '.join(sorted(library.frameworks))}"
        raise BrokenContent((ContentError("--framework", framework, "there is no such framework", mend),))


def _if(file: Path, workspace: str, library: Library) -> Library:
    """
    The library as it would be: with another framework of the same name, or with other keys of company.yaml.

    Raises:
        BrokenContent: The file has faults; nothing is proven half.
    """
    source = YamlSource(str(file), file.read_text(encoding="utf-8"))
    if "framework" in source.data and "criteria" in source.data:
        made: Framework = load_workspace(workspace, tried=file).library.frameworks[source.data["framework"]]
        return replace(library, frameworks={**library.frameworks, made.name: made})
    company = load_workspace(workspace, source.data).library.company
    return replace(library, company=company)


class Tally:
    """What a change would do to all leads together."""

    def __init__(self) -> None:
        self.leads = 0
        self.changed = 0
        self.flips: Counter[tuple[str, str]] = Counter()
        self.handoffs: Counter[bool] = Counter()  # True: as it would be
        self.days: set[str] = set()

    def add(
        self, conversation: Conversation, now: Assessment, new: Assessment, changed: Mapping[str, tuple[object, object]]
    ) -> None:
        """Count one lead."""
        self.leads += 1
        self.changed += bool(changed)
        self.days.add(as_of(conversation).date().isoformat())
        if now.stage is not new.stage:
            self.flips[now.stage.value, new.stage.value] += 1
        for would, found in ((False, now), (True, new)):
            self.handoffs[would] += found.stage in (Stage.MQL, Stage.SQL)

    def lines(self) -> list[str]:
        """The summary."""
        days = max(len(self.days), 1)
        return [
            f"{self.leads} leads, {self.changed} would change",
            *(f"  {old} -> {new}: {count}" for (old, new), count in sorted(self.flips.items())),
            f"qualified a day: {self.handoffs[False] / days:.2f} now, {self.handoffs[True] / days:.2f} then",
        ]


def _print(found: Scored, out: TextIO, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(found).decode(), file=out)
        return
    points = ", ".join(f"{name} {points}" for name, points in found.points.items())
    line = f"{found.conversation}  {found.framework} {found.total}/{found.maximum} {found.temperature} {found.stage}"
    moved = "; ".join(f"{name} {old} -> {new}" for name, (old, new) in found.changed.items())
    print(f"{line}  {points}{f'  ({moved})' if moved else ''}", file=out)
