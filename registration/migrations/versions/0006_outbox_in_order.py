"""Messages of a meeting by state, in the order in which staff look through them.

Revision: 0006, after 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_index("ix_outbox_topic_state")
        batch_op.create_index("ix_outbox_topic_state_send_at", ["topic", "state", "send_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_index("ix_outbox_topic_state_send_at")
        batch_op.create_index("ix_outbox_topic_state", ["topic", "state"], unique=False)
