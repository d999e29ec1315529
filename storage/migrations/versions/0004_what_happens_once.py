"""
Events and clicks by their ids, which count once in all conversations together.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "occurrences",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_occurrences"),
        sqlite_with_rowid=False,
    )
    # What was counted twice stays so; what was counted is known from now on. Ids of conversations are in order of time.
    op.execute(
        "INSERT INTO occurrences (id, conversation) SELECT inbound, MIN(conversation) FROM turns"
        " WHERE kind = 'signal' AND (inbound LIKE 'event:%' OR inbound LIKE 'click:%') GROUP BY inbound"
    )


def downgrade() -> None:
    op.drop_table("occurrences")
