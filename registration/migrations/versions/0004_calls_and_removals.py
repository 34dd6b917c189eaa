"""Calls to make in the order of their deadlines; which removed families were waiting.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CALLS = sa.text("state = 'call'")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("removal") as batch_op:
        batch_op.add_column(sa.Column("waited", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("removal") as batch_op:
        batch_op.alter_column("waited", server_default=None)
    op.create_index(
        "ix_outbox_call", "outbox", ["message", "expires_at", "id"], postgresql_where=CALLS, sqlite_where=CALLS
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_outbox_call", "outbox")
    with op.batch_alter_table("removal") as batch_op:
        batch_op.drop_column("waited")
