"""Which program the schema still serves, and a row that shows whether anything can be written.

Revision: 0020, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0015"
branch_labels = None
depends_on = None

# It only adds: the program before it goes on (docs/decisions/020).
additive = True


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "schema_support",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("oldest_program", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_support")),
    )
    op.create_table(
        "write_probe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filler", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_probe")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("write_probe")
    op.drop_table("schema_support")
