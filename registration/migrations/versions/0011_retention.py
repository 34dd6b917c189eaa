"""What retention needs: which messages are forgotten, indexes over what is still kept, when SQLite was compacted.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# PostgreSQL keeps samples of a column's values for its planner, and never replaces them in a table that became empty.
# No query of ours needs them for these.
NOT_SAMPLED = (
    ("registration_word", "word"),
    ("released_question", "text"),
    ("material", "title"),
    ("material", "link"),
    ("material", "file_name"),
    ("material_content", "data"),
)


def upgrade() -> None:
    """Apply."""
    op.add_column("meeting", sa.Column("retention_days", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    _partial("ix_outbox_kept", "outbox", ["topic", "id"], "forgotten_at IS NULL")
    _partial("ix_registration_kept", "registration", ["meeting_id"], "erased_at IS NULL")
    _partial("ix_registration_erased", "registration", ["erased_at"], "erased_at IS NOT NULL")
    op.create_table(
        "compaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_compaction_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compaction")),
    )
    _sample(0)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def _sample(size: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in NOT_SAMPLED:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {size}")


def downgrade() -> None:
    """Take back."""
    _sample(-1)
    op.drop_table("compaction")
    op.drop_index("ix_registration_erased", table_name="registration")
    op.drop_index("ix_registration_kept", table_name="registration")
    op.drop_index("ix_outbox_kept", table_name="outbox")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_column("forgotten_at")
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_column("retention_days")
