"""A turn costs the same however many conversations are stored: no hot query looks through a whole table."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from storage import inbox, outbox, statements, tables, timers, transcripts
from storage.leads import leads_where
from storage.store import Store

TEXTS = {name: text for name, text in vars(statements).items() if name.isupper() and name[0] != "_"}
AMONG = ("conversations_among", "facts_among")
QUERIES = {
    "inbox.waiting": inbox.WAITING,
    "inbox.settle": inbox.SETTLE,
    "outbox.due": outbox.DUE,
    "outbox.expire": outbox.EXPIRE,
    "outbox.take": outbox.TAKE,
    "outbox.finish": outbox.FINISH,
    "outbox.shown": outbox.SHOWN,
    "timers.due": timers.DUE,
    "turns": transcripts.TURNS,
    "token": transcripts.TOKEN,
    "latest": transcripts.LATEST.params(among=["c1", "c2"]),
    "files": transcripts.FILES,
    "leads.mql": leads_where("mql", "", "", ""),
}


@pytest.fixture
async def plan(store: Store, file: Path) -> Any:
    def explain(text: str) -> list[str]:
        driver = sqlite3.connect(file)
        rows = driver.execute(f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?")).fetchall()
        driver.close()
        return [row[3] for row in rows]

    return explain


def scans(steps: Sequence[str]) -> list[str]:
    return [step for step in steps if step.startswith("SCAN")]


@pytest.mark.parametrize("name", TEXTS)
async def test_a_turn_looks_through_no_table(plan: Any, name: str) -> None:
    assert scans(plan(TEXTS[name])) == []


@pytest.mark.parametrize("size", [1, 64])
@pytest.mark.parametrize("name", AMONG)
async def test_reading_for_a_turn_looks_through_no_table(plan: Any, name: str, size: int) -> None:
    assert scans(plan(getattr(statements, name)(size))) == []


@pytest.mark.parametrize("name", QUERIES)
async def test_what_is_asked_often_looks_through_no_table(plan: Any, name: str) -> None:
    written = {"render_postcompile": True}
    steps = plan(str(QUERIES[name].compile(dialect=sqlite.dialect(paramstyle="qmark"), compile_kwargs=written)))
    assert scans(steps) == []


async def test_replies_are_held_back_by_way_of_the_small_index(plan: Any) -> None:
    steps = plan(str(QUERIES["outbox.due"].compile(dialect=sqlite.dialect(paramstyle="qmark"))))
    assert any("ix_outbox_state_due_id" in step for step in steps)
    assert any("ix_outbox_unfinished" in step for step in steps)


async def test_the_list_of_leads_follows_its_index(plan: Any) -> None:
    page: Select[Any] = leads_where("", "", "", "c1").limit(50)
    steps = plan(str(page.compile(dialect=sqlite.dialect(paramstyle="qmark"))))
    assert any("ix_leads_updated_conversation" in step for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        (statements.INSERT_CONVERSATION, tables.conversations),
        (statements.INSERT_TURN, tables.turns),
        (statements.INSERT_FACT, tables.facts),
        (statements.UPSERT_LEAD, tables.leads),
        (statements.INSERT_OUTBOX, tables.outbox),
        (statements.UPSERT_TIMER, tables.timers),
        (statements.UPSERT_FILE, tables.files),
    ],
    ids=str,
)
def test_rows_are_written_in_the_order_of_the_columns(text: str, table: Any) -> None:
    columns = text.partition("(")[2].partition(")")[0].replace('"', "").split(", ")
    assert columns == [column.name for column in table.columns]
