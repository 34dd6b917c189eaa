"""What is offered: the district, series, places, meetings, interpretation services, and every text in each language."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registration import clock
from registration.accounts.models import Person
from registration.database import UtcDateTime
from registration.extensions import Model

SLUG = String(80)
TAG = String(35)  # RFC 5646 asks for room for 35 characters


class MeetingStatus(StrEnum):
    """Whether a meeting will be held as announced."""

    SCHEDULED = "scheduled"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Recording(StrEnum):
    """Whether a meeting is recorded."""

    NO = "no"
    YES = "yes"
    AUDIO = "audio"


class Mode(StrEnum):
    """How interpretation is given."""

    SIMULTANEOUS = "simultaneous"
    CONSECUTIVE = "consecutive"
    WHISPERED = "whispered"
    SIGN = "sign"
    CAPTIONING = "captioning"


class ServiceState(StrEnum):
    """What families are told of an interpretation service."""

    LOOKING = "looking"
    CONFIRMED = "confirmed"
    ANOTHER_WAY = "another_way"


class Way(StrEnum):
    """What a district offers where no interpreter can come."""

    TELEPHONE = "telephone"
    REMOTE = "remote"
    OTHER_MEETING = "other_meeting"


class Change(StrEnum):
    """A change of plan that families are told of."""

    ROOM = "room"
    MOVED = "moved"
    ONLINE = "online"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


def _one_of(column: str, values: type[StrEnum], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


class District(Model):
    """The district of this installation: one row, id 1. Its name and hours are translated texts."""

    __tablename__ = "district"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254))
    # Days of notice asked for; a later request is taken and marked late (domain.md: policy, differs between districts).
    spoken_notice_days: Mapped[int] = mapped_column(default=14)
    signed_notice_days: Mapped[int] = mapped_column(default=28)
    # Families still without an answer are told this many days before the meeting.
    tell_by_days: Mapped[int] = mapped_column(default=3)
    # Personal answers are deleted this many days after the meeting.
    retention_days: Mapped[int] = mapped_column(default=30)
    # Grows with every change of what the public sees, so that processes know when to read it again.
    content_version: Mapped[int] = mapped_column(default=1)
    # The accent colour as #rrggbb, null for the built-in one; page languages offered, null for all that are installed.
    accent: Mapped[str | None] = mapped_column(String(7))
    offered_languages: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(default=1)


class Series(Model):
    """Meetings on one subject, with one public page."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(SLUG, unique=True)
    time_zone: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)


class Place(Model):
    """Where meetings are held. Name, entrance and parking are translated; the address is as the post writes it."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(SLUG, unique=True)
    address: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)


class Meeting(Model):
    """One meeting. Times in UTC; `capacity` and `online_capacity` in people, null for no limit."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("in_person OR online", name="somewhere"),
        CheckConstraint("seats_taken >= 0 AND (capacity IS NULL OR seats_taken <= capacity)", name="seats"),
        CheckConstraint(
            "online_taken >= 0 AND (online_capacity IS NULL OR online_taken <= online_capacity)", name="online_seats"
        ),
        CheckConstraint("waiting >= 0 AND waiting_online >= 0", name="waiting"),
        CheckConstraint("children_taken >= 0 AND children_online >= 0", name="children"),
        CheckConstraint("said_yes >= 0", name="said_yes"),
        CheckConstraint(
            "childcare_taken >= 0 AND (childcare_capacity IS NULL OR childcare_taken <= childcare_capacity)",
            name="childcare",
        ),
        _one_of("status", MeetingStatus, "status"),
        _one_of("recording", Recording, "recording"),
        Index("ix_meeting_starts_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(SLUG, unique=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    floor_language: Mapped[str] = mapped_column(TAG)
    status: Mapped[str] = mapped_column(String(12), default=MeetingStatus.SCHEDULED)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(64))
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_person: Mapped[bool] = mapped_column(default=True)
    online: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[int | None] = mapped_column(Integer)
    seats_taken: Mapped[int] = mapped_column(default=0)
    online_capacity: Mapped[int | None] = mapped_column(Integer)
    online_taken: Mapped[int] = mapped_column(default=0)
    # Of the people with a seat, those who are children.
    children_taken: Mapped[int] = mapped_column(default=0)
    children_online: Mapped[int] = mapped_column(default=0)
    # Parties (not people) on the waiting list.
    waiting: Mapped[int] = mapped_column(default=0)
    waiting_online: Mapped[int] = mapped_column(default=0)
    recording: Mapped[str] = mapped_column(String(5), default=Recording.NO)
    childcare: Mapped[bool] = mapped_column(default=False)
    childcare_capacity: Mapped[int | None] = mapped_column(Integer)
    childcare_taken: Mapped[int] = mapped_column(default=0)
    childcare_closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # All registrations ever made, and the local day of the last one: see MeetingDay.
    registrations: Mapped[int] = mapped_column(default=0)
    # Families with a seat that said they still come; and until when one had to register to be asked.
    said_yes: Mapped[int] = mapped_column(default=0)
    asked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_day: Mapped[date | None]
    # Null while staff still write it: the public does not see it.
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The fewest days that its families were promised their answers are kept; null: those of the settings.
    retention_days: Mapped[int | None] = mapped_column(Integer)
    # Who decided to publish translations that nobody has reviewed; pages then say so.
    unreviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    version: Mapped[int] = mapped_column(default=1)
    calendar_sequence: Mapped[int] = mapped_column(default=0)

    series: Mapped[Series] = relationship(lazy="raise")
    place: Mapped[Place | None] = relationship(lazy="raise")
    services: Mapped[list["InterpretationService"]] = relationship(
        lazy="raise", order_by="InterpretationService.id", foreign_keys="InterpretationService.meeting_id"
    )

    @hybrid_property
    def published(self) -> bool:
        """Whether the public sees it."""
        return self.published_at is not None

    @published.inplace.expression
    @classmethod
    def _published(cls) -> ColumnElement[bool]:
        return cls.published_at.is_not(None)

    @hybrid_property
    def past(self) -> bool:
        """Whether the meeting is over."""
        return self.ends_at <= clock.now()


