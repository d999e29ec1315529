"""
What each turn ran on, what was published when, and the grade of a lead.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place, so that a database of any size is ready at once and the version before can go on writing.
    op.add_column("turns", sa.Column("content", sa.Text(), server_default="", nullable=False))
    op.add_column("leads", sa.Column("grade", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_leads_email", "leads", ["email"], unique=False)
    op.create_table(
        "publications",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_publications"),
    )
    op.create_table(
        "contents",
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("content", name="pk_contents"),
    )


def downgrade() -> None:
    op.drop_table("contents")
    op.drop_table("publications")
    op.drop_index("ix_leads_email", "leads")
    op.drop_column("leads", "grade")
    op.drop_column("turns", "content")
