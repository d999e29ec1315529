"""Puts another version of the workspace into the running bot, between two turns; what has faults never gets there."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from bot.archive import packed, unpacked
from bot.reception import Reception
from bot.workspace import Workspace, load_workspace
from dialogs.errors import BrokenContent, ContentError
from dialogs.library import Library
from storage.values import Publication, Route

log = structlog.get_logger("banter.content")

START, RELOAD, ROLLBACK = "start", "reload", "rollback"
MOST_REMEMBERED = 100  # publications looked through for versions to go back to
_SHORTEST = 4  # signs by which a version can be named


class Shelf(Protocol):
    """Remembers what was published."""

    async def note_publication(self, publication: Publication, archive: bytes) -> None:
        """Remember what runs from now on, with the operator's files, packed."""
        ...

    async def publications(self, limit: int) -> Sequence[Publication]:
        """The newest first."""
        ...

    async def archived(self, content: str) -> bytes | None:
        """The operator's files of a version, packed; None if they were not kept."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """A version of the workspace, or what keeps it from visitors."""

    content: str  # its version; "" where there are faults
    problems: tuple[ContentError, ...] = ()
    kept: bool = True  # whether one can go back to it later


@dataclass(frozen=True, slots=True)
class Draft:
    """What the workspace folder held when something was published last."""

    content: str  # its version
    own: str  # a hash of the operator's files alone, the same under every release

    @classmethod
    def of(cls, workspace: Workspace) -> "Draft":
        """That of a workspace as it was read from its folder."""
        return cls(workspace.library.version, workspace.own_version)


@dataclass(slots=True)
class Publisher:
    """Holds what runs, and changes it."""

    name: str  # of the workspace, as the settings have it
    store: Shelf
    reception: Reception
    routes: Callable[[Library], Route]
    clock: Callable[[], datetime]
    folder: Draft
    _one: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)  # at a time

    @property
    def content(self) -> str:
        """The version that runs."""
        return self.reception.library.version

    async def look(self) -> Standing:
        """What the folder holds now, proven; nothing changes."""
        try:
            return Standing((await asyncio.to_thread(load_workspace, self.name)).library.version)
        except BrokenContent as error:
            return Standing("", error.problems)

    async def reload(self, author: str) -> Standing:
        """
        Run what the folder holds now; where it has faults, all are told and the running version stays.

        Args:
            author: Id of the person, or what asked: "signal", "command".

        Raises:
            StorageError: It could not be remembered, and the running version stays.
        """
        async with self._one:
            try:
                workspace, archive = await asyncio.to_thread(_read, self.name)
            except BrokenContent as error:
                log.warning("reload_refused", running=self.content, problems=[str(one) for one in error.problems])
                return Standing("", error.problems)
            folder = Draft.of(workspace)
            if folder.content == self.content and folder == self.folder:
                return Standing(self.content)
            return await self._run(workspace, archive, RELOAD, author, folder)

    async def roll_back(self, content: str, author: str) -> Standing:
        """
        Run a version that ran before, or with "" the one before this; the folder stays as it is.

        A version may be named by how it begins, and means its operator's files. Where the product has changed since,
        it is another version for that, and may even have faults now: then all are told and the running one stays.
        What somebody went back from is no version before this; it comes back when it is named.

        Raises:
            StorageError: Nothing is known of earlier versions, or it could not be remembered; the running one stays.
        """
        async with self._one:
            try:
                history = await self.history()
                wanted = _named(history, content) if content else _before(history)
                archive = await self._archive(wanted)
                workspace = await asyncio.to_thread(unpacked, archive)
            except BrokenContent as error:
                log.warning("rollback_refused", running=self.content, problems=[str(one) for one in error.problems])
                return Standing("", error.problems)
            if workspace.library.version == self.content:
                return Standing(self.content)
            return await self._run(workspace, archive, ROLLBACK, author, self.folder)

    async def history(self) -> Sequence[Publication]:
        """What ran, the newest first."""
        return await self.store.publications(MOST_REMEMBERED)

    async def _archive(self, content: str) -> bytes:
        archive = await self.store.archived(content)
        if not archive:
            raise _refused(f"the files of {content} were not kept", "go back to another version: see `banter versions`")
        return archive

    async def _run(self, workspace: Workspace, archive: bytes, how: str, author: str, folder: Draft) -> Standing:
        """Remember it, with the operator's files, and only then let it take over."""
        before, content = self.content, workspace.library.version
        publication = Publication(
            content, folder.content, how, author, self.clock(), own=workspace.own_version, draft=folder.own
        )
        await self.store.note_publication(publication, archive)
        self.reception.run(workspace.library, self.routes(workspace.library))
        self.folder = folder
        log.info("published", content=content, before=before, how=how)
        gc.unfreeze()  # the version before goes, or each would stay
        gc.collect()
        gc.freeze()
        return Standing(content, kept=bool(archive))


