"""Reminders and announcements: what is to be said when, to whom, and how far its queueing has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.accounts.models import Person
from registration.database import UtcDateTime
from registration.extensions import Model
from registration.meetings.models import Meeting, Series

# Whose own words of a rule are, as translated texts name it.
WORDS_OF_RULES = "reminder"

# Minutes after local midnight: no reminder leaves in these hours.
QUIET_FROM = 21 * 60
QUIET_TO = 8 * 60


class RuleKind(StrEnum):
    """What a reminder says: one of the two built-in texts, or own words."""

    STILL_COMING = "still_coming"
    SAME_DAY = "same_day"
    OWN = "own"


class RunState(StrEnum):
    """Where the queueing of one reminder or announcement for one meeting stands."""

    WAITING = "waiting"
    QUEUEING = "queueing"
    DONE = "done"
    STOPPED = "stopped"
    DROPPED = "dropped"


class AnnouncementState(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    STOPPED = "stopped"
    DONE = "done"


def _one_of(column: str, values: type[StrEnum], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


class ReminderRule(Model):
    """When a reminder is due before every meeting of a series, or before one meeting, and to whom it goes.

    `days_before` at `at_time` (minutes after midnight in the meeting's zone), but never later than `hours_before`
    where both are given; or `hours_before` alone. Own words: texts of the owner `reminder`, fields subject and body.
    """

    __tablename__ = "reminder_rule"
    __table_args__ = (
        CheckConstraint("(series_id IS NULL) <> (meeting_id IS NULL)", name="whose"),
        CheckConstraint("days_before IS NOT NULL OR hours_before IS NOT NULL", name="when"),
        CheckConstraint("(days_before IS NULL) = (at_time IS NULL)", name="time_of_day"),
        CheckConstraint(
            "days_before BETWEEN 0 AND 60 AND hours_before BETWEEN 1 AND 168 AND at_time BETWEEN 0 AND 1439",
            name="numbers",
        ),
        CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439", name="quiet"),
        _one_of("kind", RuleKind, "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey(Series.id), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey(Meeting.id), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    days_before: Mapped[int | None]
    hours_before: Mapped[int | None]
    at_time: Mapped[int | None]
    quiet_from: Mapped[int] = mapped_column(default=QUIET_FROM)
    quiet_to: Mapped[int] = mapped_column(default=QUIET_TO)
    # An Audience as plain values; empty: everybody with a place.
    audience: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    # When it was made, last changed or switched on: what would have been due before is not made up for.
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class Announcement(Model):
    """A message in staff's own words to families of one or many meetings.

    Its words: texts of the owner `announcement`, fields subject and body.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        _one_of("state", AnnouncementState, "state"),
        CheckConstraint("per_minute > 0", name="per_minute"),
        CheckConstraint("state IN ('draft', 'stopped') OR send_at IS NOT NULL", name="send_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(9), default=AnnouncementState.DRAFT)
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    audience: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Mails a minute at most, null for as fast as they go.
    per_minute: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)


class AnnouncementMeeting(Model):
    """A meeting whose families an announcement is for."""

    __tablename__ = "announcement_meeting"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id), primary_key=True, index=True)


OPEN = text("state IN ('waiting', 'queueing')")


class ReminderRun(Model):
    """One reminder or announcement for one meeting, made once: how far its queueing has come and what came of it.

    `occurrence`: of a rule "<rule id>:<local date of the meeting>", of an announcement its id. A meeting that is moved
    to another day has another occurrence.
    """

    __tablename__ = "reminder_run"
    __table_args__ = (
        UniqueConstraint("meeting_id", "occurrence", name="uq_reminder_run_meeting_occurrence"),
        CheckConstraint("(rule_id IS NULL) <> (announcement_id IS NULL)", name="whose"),
        _one_of("state", RunState, "state"),
        Index("ix_reminder_run_open", "due_at", "id", postgresql_where=OPEN, sqlite_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("reminder_rule.id"), index=True)
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("announcement.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id))
    occurrence: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8))
    # Families up to this id have been looked at.
    last_registration_id: Mapped[int] = mapped_column(default=0)
    # Mails queued, calls to make, and families of the audience that were passed over.
    queued: Mapped[int] = mapped_column(default=0)
    called: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    dropped_reason: Mapped[str | None] = mapped_column(String(40))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def mailing(self) -> str:
        """The name under which its messages stand together in the outbox."""
        return f"run:{self.id}"
