"""What the console shows of leads."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select, tuple_

from storage.codec import assessment_of, points_of
from storage.part import Part
from storage.tables import leads
from storage.transcripts import load_facts, read_turns
from storage.values import CriterionPoints, LeadDetails, LeadRow

_CONTACT = ("email", "phone", "telegram")  # whichever is known first, in this order
_SEARCHED = ("name", "company", *_CONTACT, "source")
_SHOWN = (
    "conversation",
    "framework",
    "stage",
    "total",
    "maximum",
    "temperature",
    "grade",
    "name",
    "company",
    "channel",
    "source",
    "page",
    "language",
    "handoff",
    "opened",
    "updated",
    "turn",
)


class LeadsPart(Part):
    """The `Leads` port, and one lead in full."""

    async def leads(
        self, *, stage: str = "", temperature: str = "", search: str = "", limit: int = 50, before: str = ""
    ) -> Sequence[LeadRow]:
        """
        Leads, newest change first.

        Args:
            stage: Only this one; "" for all.
            temperature: Only this one; "" for all.
            search: Words that must all stand in the name, company, contact details or source, in any case.
            limit: At most so many.
            before: The conversation id of the last row of the page before; one that is not known gives no rows.
        """
        statement = leads_where(stage, temperature, search, before).limit(limit)
        return await self._reader.read(lambda found: [_row(row) for row in found.execute(statement).mappings()])

    async def newest_of(self, email: str) -> str | None:
        """The conversation heard last of those whose lead has told this address; None if there is none."""
        row = leads.c
        wanted = (
            select(row.conversation).where(row.email == email.strip().lower()).order_by(row.updated.desc()).limit(1)
        )
        found: str | None = await self._reader.read(lambda connection: connection.execute(wanted).scalar())
        return found

    async def lead(self, conversation: str) -> LeadDetails | None:
        """One lead with its score explained, its facts and its transcript, as of one moment; None if there is none."""

        def find(connection: Connection) -> LeadDetails | None:
            row = connection.execute(select(leads).where(leads.c.conversation == conversation)).mappings().one_or_none()
            if row is None:
                return None
            facts = load_facts(connection, conversation)
            return LeadDetails(
                row=_row(row),
                assessment=assessment_of(row["assessment"], facts),
                facts=facts,
                transcript=read_turns(connection, conversation, -1),
                **{name: row[name] for name in _CONTACT},
            )

        return await self._reader.read(find)

    async def lead_points(self, conversations: Sequence[str]) -> Mapping[str, Sequence[CriterionPoints]]:
        """Points per criterion of each of these leads, in the order of their framework; unknown ids are absent."""
        wanted = select(leads.c.conversation, leads.c.assessment).where(leads.c.conversation.in_(list(conversations)))
        rows = await self._reader.read(lambda found: found.execute(wanted).all())
        return {key: points_of(assessment) for key, assessment in rows}

    async def lead_counts(self) -> Mapping[tuple[str, str], int]:
        """How many leads there are of each (stage, temperature); those without any are absent."""
        row = leads.c
        statement = select(row.stage, row.temperature, func.count()).group_by(row.stage, row.temperature)
        counted = await self._reader.read(lambda connection: connection.execute(statement).all())
        return {(stage, temperature): number for stage, temperature, number in counted}


def leads_where(stage: str, temperature: str, search: str, before: str) -> Select[Any]:
    """Rows of the list, newest change first."""
    row = leads.c
    wanted = select(*(row[name] for name in (*_SHOWN, *_CONTACT)))
    if stage:
        wanted = wanted.where(row.stage == stage)
    if temperature:
        wanted = wanted.where(row.temperature == temperature)
    for word in search.lower().split():
        wanted = wanted.where(func.lower(_searched()).contains(word, autoescape=True))
    if before:
        last = leads.alias("last").c
        mark = select(last.updated, last.conversation).where(last.conversation == before).scalar_subquery()
        wanted = wanted.where(tuple_(row.updated, row.conversation) < mark)
    return wanted.order_by(row.updated.desc(), row.conversation.desc())


def _searched() -> ColumnElement[str]:
    """All that a search looks into as one text; the space keeps a word from reaching over two columns."""
    first, *others = (leads.c[name] for name in _SEARCHED)
    text: ColumnElement[str] = first
    for column in others:
        text = text.concat(" ").concat(column)
    return text


def _row(row: RowMapping) -> LeadRow:
    contact = next((row[name] for name in _CONTACT if row[name]), "")
    return LeadRow(**{name: row[name] for name in _SHOWN}, contact=contact)
