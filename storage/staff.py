"""Who may sign in to the console: people, one-time links, sessions. Secrets come here as hashes only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_new
from sqlalchemy.exc import IntegrityError

from storage.ids import uuid7
from storage.part import Part
from storage.tables import sessions, sign_in_links, staff
from storage.values import Staff, StaffSession

_FIELDS = [staff.c[name] for name in ("id", "name", "email", "role", "active", "created")]


class StaffPart(Part):
    """People of ours and how they sign in."""

    async def add_staff(self, name: str, email: str, role: str, now: datetime) -> Staff | None:
        """A new person who may sign in, None if somebody has this address already."""
        person = Staff(uuid7(), name, email.strip().lower(), role, active=True, created=now)
        values = {field.name: getattr(person, field.name) for field in _FIELDS} | {"password_hash": ""}
        statement = insert_new(staff).values(values).on_conflict_do_nothing(index_elements=["email"])
        added = await self._writer.write(lambda connection: connection.execute(statement).rowcount == 1)
        return person if added else None

    async def staff(self, key: str) -> Staff | None:
        """The person of an id."""
        return await self._person(staff.c.id == key)

    async def staff_by_email(self, email: str) -> Staff | None:
        """The person of an address, in any case."""
        return await self._person(staff.c.email == email.strip().lower())

    async def all_staff(self) -> Sequence[Staff]:
        """Everybody, by name."""
        statement = select(*_FIELDS).order_by(staff.c.name, staff.c.id)
        return await self._reader.read(lambda found: [Staff(**row) for row in found.execute(statement).mappings()])

    async def set_email(self, key: str, email: str) -> bool:
        """Give a person an address; False, and nothing changes, when somebody else has it."""
        statement = update(staff).where(staff.c.id == key).values(email=email.strip().lower())

        def change(connection: Connection) -> bool:
            try:
                with connection.begin_nested():
                    connection.execute(statement)
            except IntegrityError:
                return False
            return True

        return await self._writer.write(change)

    async def set_active(self, key: str, *, active: bool) -> None:
        """Let a person sign in or not; one who may not is signed out at once."""

        def change(connection: Connection) -> None:
            connection.execute(update(staff).where(staff.c.id == key).values(active=active))
            if not active:
                connection.execute(delete(sessions).where(sessions.c.staff == key))
                connection.execute(delete(sign_in_links).where(sign_in_links.c.staff == key))

        await self._writer.write(change)

    async def password_hash(self, key: str) -> str:
        """The hash that was set for a person, "" if none was."""
        statement = select(staff.c.password_hash).where(staff.c.id == key)
        return await self._reader.read(lambda connection: connection.execute(statement).scalar()) or ""

    async def set_password_hash(self, key: str, password_hash: str) -> None:
        """Keep the hash of a new password; browsers signed in with the old one are signed out."""

        def change(connection: Connection) -> None:
            connection.execute(update(staff).where(staff.c.id == key).values(password_hash=password_hash))
            connection.execute(delete(sessions).where(sessions.c.staff == key))

        await self._writer.write(change)

    async def add_sign_in_link(self, token_hash: str, key: str, expires: datetime) -> None:
        """Remember a one-time link for a person."""
        await self._add(sign_in_links, token_hash=token_hash, staff=key, expires=expires)

    async def use_sign_in_link(self, token_hash: str, now: datetime) -> Staff | None:
        """The person a link is for, once; None if it is unknown, used, too old, or its person may not sign in."""
        link = sign_in_links.c

        def use(connection: Connection) -> Staff | None:
            fresh = (link.token_hash == token_hash) & link.used.is_(None) & (link.expires > now)
            if connection.execute(update(sign_in_links).where(fresh).values(used=now)).rowcount != 1:
                return None
            person = select(*_FIELDS).join(sign_in_links, link.staff == staff.c.id)
            wanted = person.where(link.token_hash == token_hash, staff.c.active)
            return _staff(connection.execute(wanted).mappings().one_or_none())

        return await self._writer.write(use)

    async def add_session(self, token_hash: str, key: str, csrf: str, expires: datetime) -> None:
        """Remember a browser that has signed in."""
        await self._add(sessions, token_hash=token_hash, staff=key, csrf=csrf, expires=expires)

    async def session(self, token_hash: str, now: datetime) -> StaffSession | None:
        """The session of a token, None if it is unknown, over, or its person may not sign in."""
        of = sessions.c
        joined = select(*_FIELDS, of.csrf, of.expires).join(sessions, of.staff == staff.c.id)
        statement = joined.where(of.token_hash == token_hash, of.expires > now, staff.c.active)
        row = await self._reader.read(lambda connection: connection.execute(statement).mappings().one_or_none())
        if row is None:
            return None
        person = {name: value for name, value in row.items() if name not in {"csrf", "expires"}}
        return StaffSession(Staff(**person), row["csrf"], row["expires"])

    async def end_session(self, token_hash: str) -> None:
        """Sign a browser out."""
        await self._delete(sessions, sessions.c.token_hash == token_hash)

    async def forget_expired(self, now: datetime) -> None:
        """Drop sessions and links that are over."""
        await self._delete(sessions, sessions.c.expires <= now)
        await self._delete(sign_in_links, or_(sign_in_links.c.expires <= now, sign_in_links.c.used.is_not(None)))

    async def _person(self, which: Any) -> Staff | None:
        statement = select(*_FIELDS).where(which)
        return _staff(await self._reader.read(lambda found: found.execute(statement).mappings().one_or_none()))

    async def _add(self, table: Table, **values: Any) -> None:
        def add(connection: Connection) -> None:
            connection.execute(insert(table).values(values))

        await self._writer.write(add)

    async def _delete(self, table: Table, which: Any) -> None:
        def remove(connection: Connection) -> None:
            connection.execute(delete(table).where(which))

        await self._writer.write(remove)


def _staff(row: RowMapping | None) -> Staff | None:
    return None if row is None else Staff(**row)
