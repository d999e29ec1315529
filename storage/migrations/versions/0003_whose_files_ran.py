"""
Which of the operator's files ran, and which the folder held, whatever the release.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place, as in 0002; the version before writes neither.
    op.add_column("publications", sa.Column("own", sa.Text(), server_default="", nullable=False))
    op.add_column("publications", sa.Column("draft", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("publications", "draft")
    op.drop_column("publications", "own")
