"""Puts another version of the workspace into the running bot, between two turns; what has faults never gets there."""

import asyncio
import gc
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import structlog

from bot.reception import Reception
from bot.workspace import Workspace, load_workspace
from dialogs.errors import BrokenContent, ContentError
from dialogs.library import Library
from storage.values import Publication, Route

log = structlog.get_logger("banter.content")

START, RELOAD, ROLLBACK = "start", "reload", "rollback"
LARGEST = 8 * 1024 * 1024  # bytes of an operator's files that are kept for going back; texts of all languages are 1 MB
MOST_REMEMBERED = 100  # publications looked through for versions to go back to
_DATED = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive
_KEPT = (".yaml", ".yml", ".po", ".md", ".txt")


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


@dataclass(slots=True)
class Publisher:
    """Holds what runs, and changes it."""

    name: str  # of the workspace, as the settings have it
    store: Shelf
    reception: Reception
    routes: Callable[[Library], Route]
    clock: Callable[[], datetime]
    folder: str  # the version the workspace folder held when something was published last
    _one: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)  # at a time

    @property
    def content(self) -> str:
        """The version that runs."""
        return self.reception.library.version

    async def look(self) -> Standing:
        """What the folder holds now, proven; nothing changes."""
        try:
            return Standing((await self._read()).library.version)
        except BrokenContent as error:
            return Standing("", error.problems)

    async def reload(self, author: str) -> Standing:
        """
        Run what the folder holds now; where it has faults, all are told and the running version stays.

        Args:
            author: Id of the person, or what asked: "signal", "command".

        Raises:
            StorageError: The new version runs, but that could not be remembered.
        """
        async with self._one:
            try:
                workspace = await self._read()
            except BrokenContent as error:
                log.warning("reload_refused", running=self.content, problems=[str(one) for one in error.problems])
                return Standing("", error.problems)
            same = workspace.library.version == self.content
            self.folder = workspace.library.version
            if not same:
                await self._run(workspace, RELOAD, author)
            return Standing(self.content)

    async def roll_back(self, content: str, author: str) -> Standing:
        """
        Run a version that ran before, or with "" the one before this; the folder stays as it is.

        A version may be named by how it begins, and means its operator's files. Where the product has changed since,
        it is another version for that, and may even have faults now: then all are told and the running one stays.

        Raises:
            StorageError: Nothing is known of earlier versions, or it could not be remembered.
        """
        async with self._one:
            wanted = await self._named(content) if content else await self._before()
            archive = await self.store.archived(wanted) if wanted else None
            if not archive:
                return Standing("", (_unknown(content or wanted),))
            try:
                workspace = await asyncio.to_thread(_unpacked, archive)
            except BrokenContent as error:
                log.warning("rollback_refused", running=self.content, problems=[str(one) for one in error.problems])
                return Standing("", error.problems)
            if workspace.library.version != self.content:
                await self._run(workspace, ROLLBACK, author)
            return Standing(self.content)

    async def history(self) -> Sequence[Publication]:
        """What ran, the newest first."""
        return await self.store.publications(MOST_REMEMBERED)

    async def _named(self, beginning: str) -> str:
        """The one version that begins so; "" if none does, or several do."""
        found = {one.content for one in await self.history() if one.content.startswith(beginning)}
        return found.pop() if len(found) == 1 else ""

    async def _before(self) -> str:
        """The version that ran before this one; "" if none did."""
        for publication in await self.history():
            if publication.content != self.content:
                return publication.content
        return ""

    async def _read(self) -> Workspace:
        return await asyncio.to_thread(load_workspace, self.name)

    async def _run(self, workspace: Workspace, how: str, author: str) -> None:
        before = self.content
        self.reception.run(workspace.library, self.routes(workspace.library))
        log.info("published", content=self.content, before=before, how=how)
        publication = Publication(self.content, self.folder, how, author, self.clock())
        try:
            await self.store.note_publication(publication, packed(workspace.folder))
        finally:
            gc.unfreeze()  # the version before goes, or each would stay
            gc.collect()
            gc.freeze()


async def first(workspace: Workspace, store: Shelf, clock: Callable[[], datetime]) -> Workspace:
    """
    What a server that starts runs: the folder, unless somebody went back from just this version of it.

    Then it is what they went back to, until the folder changes or is published again.

    Raises:
        StorageError: What was published cannot be read or written.
    """
    folder = workspace.library.version
    last = next(iter(await store.publications(1)), None)
    if last is not None and last.how == ROLLBACK and last.folder == folder != last.content:
        archive = await store.archived(last.content)
        try:
            return await asyncio.to_thread(_unpacked, archive or b"")
        except BrokenContent as error:  # the product has changed since
            log.warning("rollback_lost", content=last.content, problems=[str(one) for one in error.problems])
    if last is None or last.content != folder:
        await store.note_publication(Publication(folder, folder, START, "", clock()), packed(workspace.folder))
    return workspace


def packed(folder: Path) -> bytes:
    """The operator's files, the same bytes for the same files; b"" where they are more than is kept."""
    held = io.BytesIO()
    size = 0
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            content = path.read_bytes()
            size += len(content)
            if size > LARGEST:
                log.warning("not_kept", folder=str(folder), largest=LARGEST)
                return b""
            name = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATED)
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix in _KEPT:
            yield path


def _unpacked(archive: bytes) -> Workspace:
    """
    The workspace of an archive; nothing of it stays on the disk.

    Raises:
        BrokenContent: It is torn, or has faults under the product of today.
    """
    with TemporaryDirectory(prefix="banter-") as folder:
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as held:
                held.extractall(folder)
        except zipfile.BadZipFile as error:
            raise BrokenContent((ContentError("the kept version", "", "is torn and cannot be run"),)) from error
        return load_workspace(folder)


def _unknown(content: str) -> ContentError:
    problem = f"no version {content!r} is kept" if content else "no earlier version is kept"
    return ContentError("rollback", "", problem, "see what there is with `banter versions`")
