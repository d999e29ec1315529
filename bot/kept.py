"""
What took long to build, kept beside the code for the next start, as Python keeps its .pyc files.

A file is named by a hash of all it was made of and begins with a hash of what it holds: one that is torn, or was made
by other code or from other words, is passed over and made again. Where the folder cannot be written nothing is kept.
"""

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")
HERE = Path(__file__).resolve().parent
FOLDER = HERE / "__pycache__"
MOST = 6  # files: the packaged words and those of a few workspaces, 6 MB each
_DIGEST = hashlib.sha256().digest_size


def code(*sources: Path) -> bytes:
    """A hash of the interpreter, of what our values are made with, and of all code in these packages and modules."""
    digest = hashlib.sha256(f"{sys.version} {msgspec.__version__}".encode())
    modules = (module for source in sources for module in (source.rglob("*.py") if source.is_dir() else (source,)))
    for path in sorted(modules):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()


def kept(made_of: Iterable[bytes], make: Callable[[], T], folder: Path = FOLDER) -> T:
    """
    What *make* gives, from the folder if it was made of the same before.

    Args:
        made_of: All that it depends on, code included; in order.
        make: Builds it; what it raises goes through, and then nothing is kept.
        folder: Only whoever may change the code may write here.
    """
    digest = hashlib.sha256()
    for part in made_of:
        digest.update(len(part).to_bytes(8, "big") + part)
    path = folder / f"words-{digest.hexdigest()[:32]}.bin"
    with suppress(OSError):
        content = path.read_bytes()
        held = memoryview(content)[_DIGEST:]
        if hashlib.sha256(held).digest() == content[:_DIGEST]:
            os.utime(path)
            found: T = pickle.loads(held)  # noqa: S301 - ours: of the same folder as the code, by the same code
            return found
    made = make()
    with suppress(OSError):
        _keep(path, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
    return made


def _keep(path: Path, held: bytes) -> None:
    """Write it whole or not at all, and let go of the oldest."""
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        fresh = Path(file.name)
        try:
            file.write(hashlib.sha256(held).digest() + held)
            file.flush()
            fresh.chmod(0o644)  # whoever may read the words may read what was made of them
            fresh.replace(path)
        except OSError:  # a full disk is not filled up with halves
            fresh.unlink(missing_ok=True)
            raise
    files = sorted(path.parent.glob("words-*.bin*"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in files[MOST:]:
        old.unlink(missing_ok=True)
