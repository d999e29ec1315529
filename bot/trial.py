"""A change of scoring tried on the newest talks for a page: in a process of its own, so that chats are not slowed."""

import asyncio
import os
import resource
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bot.blame import kind_of, place_of
from bot.change import FaultyChange, load_change, read_change, unpacked_into
from bot.rescore import A_BATCH, Compared, Running, Scored, Scorer, scored
from dialogs.errors import BrokenContent, ContentError
from dialogs.rescoring import Scale, as_of
from dialogs.tally import Summary, Tally
from storage.codec import standing
from storage.histories import HistoryReader

log = structlog.get_logger("banter.trial")

NEWEST = 10  # batches, at least one less full
SHOWN = 50  # leads that would change, the newest
SHOWN_OF_A_FLIP = 12  # leads that would move from one stage to another, the newest
# Together under a minute, after which proxies commonly hang up. A trial of ten thousand talks takes ten seconds.
PATIENCE = 10.0  # seconds to wait for one's turn
DEADLINE = 45.0  # seconds a trial may take
_NICE = 5  # the trial gives way to the server, and still gets on where other programs keep the processors busy
_NAME = "what-if.yaml"


class Trouble(StrEnum):
    """Why there is no answer."""

    BUSY = "busy"  # others were tried all the time we waited
    LATE = "late"  # it took too long and was ended
    BROKEN = "broken"  # a bug of ours, or no memory, or the database cannot be read


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead that would change."""

    scored: Scored
    name: str  # "" if nobody knows
    company: str
    at: datetime  # when something was last learned of it


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change would do; with problems or trouble nothing is known of that."""

    summary: Summary | None = None
    leads: Sequence[Lead] = ()  # that would change, the newest first
    flips: Mapping[tuple[str, str], Sequence[Lead]] = field(default_factory=dict)  # the newest of each stage from, to
    problems: Sequence[ContentError] = ()  # of the text
    others: Sequence[ContentError] = ()  # of the workspace without it
    trouble: Trouble | None = None
    content: str = ""  # the version that is "now"
    laid_over_folder: bool = False  # its files were not kept, so the text was laid over those of the folder
    new: str = ""  # a framework that is not there now: all leads were weighed under it


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be tried, on what."""

    url: str
    workspace: str  # the folder, for where the files of the version that runs were not kept
    text: str
    name: str  # what the text is called in faults
    running: Running
    now: Scale
    marks: Sequence[str]  # of the batches


def try_out(order: Order, folder: str) -> Trial:
    """
    Score the batches as they are and as the text would have it.

    Args:
        order: It.
        folder: An empty one, to be thrown away.

    Raises:
        StorageError: The database cannot be read.
    """
    file = Path(folder) / _NAME
    file.write_text(order.text, encoding="utf-8")
    files = str(Path(folder) / "workspace")
    base = unpacked_into(files, order.running.archive, order.workspace)
    try:
        change = load_change(file, read_change(file, order.name), base, order.now)
    except FaultyChange as error:
        found = error.without(base)
        return Trial(problems=[_bare(one) for one in found.own], others=[_bare(one) for one in found.others])
    scorer, reader, tally = Scorer(change, blamed=order.name), HistoryReader(order.url), Tally()
    leads = deque[Lead](maxlen=SHOWN)
    flips: defaultdict[tuple[str, str], deque[Lead]] = defaultdict(lambda: deque(maxlen=SHOWN_OF_A_FLIP))
    try:
        for mark in order.marks:
            for one in scorer.compare(reader.histories(mark, A_BATCH), tally):
                if one.changed:
                    lead = _lead(one)
                    leads.append(lead)
                    if "stage" in one.changed:
                        old, new = one.changed["stage"]
                        flips[str(old), str(new)].append(lead)
    except BrokenContent as error:
        return Trial(problems=[_bare(one) for one in error.problems])
    return Trial(
        tally.summary(),
        [*reversed(leads)],
        {flip: [*reversed(found)] for flip, found in flips.items()},
        content=order.running.content,
        laid_over_folder=base != files,
        new=change.new,
    )


def _bare(problem: ContentError) -> ContentError:
    """A problem without where the server keeps its files."""
    return replace(problem, file=Path(problem.file).name)


def _lead(one: Compared) -> Lead:
    known = standing(one.conversation.facts, "contact.")
    name, company = (str(known.get(f"contact.{part}") or "") for part in ("name", "company"))
    return Lead(scored(one.conversation, one.found, one.changed), name, company, as_of(one.conversation))


def _work(answer: Connection, order: Order, folder: str, deadline: float) -> None:
    """What the process does; it ends by itself should nobody be left to end it."""
    os.nice(_NICE)
    limit = int(deadline) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    try:
        answer.send(try_out(order, folder))
    except Exception as error:  # noqa: BLE001 - told where it can be logged without a visitor's words
        answer.send((kind_of(error), place_of(error)))


class Trials:
    """Trials one after another, each in a process that ends with it."""

    def __init__(self, url: str, workspace: str, *, deadline: float = DEADLINE, patience: float = PATIENCE) -> None:
        self._url = url
        self._workspace = workspace
        self._deadline = deadline
        self._patience = patience
        self._one_at_a_time = asyncio.Lock()

    async def run(self, text: str, name: str, running: Running, now: Scale, marks: Sequence[str]) -> Trial:
        """
        What a text would change.

        Args:
            text: Keys of company.yaml, or a framework.
            name: What to call it in faults; "" for a text without a file.
            running: The version it is laid over.
            now: What that weighs leads on.
            marks: Batches of talks, of which the newest are looked at.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._one_at_a_time.acquire()
        except TimeoutError:
            return Trial(trouble=Trouble.BUSY)
        began = time.monotonic()
        try:
            order = Order(self._url, self._workspace, text, name or _NAME, running, now, marks[-NEWEST:])
            trial = await self._in_time(order)
        finally:
            self._one_at_a_time.release()
        log.info("trial", ms=round((time.monotonic() - began) * 1000), trouble=trial.trouble and trial.trouble.value)
        return trial

    async def _in_time(self, order: Order) -> Trial:
        here, there = get_context("spawn").Pipe(duplex=False)
        with here, there, TemporaryDirectory(prefix="banter-") as folder:
            process = get_context("spawn").Process(
                target=_work, args=(there, order, folder, self._deadline), daemon=True
            )
            try:
                async with asyncio.timeout(self._deadline):
                    await asyncio.to_thread(process.start)  # which hands over all of the order
                    there.close()
                    await _told(here)
                    return _answered(await asyncio.to_thread(here.recv))
            except TimeoutError:
                return Trial(trouble=Trouble.LATE)
            except (EOFError, OSError) as error:  # it was killed, by the system if it took too much memory
                log.error("trial_failed", error=kind_of(error), at="its process")  # noqa: TRY400 - there is no more to say
                return Trial(trouble=Trouble.BROKEN)
            finally:
                await _ended(process)


async def _told(connection: Connection) -> None:
    """Wait until there is something to receive, or nobody left to send it."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection.fileno(), told.set)
    try:
        await told.wait()
    finally:
        loop.remove_reader(connection.fileno())


def _answered(answer: object) -> Trial:
    if isinstance(answer, Trial):
        return answer
    kind, place = answer if isinstance(answer, tuple) else ("", "")
    log.error("trial_failed", error=kind, at=place)
    return Trial(trouble=Trouble.BROKEN)


async def _ended(process: SpawnProcess) -> None:
    with suppress(ValueError, AttributeError):  # it never began
        process.kill()
    if process.pid is not None:
        await asyncio.to_thread(process.join)
        process.close()
