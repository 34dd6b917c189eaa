"""What staff see and do: counters, search words, changes of plan, calls, removals.

Revision: 0003, after 0002
"""

import re
import unicodedata
from collections import Counter, defaultdict
from datetime import UTC, date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Columns that older rows get a value for, by table.
NEW = {
    "district": ["version"],
    "interpretation_service": ["standing", "version"],
    "meeting": ["children_taken", "children_online", "registrations"],
    "place": ["version"],
    "registration": ["dialect_note"],
    "series": ["version"],
}
DAY = sa.table("meeting_day", sa.column("meeting_id"), sa.column("day", sa.Date()), sa.column("before"))
WORD = sa.table("registration_word", sa.column("meeting_id"), sa.column("word"), sa.column("registration_id"))
REGISTRATION = sa.table(
    "registration",
    sa.column("id", sa.Integer()),
    sa.column("meeting_id", sa.Integer()),
    sa.column("name", sa.String()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
REGISTRATIONS = (
    sa.select(REGISTRATION).where(REGISTRATION.c.id > sa.bindparam("last")).order_by(REGISTRATION.c.id).limit(5000)
)


def upgrade() -> None:
    op.create_table(
        "meeting_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('room', 'moved', 'online', 'postponed', 'cancelled')", name=op.f("ck_meeting_change_kind")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_change_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_change_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_change")),
    )
    with op.batch_alter_table("meeting_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_change_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "meeting_day",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_day_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("meeting_id", "day", name=op.f("pk_meeting_day")),
    )
    op.create_table(
        "online_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("dial_in", sa.String(length=80), nullable=False),
        sa.Column("passcode", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_online_access_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_online_access")),
        sa.UniqueConstraint("meeting_id", "language", name="uq_online_access_meeting_language"),
    )
    op.create_table(
        "removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("families", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_removal_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_removal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
    )
    with op.batch_alter_table("removal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_removal_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "phone_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "result IN ('reached', 'message_left', 'no_answer', 'wrong_number')", name=op.f("ck_phone_call_result")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_phone_call_outbox_id_outbox")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phone_call_person_id_person")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_phone_call_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_call")),
    )
    with op.batch_alter_table("phone_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_call_registration_id"), ["registration_id"], unique=False)

    op.create_table(
        "registration_word",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column(
            "word", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_registration_word_meeting_id_meeting")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_word_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("meeting_id", "word", "registration_id", name=op.f("pk_registration_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("district", schema=None) as batch_op:
        batch_op.add_column(sa.Column("accent", sa.String(length=7), nullable=True))
        batch_op.add_column(sa.Column("offered_languages", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("interpretation_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_interpretation_event_event"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_interpretation_event_event"),
            "event IN ('withdrawn', 'mapped', 'looking', 'confirmed', 'another_way')",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_interpretation_event_person_id_person"), "person", ["person_id"], ["id"]
        )

    with op.batch_alter_table("interpretation_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_interpretation_request_late",
            ["meeting_id"],
            unique=False,
            postgresql_where=sa.text("late"),
            sqlite_where=sa.text("late"),
        )

    with op.batch_alter_table("interpretation_service", schema=None) as batch_op:
        batch_op.add_column(sa.Column("way", sa.String(length=13), nullable=True))
        batch_op.add_column(sa.Column("other_meeting_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("standing", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_check_constraint(
            batch_op.f("ck_interpretation_service_way"), "way IN ('telephone', 'remote', 'other_meeting')"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_interpretation_service_other_meeting_id_meeting"), "meeting", ["other_meeting_id"], ["id"]
        )

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("children_taken", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("children_online", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("registrations", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("last_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unreviewed_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_meeting_unreviewed_by_id_person"), "person", ["unreviewed_by_id"], ["id"]
        )

    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("same_address_seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("registered_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("dialect_note", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("removal_id", sa.Integer(), nullable=True))
        batch_op.drop_index("ix_registration_meeting_email")
        batch_op.create_index(
            "ix_registration_meeting_email",
            ["meeting_id", "email_folded"],
            unique=False,
            postgresql_ops={"email_folded": "text_pattern_ops"},
        )
        batch_op.create_index(
            "ix_registration_meeting_phone",
            ["meeting_id", "phone"],
            unique=False,
            postgresql_ops={"phone": "text_pattern_ops"},
        )
        batch_op.create_index(
            "ix_registration_not_me",
            ["meeting_id"],
            unique=False,
            postgresql_where=sa.text("not_me_at IS NOT NULL"),
            sqlite_where=sa.text("not_me_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_registration_removal",
            ["removal_id"],
            unique=False,
            postgresql_where=sa.text("removal_id IS NOT NULL"),
            sqlite_where=sa.text("removal_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_registration_same_address",
            ["meeting_id"],
            unique=False,
            postgresql_where=sa.text("same_address AND same_address_seen_at IS NULL"),
            sqlite_where=sa.text("same_address AND same_address_seen_at IS NULL"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_registration_removal_id_removal"), "removal", ["removal_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_registration_registered_by_id_person"), "person", ["registered_by_id"], ["id"]
        )

    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("translated_text", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_translated_text_owner"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_translated_text_owner"), "owner IN ('district', 'series', 'place', 'meeting', 'change')"
        )
    for table, columns in NEW.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)
    _fill()
    # The counters are filled by now.
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.create_check_constraint(
            batch_op.f("ck_meeting_children"),
            "children_taken >= 0 AND children_online >= 0",
        )


def _fill() -> None:
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE meeting SET published_at = CURRENT_TIMESTAMP"))
    sums = sa.text(
        "SELECT meeting_id, "
        "SUM(CASE WHEN status = 'registered' AND attendance = 'in_person' THEN children ELSE 0 END), "
        "SUM(CASE WHEN status = 'registered' AND attendance = 'online' THEN children ELSE 0 END), COUNT(*) "
        "FROM registration GROUP BY meeting_id"
    )
    for meeting_id, room, online, everybody in connection.execute(sums).all():
        counted = sa.text(
            "UPDATE meeting SET children_taken = :room, children_online = :online, registrations = :everybody "
            "WHERE id = :id"
        )
        connection.execute(counted, {"room": room, "online": online, "everybody": everybody, "id": meeting_id})
    zones: dict[int, str] = dict(connection.execute(sa.text("SELECT id, time_zone FROM meeting")).all())
    days = _add_words_and_count_days(connection, zones)
    for meeting_id, counts in days.items():
        before = 0
        for day in sorted(counts):
            connection.execute(DAY.insert(), {"meeting_id": meeting_id, "day": day, "before": before})
            before += counts[day]
        last = sa.text("UPDATE meeting SET last_day = :day WHERE id = :id").bindparams(
            sa.bindparam("day", type_=sa.Date())
        )
        connection.execute(last, {"day": max(counts), "id": meeting_id})


def _add_words_and_count_days(connection: sa.Connection, zones: dict[int, str]) -> dict[int, Counter[date]]:
    days: dict[int, Counter[date]] = defaultdict(Counter)
    last = 0
    while rows := connection.execute(REGISTRATIONS, {"last": last}).all():
        last = rows[-1].id
        words = []
        for row in rows:
            created = row.created_at if row.created_at.tzinfo else row.created_at.replace(tzinfo=UTC)
            days[row.meeting_id][created.astimezone(ZoneInfo(zones[row.meeting_id])).date()] += 1
            words += [
                {"meeting_id": row.meeting_id, "word": word, "registration_id": row.id} for word in _words(row.name)
            ]
        if words:
            connection.execute(WORD.insert(), words)
    return days


def _words(text: str) -> dict[str, None]:
    # As registration.families.names had it when this was written.
    plain = re.sub("[\u0300-\u036f\u02bc\u2019']", "", unicodedata.normalize("NFD", text.casefold().replace("đ", "d")))
    folded = re.split(r"[\W_]+", unicodedata.normalize("NFC", plain))
    return dict.fromkeys(list(dict.fromkeys(word[:40] for word in folded if word))[:8])


def downgrade() -> None:
    # Rows that the older rules do not know.
    op.execute("DELETE FROM translated_text WHERE owner = 'change'")
    op.execute("DELETE FROM interpretation_event WHERE event <> 'withdrawn'")
    with op.batch_alter_table("translated_text") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_translated_text_owner"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_translated_text_owner"), "owner IN ('district', 'series', 'place', 'meeting')"
        )

    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_column("version")

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_registration_registered_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_registration_removal_id_removal"), type_="foreignkey")
        batch_op.drop_index(
            "ix_registration_same_address",
            postgresql_where=sa.text("same_address AND same_address_seen_at IS NULL"),
            sqlite_where=sa.text("same_address AND same_address_seen_at IS NULL"),
        )
        batch_op.drop_index("ix_registration_removal")
        batch_op.drop_index(
            "ix_registration_not_me",
            postgresql_where=sa.text("not_me_at IS NOT NULL"),
            sqlite_where=sa.text("not_me_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_registration_meeting_phone")
        batch_op.drop_index("ix_registration_meeting_email")
        batch_op.create_index("ix_registration_meeting_email", ["meeting_id", "email_folded"], unique=False)
        batch_op.drop_column("removal_id")
        batch_op.drop_column("dialect_note")
        batch_op.drop_column("registered_by_id")
        batch_op.drop_column("same_address_seen_at")

    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_column("version")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_meeting_children"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_meeting_unreviewed_by_id_person"), type_="foreignkey")
        batch_op.drop_column("unreviewed_by_id")
        batch_op.drop_column("published_at")
        batch_op.drop_column("last_day")
        batch_op.drop_column("registrations")
        batch_op.drop_column("children_online")
        batch_op.drop_column("children_taken")

    with op.batch_alter_table("interpretation_service", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_interpretation_service_way"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_interpretation_service_other_meeting_id_meeting"), type_="foreignkey")
        batch_op.drop_column("version")
        batch_op.drop_column("standing")
        batch_op.drop_column("other_meeting_id")
        batch_op.drop_column("way")

    with op.batch_alter_table("interpretation_request", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_interpretation_request_late", postgresql_where=sa.text("late"), sqlite_where=sa.text("late")
        )

    with op.batch_alter_table("interpretation_event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_interpretation_event_person_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_interpretation_event_event"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_interpretation_event_event"), "event IN ('withdrawn')")
        batch_op.drop_column("person_id")

    with op.batch_alter_table("district", schema=None) as batch_op:
        batch_op.drop_column("version")
        batch_op.drop_column("offered_languages")
        batch_op.drop_column("accent")

    op.drop_table("registration_word")
    with op.batch_alter_table("phone_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_call_registration_id"))

    op.drop_table("phone_call")
    with op.batch_alter_table("removal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_removal_meeting_id"))

    op.drop_table("removal")
    op.drop_table("online_access")
    op.drop_table("meeting_day")
    with op.batch_alter_table("meeting_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_change_meeting_id"))

    op.drop_table("meeting_change")
