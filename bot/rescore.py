"""`banter rescore`: stored conversations under any framework, and what a change would do before it goes live."""

import gc
import io
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TextIO

import msgspec

from bot.blame import kind_of, place_of
from bot.errors import ShellError
from bot.workspace import load_workspace
from dialogs.errors import BrokenContent, ContentError
from dialogs.framework import Framework
from dialogs.library import Library
from dialogs.rescoring import changes, rescored
from dialogs.tally import Summary, Tally, summary_lines
from dialogs.values import Conversation
from dialogs.yaml_source import YamlSource, not_utf8
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
    """What a worker needs to know; it loads the rest itself, so that any way of starting one will do."""

    url: str
    workspace: str
    framework: str  # "" leaves each lead its own
    what_if: Path | None
    as_json: bool


class Part(NamedTuple):
    """What came of one batch."""

    text: str
    tally: Tally


async def rescore(job: Job, out: TextIO, *, workers: int = 0) -> None:
    """
    Print every stored conversation's score; with a what-if file only what would change, and sums.

    The same facts give the same bytes however many workers there are, and no more than a few batches are in memory.

    Args:
        job: The database, the workspace (folder or packaged name; "" is the demo company) and what to try.
        out: Where to.
        workers: Processes that score; 0 is one a core.

    Raises:
        BrokenContent: The workspace or the file has faults, or there is no framework of that name, or scoring breaks.
        NoDatabase: Nothing has been stored yet.
        StorageError: The database cannot be read.
    """
    if not path_of(job.url).exists():
        raise NoDatabase(path_of(job.url), "BANTER_DATABASE_URL")
    scorer = Scorer(job)
    store = await Store.open(job.url)
    try:
        marks = await store.marks(A_BATCH)
    finally:
        await store.close()
    tally = Tally()
    for part in _parts(job, scorer, marks, min(workers or _worth(len(marks)), len(marks))):
        out.write(part.text)
        tally.join(part.tally)
    if job.what_if is not None:
        summary = tally.summary()
        print(_as_line(summary) if job.as_json else "\n".join(summary_lines(summary)), file=out)


def _worth(batches: int) -> int:
    """How many workers are worth starting: each loads the workspace first."""
    return len(os.sched_getaffinity(0)) if batches >= _MANY else 1


def _as_line(summary: Summary) -> str:
    return msgspec.json.encode({"summary": summary}).decode()


class Scorer:
    """Scores batches of conversations as they are and as they would be."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._now = load_workspace(job.workspace).library
        _known(self._now, job.framework)
        try:
            self._then = self._now if job.what_if is None else _if(job.what_if, job.workspace, self._now)
        except (BrokenContent, OSError):
            raise
        except Exception as error:
            raise BrokenContent((_unforeseen(job, "reading it", error),)) from error

    def score(self, conversations: Sequence[Conversation]) -> Part:
        """
        The lines of a batch, and its counts.

        Raises:
            BrokenContent: Scoring a conversation breaks, which its proof did not foresee.
        """
        lines, tally = io.StringIO(), Tally()
        trying = self.job.what_if is not None
        for conversation in conversations:
            try:
                old, new = self._both(conversation)
            except Exception as error:
                raise BrokenContent((_unforeseen(self.job, f"scoring {conversation.id}", error),)) from error
            changed = changes(old, new) if trying else {}
            tally.add(conversation, old, new, changed=bool(changed))
            if not trying or changed:
                _print(scored(conversation, new, changed), lines, as_json=self.job.as_json)
        return Part(lines.getvalue(), tally)

    def _both(self, conversation: Conversation) -> tuple[Assessment, Assessment]:
        """As it is, and as it would be."""
        name = self.job.framework or conversation.framework
        new = rescored(conversation, self._then.framework(name), self._then)
        trying = self.job.what_if is not None
        return (rescored(conversation, self._now.framework(name), self._now) if trying else new), new


def _unforeseen(job: Job, act: str, error: Exception) -> ContentError:
    """What broke and where, and nothing the error says: it could quote a visitor."""
    file = "company.yaml" if job.what_if is None else str(job.what_if)
    problem = f"{act} breaks: {kind_of(error)} at {place_of(error)}"
    return ContentError(file, "", problem, "look for a figure out of all proportion, and report this")


def _parts(job: Job, scorer: Scorer, marks: Sequence[str], workers: int) -> Iterator[Part]:
    """The batches' parts in the order of the batches; few are under way at once, so memory stays as it is."""
    if workers < 2:
        _start(job, scorer)
        yield from (_part(mark, A_BATCH) for mark in marks)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, (job,)) as pool:
        under_way: deque[Future[Part]] = deque()
        for mark in marks:
            under_way.append(pool.submit(_part, mark, A_BATCH))
            if len(under_way) > 2 * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


_mine: list[tuple[Scorer, HistoryReader]] = []  # of this process


def _start(job: Job, scorer: Scorer | None = None) -> None:
    _mine[:] = [(scorer or Scorer(job), HistoryReader(job.url))]
    gc.freeze()  # the library stays: the collector need not look through it again and again


def _part(after: str, size: int) -> Part:
    """The batch of conversations that follows a mark."""
    scorer, reader = _mine[0]
    return scorer.score(reader.histories(after, size))


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
    try:
        source = YamlSource(str(file), file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BrokenContent((not_utf8(str(file), error),)) from error
    if "framework" in source.data and "criteria" in source.data:
        made: Framework = load_workspace(workspace, tried=file).library.frameworks[source.data["framework"]]
        return replace(library, frameworks={**library.frameworks, made.name: made})
    company = load_workspace(workspace, source.data).library.company
    return replace(library, company=company)


def _print(found: Scored, out: TextIO, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(found).decode(), file=out)
        return
    points = ", ".join(f"{name} {points}" for name, points in found.points.items())
    line = f"{found.conversation}  {found.framework} {found.total}/{found.maximum} {found.temperature} {found.stage}"
    moved = "; ".join(f"{name} {old} -> {new}" for name, (old, new) in found.changed.items())
    print(f"{line}  {points}{f'  ({moved})' if moved else ''}", file=out)
