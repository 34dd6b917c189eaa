"""Briefings with files, alarms of the day, interpreters' own changes and feeds, and what became of each request.

Revision: 0010, after 0009
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Made last, dropped first.
TABLES = ("released_question", "outcome", "own_change", "alarm", "material_content", "material", "briefing")
EVENTS = "'withdrawn', 'mapped', 'looking', 'confirmed', 'another_way'"
UNSEEN = sa.text("seen_at IS NULL")
OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    """Apply."""
    _make_briefings()
    _make_alarms()
    _make_outcomes()
    with op.batch_alter_table("interpreter") as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("feed_version", sa.Integer(), nullable=False, server_default="1"))
    _name_interpreters()
    with op.batch_alter_table("interpreter") as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(length=22), nullable=False)
        batch_op.alter_column("feed_version", existing_type=sa.Integer(), server_default=None)
        batch_op.create_unique_constraint(batch_op.f("uq_interpreter_public_id"), ["public_id"])
    with op.batch_alter_table("assignment") as batch_op:
        for name in ("arrived_at", "ended_at", "approved_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in ("approved_minutes", "paid_minutes"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch_op.create_check_constraint(
            batch_op.f("ck_assignment_minutes"), "approved_minutes >= 0 AND paid_minutes >= 0"
        )
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.alter_column("note", existing_type=sa.Text(), server_default=None)
    with op.batch_alter_table("interpretation_event") as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=24), nullable=False, server_default=""))
    with op.batch_alter_table("interpretation_event") as batch_op:
        batch_op.alter_column("reason", existing_type=sa.String(length=24), server_default=None)
    _change_events(f"event IN ({EVENTS}, 'served', 'partly', 'unmet')")


def _change_events(condition: str) -> None:
    with op.batch_alter_table("interpretation_event") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_interpretation_event_event"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_interpretation_event_event"), condition)


def _name_interpreters() -> None:
    table = sa.table("interpreter", sa.column("id", sa.Integer()), sa.column("public_id", sa.String()))
    for number in list(op.get_bind().scalars(sa.select(table.c.id))):
        named = sa.update(table).where(table.c.id == number).values(public_id=secrets.token_urlsafe(16))
        op.execute(named)


def _make_briefings() -> None:
    op.create_table(
        "briefing",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("contact_name", sa.String(length=128), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("arrival", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("glossary", sa.Text(), nullable=False),
        sa.Column("files_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_briefing_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_briefing")),
    )
    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=17), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('slides', 'script', 'handout', 'sight_translation', 'glossary')", name=op.f("ck_material_kind")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_material_size")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_material_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_material_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
    )
    op.create_index("ix_material_meeting_id", "material", ["meeting_id"], unique=False)
    op.create_table(
        "material_content",
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_material_content_material_id_material")
        ),
        sa.PrimaryKeyConstraint("material_id", name=op.f("pk_material_content")),
    )


def _make_alarms() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("danger", sa.String(length=9), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(length=24), nullable=False),
        sa.CheckConstraint("danger IN ('ill', 'not_there')", name=op.f("ck_alarm_danger")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_alarm_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_alarm_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_alarm_settled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("assignment_id", "danger", name="uq_alarm_assignment_danger"),
    )
    op.create_index("ix_alarm_open", "alarm", ["meeting_id"], unique=False, postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_table(
        "own_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interpreter_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("field", sa.String(length=24), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreter.id"], name=op.f("fk_own_change_interpreter_id_interpreter")
        ),
        sa.ForeignKeyConstraint(["seen_by_id"], ["person.id"], name=op.f("fk_own_change_seen_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_change")),
    )
    op.create_index("ix_own_change_interpreter_id", "own_change", ["interpreter_id"], unique=False)
    op.create_index(
        "ix_own_change_unseen", "own_change", ["id"], unique=False, postgresql_where=UNSEEN, sqlite_where=UNSEEN
    )


def _make_outcomes() -> None:
    op.create_table(
        "outcome",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("modality", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('served', 'partly', 'unmet')", name=op.f("ck_outcome_outcome")),
        sa.CheckConstraint("outcome = 'served' OR reason <> ''", name=op.f("ck_outcome_reason")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_outcome_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outcome_person_id_person")),
        sa.PrimaryKeyConstraint("meeting_id", "language", "modality", name=op.f("pk_outcome")),
    )
    op.create_table(
        "released_question",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_released_question_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_released_question_person_id_person")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_released_question_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_released_question")),
    )
    op.create_index(op.f("ix_released_question_meeting_id"), "released_question", ["meeting_id"], unique=False)


def downgrade() -> None:
    """Take back; what became of requests on the day has no place in the schema before."""
    op.execute("DELETE FROM interpretation_event WHERE event IN ('served', 'partly', 'unmet')")
    _change_events(f"event IN ({EVENTS})")
    with op.batch_alter_table("interpretation_event") as batch_op:
        batch_op.drop_column("reason")
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_assignment_minutes"), type_="check")
        for name in ("arrived_at", "ended_at", "approved_at", "approved_minutes", "paid_minutes", "note"):
            batch_op.drop_column(name)
    with op.batch_alter_table("interpreter") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_interpreter_public_id"), type_="unique")
        batch_op.drop_column("public_id")
        batch_op.drop_column("feed_version")
    for table in TABLES:
        op.drop_table(table)
