"""Indexes in the order in which staff's lists walk them.

Revision: 0005, after 0004
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Name, table, condition, columns before and after.
CHANGED: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("ix_registration_not_me", "registration", "not_me_at IS NOT NULL", ("meeting_id",), ("meeting_id", "id")),
    (
        "ix_registration_same_address",
        "registration",
        "same_address AND same_address_seen_at IS NULL",
        ("meeting_id",),
        ("meeting_id", "id"),
    ),
    ("ix_interpretation_request_late", "interpretation_request", "late", ("meeting_id",),
     ("meeting_id", "registration_id")),
    ("ix_interpretation_request_meeting_language", "interpretation_request", "",
     ("meeting_id", "language", "modality"), ("meeting_id", "language", "modality", "registration_id")),
)  # fmt: skip
BY_CONTACT = (("ix_registration_meeting_email", "email_folded", 254), ("ix_registration_meeting_phone", "phone", 40))


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_registration_meeting", "registration", ["meeting_id", "id"])
    for name, table, condition, _, after in CHANGED:
        _replace(name, table, condition, after)
    _order_contacts('COLLATE "C"', {})


def downgrade() -> None:
    """Take back."""
    _order_contacts('COLLATE "default"', {column: "text_pattern_ops" for _, column, _ in BY_CONTACT})
    for name, table, condition, before, _ in CHANGED:
        _replace(name, table, condition, before)
    op.drop_index("ix_registration_meeting", "registration")


def _replace(name: str, table: str, condition: str, columns: tuple[str, ...]) -> None:
    op.drop_index(name, table)
    if not condition:
        op.create_index(name, table, list(columns))
        return
    # As queries write booleans on SQLite; otherwise it does not see that the index holds what is asked for.
    on_sqlite = re.sub(r"\b(late|same_address)\b", r"\1 = 1", condition)
    op.create_index(name, table, list(columns), postgresql_where=sa.text(condition), sqlite_where=sa.text(on_sqlite))


def _order_contacts(collation: str, ops: dict[str, str]) -> None:
    # SQLite orders by byte anyway.
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, column, length in BY_CONTACT:
        op.drop_index(name, "registration")
        op.execute(f"ALTER TABLE registration ALTER COLUMN {column} TYPE VARCHAR({length}) {collation}")
        op.create_index(
            name, "registration", ["meeting_id", column],
            postgresql_ops={column: ops[column]} if column in ops else {},
        )  # fmt: skip
