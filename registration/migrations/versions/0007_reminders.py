"""Reminders, announcements, and what families answer.

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'queueing')")
TOGETHER = sa.text("mailing IS NOT NULL")
ALONE = sa.text("state = 'queued' AND mailing IS NULL")
OWNERS = "'district', 'series', 'place', 'meeting', 'change'"
COUNTS = (
    "families >= 0 AND listeners >= 0 AND families_online >= 0 AND listeners_online >= 0 "
    "AND waiting_families >= 0 AND waiting_listeners >= 0"
)
# What every new meeting gets too (reminders/rules.py): two days before, and the same day.
DEFAULTS = (("still_coming", 2, None, 17 * 60), ("same_day", 0, 3, 8 * 60))


def upgrade() -> None:
    """Apply."""
    _make_tables()
    with op.batch_alter_table("registration") as batch_op:
        for name in ("unsubscribed_at", "still_coming_at", "bounced_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for table in ("meeting", "demand"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("said_yes", sa.Integer(), nullable=False, server_default="0"))
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("said_yes", server_default=None)
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.add_column(sa.Column("asked_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_meeting_said_yes"), "said_yes >= 0")
    _change_check("demand", "ck_demand_counts", f"{COUNTS} AND said_yes >= 0")
    _change_check("translated_text", "ck_translated_text_owner", f"owner IN ({OWNERS}, 'reminder', 'announcement')")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("mailing", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_outbox_mailing",
        "outbox",
        ["mailing", "state", "sent_locale"],
        postgresql_where=TOGETHER,
        sqlite_where=TOGETHER,
    )
    op.create_index("ix_outbox_alone", "outbox", ["send_at"], postgresql_where=ALONE, sqlite_where=ALONE)
    _give_defaults()


def _change_check(table: str, name: str, condition: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(batch_op.f(name), type_="check")
        batch_op.create_check_constraint(batch_op.f(name), condition)


def _make_tables() -> None:
    _make_rules()
    _make_announcements()
    op.create_table(
        "reminder_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("announcement_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.String(length=80), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("last_registration_id", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("called", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("dropped_reason", sa.String(length=40), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(rule_id IS NULL) <> (announcement_id IS NULL)", name=op.f("ck_reminder_run_whose")),
        sa.CheckConstraint(
            "state IN ('waiting', 'queueing', 'done', 'stopped', 'dropped')", name=op.f("ck_reminder_run_state")
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_reminder_run_announcement_id_announcement")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_reminder_run_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["rule_id"], ["reminder_rule.id"], name=op.f("fk_reminder_run_rule_id_reminder_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_run")),
        sa.UniqueConstraint("meeting_id", "occurrence", name="uq_reminder_run_meeting_occurrence"),
    )
    op.create_index("ix_reminder_run_rule_id", "reminder_run", ["rule_id"])
    op.create_index("ix_reminder_run_announcement_id", "reminder_run", ["announcement_id"])
    op.create_index("ix_reminder_run_open", "reminder_run", ["due_at", "id"], postgresql_where=OPEN, sqlite_where=OPEN)


def _make_rules() -> None:
    op.create_table(
        "reminder_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=True),
        sa.Column("hours_before", sa.Integer(), nullable=True),
        sa.Column("at_time", sa.Integer(), nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_to", sa.Integer(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(series_id IS NULL) <> (meeting_id IS NULL)", name=op.f("ck_reminder_rule_whose")),
        sa.CheckConstraint("days_before IS NOT NULL OR hours_before IS NOT NULL", name=op.f("ck_reminder_rule_when")),
        sa.CheckConstraint("(days_before IS NULL) = (at_time IS NULL)", name=op.f("ck_reminder_rule_time_of_day")),
        sa.CheckConstraint(
            "days_before BETWEEN 0 AND 60 AND hours_before BETWEEN 1 AND 168 AND at_time BETWEEN 0 AND 1439",
            name=op.f("ck_reminder_rule_numbers"),
        ),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439", name=op.f("ck_reminder_rule_quiet")
        ),
        sa.CheckConstraint("kind IN ('still_coming', 'same_day', 'own')", name=op.f("ck_reminder_rule_kind")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_reminder_rule_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_reminder_rule_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
    )
    op.create_index("ix_reminder_rule_series_id", "reminder_rule", ["series_id"])
    op.create_index("ix_reminder_rule_meeting_id", "reminder_rule", ["meeting_id"])


def _make_announcements() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'scheduled', 'sending', 'stopped', 'done')", name=op.f("ck_announcement_state")
        ),
        sa.CheckConstraint("per_minute > 0", name=op.f("ck_announcement_per_minute")),
        sa.CheckConstraint(
            "state IN ('draft', 'stopped') OR send_at IS NOT NULL", name=op.f("ck_announcement_send_at")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_announcement_created_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_table(
        "announcement_meeting",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_announcement_meeting_announcement_id_announcement")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_announcement_meeting_meeting_id_meeting")
        ),
        sa.PrimaryKeyConstraint("announcement_id", "meeting_id", name=op.f("pk_announcement_meeting")),
    )
    op.create_index("ix_announcement_meeting_meeting_id", "announcement_meeting", ["meeting_id"])


def _give_defaults() -> None:
    give = sa.text(
        "INSERT INTO reminder_rule (meeting_id, kind, days_before, hours_before, at_time, quiet_from, quiet_to, "
        "audience, active, since, version) "
        "SELECT id, :kind, :days, :hours, :at, 1260, 480, '{}', :yes, CURRENT_TIMESTAMP, 1 FROM meeting ORDER BY id"
    ).bindparams(
        sa.bindparam("kind", type_=sa.String()),
        *(sa.bindparam(name, type_=sa.Integer()) for name in ("days", "hours", "at")),
        sa.bindparam("yes", True, type_=sa.Boolean()),
    )
    for kind, days, hours, at in DEFAULTS:
        op.get_bind().execute(give, {"kind": kind, "days": days, "hours": hours, "at": at})


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM translated_text WHERE owner IN ('reminder', 'announcement')")
    op.drop_index("ix_outbox_alone", "outbox")
    op.drop_index("ix_outbox_mailing", "outbox")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_column("bounced_at")
        batch_op.drop_column("mailing")
    _change_check("translated_text", "ck_translated_text_owner", f"owner IN ({OWNERS})")
    _change_check("demand", "ck_demand_counts", COUNTS)
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_meeting_said_yes"), type_="check")
        batch_op.drop_column("asked_until")
    for table in ("demand", "meeting"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("said_yes")
    with op.batch_alter_table("registration") as batch_op:
        for name in ("bounced_at", "still_coming_at", "unsubscribed_at"):
            batch_op.drop_column(name)
    op.drop_table("reminder_run")
    op.drop_table("announcement_meeting")
    op.drop_table("announcement")
    op.drop_table("reminder_rule")
