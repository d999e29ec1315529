"""`banter rescore`: stored conversations under any framework, and what a change would do before it goes live."""

import gc
import io
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TextIO

import msgspec

from bot.blame import kind_of, place_of
from bot.change import Change, FaultyChange, known_in, load_change, read_change, unpacked
from bot.errors import ShellError
from bot.workspace import load_workspace
from dialogs.errors import BrokenContent, ContentError
from dialogs.rescoring import Scale, changes
from dialogs.tally import Summary, Tally, summary_lines
from dialogs.values import Conversation
from dialogs.yaml_source import YamlSource
from scoring.assess import Assessment
from storage.database import path_of
from storage.histories import HistoryReader
from storage.store import Store

A_BATCH = 1000  # conversations read at once
_MANY = 8  # batches from which workers save more time than they take to start


class NoDatabase(ShellError):  # noqa: N818 - named for what is missing
    """Nothing has been stored yet; the message says where it was looked for, and what stores something."""

    def __init__(self, path: Path, named_by: str) -> None:
        super().__init__(
            f"there is no database at {path}: the server makes it when it first runs (`banter serve`) and keeps"
            f" every talk there; {named_by} names another"
        )


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


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be scored, and how."""

    url: str
    workspace: str
    framework: str  # "" leaves each lead its own
    what_if: Path | None
    as_json: bool
    running: bool = False  # a change is compared with what runs, as far as the database knows, not with the folder


class Part(NamedTuple):
    """What came of one batch."""

    text: str
    tally: Tally


class Running(NamedTuple):
    """The version that runs."""

    content: str
    archive: bytes | None  # the operator's files, packed, if they were kept


async def rescore(job: Job, out: TextIO, *, workers: int = 0, tell: Callable[[str], None] = lambda _: None) -> None:
    """
    Print every stored conversation's score; with a what-if file only what would change, and sums.

    The same facts give the same bytes however many workers there are, and no more than a few batches are in memory.

    Args:
        job: The database, the workspace (folder or packaged name; "" is the demo company) and what to try.
        out: Where to.
        workers: Processes that score; 0 is one a core.
        tell: Takes what the reader should know besides, a line at a time.

    Raises:
        BrokenContent: The workspace or the file has faults, there is no framework of that name, or scoring breaks.
        NoDatabase: Nothing has been stored yet.
        StorageError: The database cannot be read.
    """
    if not path_of(job.url).exists():
        raise NoDatabase(path_of(job.url), "BANTER_DATABASE_URL")
    store = await Store.open(job.url)
    try:
        marks = await store.marks(A_BATCH)
        running = await _running(store) if job.running and job.what_if is not None else None
    finally:
        await store.close()
    blamed = "company.yaml" if job.what_if is None else str(job.what_if)
    try:
        change = _change(job, running, tell)
    except (BrokenContent, OSError):
        raise
    except Exception as error:
        raise BrokenContent((unforeseen(blamed, "reading it", error),)) from error
    scorer = Scorer(change, as_json=job.as_json, blamed=blamed)
    tally = Tally()
    for part in _parts(job.url, scorer, marks, min(workers or _worth(len(marks)), len(marks))):
        out.write(part.text)
        tally.join(part.tally)
    if scorer.compares:
        summary = tally.summary()
        print(_as_line(summary) if job.as_json else "\n".join(summary_lines(summary)), file=out)


async def _running(store: Store) -> Running | None:
    """What runs on this database, or ran last; None if nothing ever did."""
    last = next(iter(await store.publications(1)), None)
    return None if last is None else Running(last.content, await store.archived(last.content))


def _change(job: Job, running: Running | None, tell: Callable[[str], None]) -> Change:
    if job.what_if is None:
        scale = Scale.of(load_workspace(job.workspace).library)
        known_in(scale.frameworks, job.framework)
        return Change(None, scale, job.framework)
    source = read_change(job.what_if)
    change = None if running is None else _over_running(job, running, job.what_if, source, tell)
    if change is None:
        change = _over_folder(job, job.what_if, source, tell)
    if change.new:
        tell(f"{change.new} is a new framework: all leads are weighed under it then, and under their own now")
    return change


def _over_running(
    job: Job, running: Running, file: Path, source: YamlSource, tell: Callable[[str], None]
) -> Change | None:
    """The change laid over what runs; None, and why, where that is not there to be laid over."""
    with unpacked(running.archive, job.workspace) as base:
        if base == job.workspace:
            tell(f"the files of version {running.content}, which runs, were not kept; now is the folder")
            return None
        now, faults = _scale(base)
        if faults is not None:
            tell(f"version {running.content}, which ran last, has faults in this release; now is the folder")
            return None
        tell(f"now is what runs, version {running.content}; --workspace compares with a folder instead")
        try:
            return load_change(file, source, base, now, job.framework)
        except FaultyChange as error:
            raise error.without(base) from error


def _over_folder(job: Job, file: Path, source: YamlSource, tell: Callable[[str], None]) -> Change:
    now, faults = _scale(job.workspace)
    change = load_change(file, source, job.workspace, now, job.framework)
    if faults is not None:
        tell("the workspace has faults, so there is no now to compare with; all leads as the file would have them")
        for problem in faults.problems:
            tell(str(problem))
    return change


def _scale(workspace: str) -> tuple[Scale | None, BrokenContent | None]:
    try:
        return Scale.of(load_workspace(workspace).library), None
    except BrokenContent as error:
        return None, error


def _worth(batches: int) -> int:
    """How many workers are worth starting: each takes a moment to start."""
    return len(os.sched_getaffinity(0)) if batches >= _MANY else 1


def _as_line(summary: Summary) -> str:
    return msgspec.json.encode({"summary": summary}).decode()


class Compared(NamedTuple):
    """One lead on both scales."""

    conversation: Conversation
    found: Assessment  # as it would be
    changed: Mapping[str, tuple[object, object]]  # what differs: now, then


class Scorer:
    """Scores batches of conversations as they are and as they would be."""

    def __init__(self, change: Change, *, as_json: bool = False, blamed: str = "company.yaml") -> None:
        """
        Take two scales.

        Args:
            change: They.
            as_json: How lines are written.
            blamed: The file to look into should scoring break.
        """
        self._blamed = blamed
        self._change = change
        self._as_json = as_json

    @property
    def compares(self) -> bool:
        """Whether there is something to compare with."""
        return self._change.now is not None

    def score(self, conversations: Sequence[Conversation]) -> Part:
        """The lines of a batch, and its counts."""
        lines, tally = io.StringIO(), Tally()
        for conversation, found, changed in self.compare(conversations, tally):
            if changed or not self.compares:
                _print(scored(conversation, found, changed), lines, as_json=self._as_json)
        return Part(lines.getvalue(), tally)

    def compare(self, conversations: Iterable[Conversation], tally: Tally) -> Iterator[Compared]:
        """
        Each lead on both scales, counted in the tally; nothing differs where there is nothing to compare with.

        Raises:
            BrokenContent: Scoring a conversation breaks, which its proof did not foresee.
        """
        now, then, name = self._change.now, self._change.then, self._change.framework
        for conversation in conversations:
            try:
                new = then.weigh(conversation, name)
                old = None if now is None else now.weigh(conversation, name)
            except Exception as error:
                act = f"scoring {conversation.id}"
                raise BrokenContent((unforeseen(self._blamed, act, error),)) from error
            if now is None or old is None:
                yield Compared(conversation, new, {})
                continue
            changed, handed = dict(changes(old, new)), (now.hands_over(old), then.hands_over(new))
            if handed[0] is not handed[1]:
                changed["handoff"] = handed
            tally.add(conversation, old, new, changed=bool(changed), handed=handed)
            yield Compared(conversation, new, changed)


def unforeseen(file: str, act: str, error: Exception) -> ContentError:
    """What broke and where, and nothing the error says: it could quote a visitor."""
    problem = f"{act} breaks: {kind_of(error)} at {place_of(error)}"
    return ContentError(file, "", problem, "look for a figure out of all proportion, and report this")


def _parts(url: str, scorer: Scorer, marks: Sequence[str], workers: int) -> Iterator[Part]:
    """The batches' parts in the order of the batches; few are under way at once, so memory stays as it is."""
    if workers < 2:
        _start(url, scorer)
        yield from (_part(mark, A_BATCH) for mark in marks)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, (url, scorer)) as pool:
        under_way: deque[Future[Part]] = deque()
        for mark in marks:
            under_way.append(pool.submit(_part, mark, A_BATCH))
            if len(under_way) > 2 * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


_mine: list[tuple[Scorer, HistoryReader]] = []  # of this process


def _start(url: str, scorer: Scorer) -> None:
    _mine[:] = [(scorer, HistoryReader(url))]
    gc.freeze()  # what is loaded stays: the collector need not look through it again and again


def _part(after: str, size: int) -> Part:
    """The batch of conversations that follows a mark."""
    scorer, reader = _mine[0]
    return scorer.score(reader.histories(after, size))


def _print(found: Scored, out: TextIO, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(found).decode(), file=out)
        return
    points = ", ".join(f"{name} {points}" for name, points in found.points.items())
    line = f"{found.conversation}  {found.framework} {found.total}/{found.maximum} {found.temperature} {found.stage}"
    moved = "; ".join(f"{name} {_plain(old)} -> {_plain(new)}" for name, (old, new) in found.changed.items())
    print(f"{line}  {points}{f'  ({moved})' if moved else ''}", file=out)


def _plain(value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)
