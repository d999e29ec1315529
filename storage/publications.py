"""What the bot ran on and when, and the operator's files of each version."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_new

from storage.part import Part
from storage.tables import contents, publications
from storage.values import Publication

_FIELDS = [publications.c[name] for name in ("content", "folder", "how", "author", "at", "own", "draft")]


class PublicationsPart(Part):
    """Publications of the workspace, and the contents that can be gone back to."""

    async def note_publication(self, publication: Publication, archive: bytes) -> None:
        """
        Remember what runs from now on.

        Args:
            publication: It.
            archive: The operator's files, packed; of a version known before the first stay. b"" keeps none.
        """
        values = {field.name: getattr(publication, field.name) for field in _FIELDS}
        kept = insert_new(contents).values(content=publication.content, archive=archive)

        def change(connection: Connection) -> None:
            connection.execute(insert(publications).values(values))
            if archive:
                connection.execute(kept.on_conflict_do_nothing(index_elements=["content"]))

        await self._writer.write(change)

    async def publications(self, limit: int) -> Sequence[Publication]:
        """The newest first."""
        kept = contents.c.content.is_not(None).label("kept")
        both = publications.outerjoin(contents, contents.c.content == publications.c.content)
        statement = select(*_FIELDS, kept).select_from(both).order_by(publications.c.seq.desc()).limit(limit)
        return await self._reader.read(
            lambda found: [Publication(**row) for row in found.execute(statement).mappings()]
        )

    async def archived(self, content: str) -> bytes | None:
        """The operator's files of a version, packed; None if they were not kept."""
        statement = select(contents.c.archive).where(contents.c.content == content)
        found: bytes | None = await self._reader.read(lambda connection: connection.execute(statement).scalar())
        return found
