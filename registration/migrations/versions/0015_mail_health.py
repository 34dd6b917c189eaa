"""Heartbeats of the delivery loops, a counter that tells a restored database, and messages held after a restore.

Revision: 0015, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None
additive = True

STATES = "'queued', 'sending', 'sent', 'failed', 'held'{}, 'superseded', 'call'"
TRIED = sa.text("state = 'queued' AND first_tried_at IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mail_worker",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=20), nullable=True),
        sa.Column("error", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_worker")),
    )
    op.create_table(
        "mail_generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("installation", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_generation_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_generation")),
    )
    _change_states(STATES.format(", 'restored'"))
    op.create_index("ix_outbox_tried", "outbox", ["first_tried_at"], postgresql_where=TRIED, sqlite_where=TRIED)


def downgrade() -> None:
    """Take back. Messages that wait for a decision after a restore are stopped: the older program would send them."""
    op.drop_index("ix_outbox_tried", "outbox")
    op.execute("UPDATE outbox SET state = 'superseded', last_error = 'dropped' WHERE state = 'restored'")
    _change_states(STATES.format(""))
    op.drop_table("mail_generation")
    op.drop_table("mail_worker")


def _change_states(states: str) -> None:
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_outbox_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_outbox_state"), f"state IN ({states})")
