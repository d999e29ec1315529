"""A change of scoring tried on the newest talks for a page: in a process of its own, so that chats are not slowed."""

import asyncio
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import msgspec

from bot.blame import kind_of, place_of
from bot.rescore import A_BATCH, Job, Scored, Scorer
from dialogs.errors import BrokenContent, ContentError
from dialogs.tally import Summary, Tally
from storage.errors import StorageError
from storage.histories import HistoryReader

NEWEST = 10  # batches, at least one less full
SHOWN = 50  # leads that would change, the newest
_NAME = "what-if.yaml"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change would do; with problems nothing was tried."""

    summary: Summary | None = None
    leads: Sequence[Scored] = ()  # that would change, the newest first
    problems: Sequence[ContentError] = ()


def try_out(url: str, workspace: str, text: str, marks: Sequence[str]) -> Trial:
    """
    Score the batches that follow these marks as they are and as the text would have it.

    Raises:
        StorageError: The database cannot be read.
    """
    try:
        return _tried(url, workspace, text, marks)
    except StorageError:
        raise
    except BrokenContent as error:
        return Trial(problems=[replace(one, file=Path(one.file).name) for one in error.problems])
    except Exception as error:  # noqa: BLE001 - whoever tries a change is told, as of any other fault of it
        problem = f"trying it breaks: {kind_of(error)} at {Path(place_of(error)).name}"
        return Trial(problems=[ContentError(_NAME, "", problem, "look for a figure out of all proportion")])


def _tried(url: str, workspace: str, text: str, marks: Sequence[str]) -> Trial:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / _NAME
        file.write_text(text, encoding="utf-8")
        scorer = Scorer(Job(url, workspace, "", file, as_json=True))
    reader, tally, leads = HistoryReader(url), Tally(), list[Scored]()
    for mark in marks:
        part = scorer.score(reader.histories(mark, A_BATCH))
        tally.join(part.tally)
        leads = [*leads, *msgspec.json.decode(f"[{','.join(part.text.splitlines())}]", type=list[Scored])][-SHOWN:]
    return Trial(tally.summary(), leads[::-1])


class Trials:
    """Trials one after another, each in a process that ends with it."""

    def __init__(self, url: str, workspace: str) -> None:
        self._url = url
        self._workspace = workspace
        self._one_at_a_time = asyncio.Lock()

    async def run(self, text: str, marks: Sequence[str]) -> Trial:
        """As `try_out`, over the newest of these marks."""
        async with self._one_at_a_time:
            pool = ProcessPoolExecutor(1, get_context("spawn"))
            try:
                work = partial(try_out, self._url, self._workspace, text, marks[-NEWEST:])
                return await asyncio.get_running_loop().run_in_executor(pool, work)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
