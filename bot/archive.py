"""The operator's files of a version: packed to be kept in the database, unpacked to be run again."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bot.workspace import Workspace, load_workspace
from dialogs.errors import BrokenContent, ContentError

log = structlog.get_logger("banter.content")

LARGEST = 8 * 1024 * 1024  # bytes of an operator's files that are kept for going back; texts of all languages are 1 MB
_DATED = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive
_KEPT_VERSION = "the kept version"  # what its faults are told by: the folder it is unpacked into is gone by then


def packed(files: Mapping[str, bytes]) -> bytes:
    """The operator's files, the same bytes for the same files; b"" where they are more than is kept."""
    if sum(map(len, files.values())) > LARGEST:
        log.warning("not_kept", largest=LARGEST)
        return b""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATED), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def unpacked(archive: bytes) -> Workspace:
    """
    The workspace of an archive; nothing of it stays on the disk.

    Raises:
        BrokenContent: It is torn, or has faults under the product of today.
    """
    try:
        with TemporaryDirectory(prefix="banter-") as folder:
            with zipfile.ZipFile(io.BytesIO(archive)) as held:
                held.extractall(folder)
            return _loaded(Path(folder))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _torn() from error
    except OSError as error:
        mend = "look at the folder for temporary files and the space there"
        raise BrokenContent(
            (ContentError(_KEPT_VERSION, "", f"cannot be unpacked ({error.strerror})", mend),)
        ) from error


def _loaded(folder: Path) -> Workspace:
    if not (folder / "company.yaml").is_file():
        raise _torn()
    try:
        return load_workspace(str(folder))
    except BrokenContent as error:
        raise BrokenContent(tuple(_as_kept(one, str(folder)) for one in error.problems)) from error


def _torn() -> BrokenContent:
    mend = "go back to another version: see `banter versions`"
    return BrokenContent((ContentError(_KEPT_VERSION, "", "is torn and cannot be run", mend),))


def _as_kept(problem: ContentError, folder: str) -> ContentError:
    """The problem without the folder it was unpacked into, which nobody can look into any more."""

    def told(text: str) -> str:
        return text.replace(f"{folder}/", f"{_KEPT_VERSION}, ").replace(folder, _KEPT_VERSION)

    return replace(problem, file=told(problem.file), problem=told(problem.problem), mend=told(problem.mend))