class InterpretationService(Model):
    """An interpretation the district provides at a meeting: into which language, how, and how certain."""

    __tablename__ = "interpretation_service"
    __table_args__ = (
        UniqueConstraint("meeting_id", "language", "mode", name="uq_interpretation_service_meeting_language_mode"),
        _one_of("mode", Mode, "mode"),
        _one_of("state", ServiceState, "state"),
        _one_of("way", Way, "way"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    language: Mapped[str] = mapped_column(TAG)
    mode: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12), default=ServiceState.LOOKING)
    # With `another_way`: which, and at which other meeting of the series the language is heard.
    way: Mapped[str | None] = mapped_column(String(13))
    other_meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    # Announced whether or not somebody asks ("always Spanish"); others come from requests.
    standing: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class MeetingDay(Model):
    """How many registrations a meeting had before the first one of a day (in the meeting's zone).

    The number of a day is the difference to the next row, of the last day to `meeting.registrations`. So a registration
    writes a row only when it is the first of its day.
    """

    __tablename__ = "meeting_day"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    before: Mapped[int]


class OnlineAccess(Model):
    """The way into an online meeting: for everybody (`language` ""), or for listeners of one language. Never public."""

    __tablename__ = "online_access"
    __table_args__ = (UniqueConstraint("meeting_id", "language", name="uq_online_access_meeting_language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    language: Mapped[str] = mapped_column(TAG, default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    dial_in: Mapped[str] = mapped_column(String(80), default="")
    passcode: Mapped[str] = mapped_column(String(80), default="")


class MeetingChange(Model):
    """A change of plan: what it was before. The newest is the banner of the meeting's pages."""

    __tablename__ = "meeting_change"
    __table_args__ = (_one_of("kind", Change, "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    kind: Mapped[str] = mapped_column(String(9))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    # What was true before, as names of columns with plain values; moments in ISO 8601, UTC.
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class TranslatedText(Model):
    """One text of one thing in one language, as staff wrote it."""

    __tablename__ = "translated_text"
    __table_args__ = (
        UniqueConstraint("owner", "owner_id", "field", "locale", name="uq_translated_text_owner_field_locale"),
        CheckConstraint(
            "owner IN ('district', 'series', 'place', 'meeting', 'change', 'reminder', 'announcement')", name="owner"
        ),
        CheckConstraint("status IN ('draft', 'reviewed')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[int] = mapped_column(Integer)
    field: Mapped[str] = mapped_column(String(24))
    locale: Mapped[str] = mapped_column(TAG)
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(8), default="draft")
    # SHA-256 of the text this one was translated from: another hash there now means that this one is stale.
    source_hash: Mapped[str | None] = mapped_column(String(64))