async def first(
    workspace: Workspace, store: Shelf, clock: Callable[[], datetime], *, publish: bool = False
) -> Workspace:
    """
    What a server that starts runs: the folder, unless somebody went back from just these files of the operator.

    Then it is what they went back to, under the release of today too, until the folder changes or is published again.

    Args:
        workspace: What the folder holds.
        store: Remembers what was published.
        clock: Now, aware UTC.
        publish: The folder is published again, whatever somebody went back from.

    Raises:
        BrokenContent: What they went back to cannot be run any more, and visitors shall not meet what they went
            back from unasked.
        StorageError: What was published cannot be read or written.
    """
    folder = Draft.of(workspace)
    last = next(iter(await store.publications(1)), None)
    if last is not None and not publish and _went_back(last, folder):
        archive = await store.archived(last.content) or b""
        try:
            runs = await asyncio.to_thread(unpacked, archive)
        except BrokenContent as error:
            raise _stuck(last.content, error.problems) from error
        log.warning("rolled_back", content=runs.library.version, folder=folder.content)
    else:
        runs, archive = workspace, await asyncio.to_thread(packed, workspace.own)
    content, own = runs.library.version, runs.own_version
    if last is None or (last.content, last.draft) != (content, folder.own):
        await store.note_publication(
            Publication(content, folder.content, START, "", clock(), own=own, draft=folder.own), archive
        )
    return runs


def _went_back(last: Publication, folder: Draft) -> bool:
    """Whether somebody went back from what the folder holds."""
    if not last.draft:  # written by a release that did not tell: then rather too long than not at all
        return last.how == ROLLBACK and last.content != last.folder
    return last.own != last.draft == folder.own


def _stuck(content: str, problems: Sequence[ContentError]) -> BrokenContent:
    log.error("rollback_lost", content=content, problems=[str(one) for one in problems])
    problem = f"somebody went back to {content}, which cannot run any more, and the folder is what they went back from"
    mend = "mend the folder and start again, or run it as it is with `banter serve --publish`"
    return BrokenContent((ContentError("rollback", "", problem, mend), *problems))


def _named(history: Sequence[Publication], beginning: str) -> str:
    """
    The one version that begins so.

    Raises:
        BrokenContent: None does, or several do, or the beginning is too short to mean one.
    """
    found = sorted({one.content for one in history if one.content.startswith(beginning)})
    if len(beginning) < _SHORTEST:
        raise _refused(f"{beginning!r} is too short", f"write at least {_SHORTEST} signs of one of `banter versions`")
    if not found:
        raise _refused(f"no version {beginning!r} is kept", "see what there is with `banter versions`")
    if len(found) > 1:
        raise _refused(
            f"several begin so: {', '.join(found)}", "write more of it; `banter versions` tells when each ran"
        )
    return found[0]


def _before(history: Sequence[Publication]) -> str:
    """
    The version before the one that runs, as "undo" would have it: what somebody went back from is passed over.

    Raises:
        BrokenContent: There is none.
    """
    line: list[Publication] = []  # oldest first
    for one in reversed(history):
        own = [_own(before) for before in line]
        if one.how == ROLLBACK and _own(one) in own:
            del line[len(own) - own[::-1].index(_own(one)) - 1 :]
        elif own and own[-1] == _own(one):  # the same files under another release
            line.pop()
        line.append(one)
    if len(line) < 2:
        raise _refused("no earlier version is kept", "see what there is with `banter versions`")
    return line[-2].content


def _own(publication: Publication) -> str:
    """What tells the operator's files apart."""
    return publication.own or publication.content


def _refused(problem: str, mend: str) -> BrokenContent:
    return BrokenContent((ContentError("rollback", "", problem, mend),))


def _read(name: str) -> tuple[Workspace, bytes]:
    """
    A workspace and its operator's files, packed from the bytes it was read from.

    Raises:
        BrokenContent: As load_workspace.
    """
    workspace = load_workspace(name)
    return workspace, packed(workspace.own)
