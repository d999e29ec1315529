"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external", sa.Text(), nullable=True),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("channel", "external", name="uq_conversations_channel_external"),
    )
    op.create_table(
        "facts",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("inbound", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "seq", name="pk_facts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "files",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("inbound", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "inbound", name="pk_files"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "external", name="uq_inbox_channel_external"),
    )
    with op.batch_alter_table("inbox") as batch_op:
        batch_op.create_index(
            "ix_inbox_waiting",
            ["channel", "thread", "received", "id"],
            unique=False,
            sqlite_where=sa.text("handled = 0"),
            postgresql_where=sa.text("handled = false"),
        )

    op.create_table(
        "leads",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("temperature", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("telegram", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("handoff", sa.Text(), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name="pk_leads"),
    )
    with op.batch_alter_table("leads") as batch_op:
        batch_op.create_index("ix_leads_stage_temperature", ["stage", "temperature"], unique=False)
        batch_op.create_index("ix_leads_updated_conversation", ["updated", "conversation"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.create_index("ix_outbox_state_due_id", ["state", "due", "id"], unique=False)
        batch_op.create_index(
            "ix_outbox_unfinished",
            ["conversation", "kind", "seq"],
            unique=False,
            sqlite_where=sa.text("state IN ('ready', 'sending')"),
            postgresql_where=sa.text("state IN ('ready', 'sending')"),
        )

    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pulse"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
    )
    op.create_table(
        "timers",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "purpose", "generation", name="pk_timers"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("timers") as batch_op:
        batch_op.create_index("ix_timers_due", ["due"], unique=False)

    op.create_table(
        "turns",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("inbound", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("today", sa.Text(), nullable=False),
        sa.Column("language_hint", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=True),
        sa.Column("replies", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "turn", name="pk_turns"),
        sa.UniqueConstraint("conversation", "inbound", name="uq_turns_conversation_inbound"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_sessions_staff_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.create_index("ix_sessions_staff", ["staff"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_sign_in_links_staff_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
    )
    with op.batch_alter_table("sign_in_links") as batch_op:
        batch_op.create_index("ix_sign_in_links_staff", ["staff"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sign_in_links") as batch_op:
        batch_op.drop_index("ix_sign_in_links_staff")

    op.drop_table("sign_in_links")
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.drop_index("ix_sessions_staff")

    op.drop_table("sessions")
    op.drop_table("turns")
    with op.batch_alter_table("timers") as batch_op:
        batch_op.drop_index("ix_timers_due")

    op.drop_table("timers")
    op.drop_table("staff")
    op.drop_table("pulse")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_index(
            "ix_outbox_unfinished",
            sqlite_where=sa.text("state IN ('ready', 'sending')"),
            postgresql_where=sa.text("state IN ('ready', 'sending')"),
        )
        batch_op.drop_index("ix_outbox_state_due_id")

    op.drop_table("outbox")
    with op.batch_alter_table("leads") as batch_op:
        batch_op.drop_index("ix_leads_updated_conversation")
        batch_op.drop_index("ix_leads_stage_temperature")

    op.drop_table("leads")
    with op.batch_alter_table("inbox") as batch_op:
        batch_op.drop_index(
            "ix_inbox_waiting", sqlite_where=sa.text("handled = 0"), postgresql_where=sa.text("handled = false")
        )

    op.drop_table("inbox")
    op.drop_table("files")
    op.drop_table("facts")
    op.drop_table("conversations")
