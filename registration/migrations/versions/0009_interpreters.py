"""Interpreters, teams and their seats, offers and bookings.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Made last, dropped first.
TABLES = (
    "offer",
    "assignment_event",
    "candidate",
    "assignment",
    "seat",
    "team",
    "weekly_hours",
    "other_days",
    "language_pair",
    "credential",
    "interpreter",
    "policy_choice",
)
# One interpreter, one place at a time. Two ranges need no extension, where a number beside a range needs btree_gist.
ONE_PLACE = """
    ALTER TABLE assignment ADD CONSTRAINT ex_assignment_one_place_at_a_time EXCLUDE USING gist (
        int4range(interpreter_id, interpreter_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&
    ) WHERE (exclusive AND state IN ('accepted', 'confirmed', 'checked_in', 'completed'))
"""


def upgrade() -> None:
    """Apply."""
    _make_interpreters()
    _make_what_they_do()
    _make_teams()
    _make_assignments()
    _make_offers()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(ONE_PLACE)


def _make_interpreters() -> None:
    op.create_table(
        "interpreter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("tested", sa.Boolean(), nullable=False),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("on_site", sa.Boolean(), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("home_place", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("most_day", sa.Integer(), nullable=True),
        sa.Column("most_week", sa.Integer(), nullable=True),
        sa.Column("rate_cents", sa.Integer(), nullable=False),
        sa.Column("paid_minimum", sa.Integer(), nullable=True),
        sa.Column("travel_cents", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('staff', 'contract', 'agency')", name=op.f("ck_interpreter_kind")),
        sa.CheckConstraint("most_day > 0 AND most_week > 0", name=op.f("ck_interpreter_most")),
        sa.CheckConstraint("on_site OR remote", name=op.f("ck_interpreter_somewhere")),
        sa.CheckConstraint(
            "rate_cents >= 0 AND travel_cents >= 0 AND paid_minimum >= 0", name=op.f("ck_interpreter_pay")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interpreter_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter")),
        sa.UniqueConstraint("person_id", name=op.f("uq_interpreter_person_id")),
    )
    op.create_index("ix_interpreter_name", "interpreter", ["name"], unique=False)


def _make_what_they_do() -> None:
    op.create_table(
        "language_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interpreter_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=35), nullable=False),
        sa.Column("target", sa.String(length=35), nullable=False),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.CheckConstraint("level IN ('basic', 'working', 'expert')", name=op.f("ck_language_pair_level")),
        sa.CheckConstraint("source <> target", name=op.f("ck_language_pair_two_languages")),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreter.id"], name=op.f("fk_language_pair_interpreter_id_interpreter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language_pair")),
        sa.UniqueConstraint("interpreter_id", "source", "target", name="uq_language_pair_interpreter_source_target"),
    )
    op.create_index("ix_language_pair_target_source", "language_pair", ["target", "source"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interpreter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreter.id"], name=op.f("fk_credential_interpreter_id_interpreter")
        ),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_credential_verified_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_index(op.f("ix_credential_interpreter_id"), "credential", ["interpreter_id"], unique=False)
    op.create_table(
        "weekly_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interpreter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('free', 'duty')", name=op.f("ck_weekly_hours_kind")),
        sa.CheckConstraint("starts >= 0 AND starts < ends AND ends <= 1440", name=op.f("ck_weekly_hours_times")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_weekly_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreter.id"], name=op.f("fk_weekly_hours_interpreter_id_interpreter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_hours")),
    )
    op.create_index(op.f("ix_weekly_hours_interpreter_id"), "weekly_hours", ["interpreter_id"], unique=False)
    op.create_table(
        "other_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interpreter_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_other_days_order")),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreter.id"], name=op.f("fk_other_days_interpreter_id_interpreter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_days")),
    )
    op.create_index(op.f("ix_other_days_interpreter_id"), "other_days", ["interpreter_id"], unique=False)


def _make_teams() -> None:
    op.create_table(
        "policy_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=12), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_policy_choice_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_choice")),
    )
    op.create_table(
        "team",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.String(length=7), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=12), nullable=False),
        sa.Column("fewer_reason", sa.String(length=300), nullable=False),
        sa.Column("confirmed_by_acceptance", sa.Boolean(), nullable=False),
        sa.Column("needs_credential", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("delivery IN ('on_site', 'remote')", name=op.f("ck_team_delivery")),
        sa.CheckConstraint("size >= wanted OR fewer_reason <> ''", name=op.f("ck_team_fewer_with_reason")),
        sa.CheckConstraint("size > 0 AND wanted > 0", name=op.f("ck_team_size")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["interpretation_service.id"], name=op.f("fk_team_service_id_interpretation_service")
        ),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_team")),
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["team.service_id"], name=op.f("fk_seat_service_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("service_id", "number", name="uq_seat_service_number"),
    )


def _make_assignments() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("interpreter_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks", sa.String(length=6), nullable=True),
        sa.Column("order_number", sa.String(length=60), nullable=False),
        sa.Column("sent_name", sa.String(length=128), nullable=False),
        sa.Column("payable_cents", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("asks IN ('room', 'remote')", name=op.f("ck_assignment_asks")),
        sa.CheckConstraint(
            "state IN ('proposed', 'offered', 'accepted', 'confirmed', 'checked_in', 'completed', 'declined', "
            "'released', 'cancelled', 'no_show')",
            name=op.f("ck_assignment_state"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_assignment_times")),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreter.id"], name=op.f("fk_assignment_interpreter_id_interpreter")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_assignment_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_assignment_seat_id_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assignment_public_id")),
    )
    op.create_index(
        "ix_assignment_interpreter_id_starts_at", "assignment", ["interpreter_id", "starts_at"], unique=False
    )
    op.create_index("ix_assignment_meeting_id", "assignment", ["meeting_id"], unique=False)
    op.create_index(
        "uq_assignment_seat_interpreter_open",
        "assignment",
        ["seat_id", "interpreter_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'offered', 'accepted', 'confirmed', 'checked_in')"),
        sqlite_where=sa.text("state IN ('proposed', 'offered', 'accepted', 'confirmed', 'checked_in')"),
    )
    op.create_index(
        "uq_assignment_seat_taken",
        "assignment",
        ["seat_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('accepted', 'confirmed', 'checked_in', 'completed')"),
        sqlite_where=sa.text("state IN ('accepted', 'confirmed', 'checked_in', 'completed')"),
    )
    op.create_table(
        "assignment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=11), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("actor IN ('staff', 'interpreter', 'system')", name=op.f("ck_assignment_event_actor")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_assignment_event_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_event_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_event")),
    )
    op.create_index(op.f("ix_assignment_event_assignment_id"), "assignment_event", ["assignment_id"], unique=False)


def _make_offers() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("answer_hours", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "state IN ('sent', 'accepted', 'declined', 'expired', 'withdrawn')", name=op.f("ck_offer_state")
        ),
        sa.CheckConstraint("way IN ('one', 'sequence', 'several')", name=op.f("ck_offer_way")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_offer_assignment_id_assignment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index("ix_offer_assignment_id", "offer", ["assignment_id"], unique=False)
    op.create_index(
        "ix_offer_expires_at",
        "offer",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'sent'"),
        sqlite_where=sa.text("state = 'sent'"),
    )
    op.create_table(
        "candidate",
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("interpreter_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("answer_hours", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreter.id"], name=op.f("fk_candidate_interpreter_id_interpreter")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_candidate_seat_id_seat")),
        sa.PrimaryKeyConstraint("seat_id", "interpreter_id", name=op.f("pk_candidate")),
    )


def downgrade() -> None:
    """Take back."""
    for table in TABLES:
        op.drop_table(table)
