"""Links of families can be revoked, and mail counts as a stranger's until somebody used the link in it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
additive = True

BEFORE = "kind IN ('link', 'unknown', 'code')"
AFTER = "kind IN ('link', 'unknown', 'code', 'lost')"


def upgrade() -> None:
    """Nobody counts as having used a link until they do: then mail to them is limited a little longer."""
    with op.batch_alter_table("registration") as table:
        table.add_column(sa.Column("link_opened_at", sa.DateTime(timezone=True), nullable=True))
    _counted(AFTER)


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM sign_in_attempt WHERE kind = 'lost'")
    _counted(BEFORE)
    with op.batch_alter_table("registration") as table:
        table.drop_column("link_opened_at")


def _counted(kinds: str) -> None:
    with op.batch_alter_table("sign_in_attempt") as table:
        table.drop_constraint(table.f("ck_sign_in_attempt_kind"), type_="check")
        table.create_check_constraint(table.f("ck_sign_in_attempt_kind"), kinds)
