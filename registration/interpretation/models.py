"""The tables of interpretation: interpreters, teams and seats, assignments, offers, and the record of each change."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registration import links
from registration.accounts.models import Person
from registration.database import UtcDateTime
from registration.extensions import Model
from registration.interpretation import states
from registration.meetings.models import InterpretationService, Meeting

TAG = String(35)


class Kind(StrEnum):
    """How an interpreter works for the district."""

    STAFF = "staff"
    CONTRACT = "contract"
    AGENCY = "agency"


class Level(StrEnum):
    """How well an interpreter works in one direction."""

    BASIC = "basic"
    WORKING = "working"
    EXPERT = "expert"


class Hours(StrEnum):
    """What hours of a week are: free for jobs, or duty at a school."""

    FREE = "free"
    DUTY = "duty"


class Delivery(StrEnum):
    """From where a team interprets."""

    ON_SITE = "on_site"
    REMOTE = "remote"


class OfferWay(StrEnum):
    """Whom a seat is offered to: one, one after the other, or several at once."""

    ONE = "one"
    SEQUENCE = "sequence"
    SEVERAL = "several"


class Asks(StrEnum):
    """What a change of plan asks of a booked interpreter: to see the new room, or whether they can work remotely."""

    ROOM = "room"
    REMOTE = "remote"


def _one_of(column: str, values: type[StrEnum], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


class Interpreter(Model):
    """Somebody who interprets, or an agency that sends somebody. Money in cents, `rate_cents` for an hour.

    `person_id`: the account, for those who sign in. `paid_minimum`: minutes, null for what the policy says.
    """

    __tablename__ = "interpreter"
    __table_args__ = (
        _one_of("kind", Kind, "kind"),
        CheckConstraint("on_site OR remote", name="somewhere"),
        CheckConstraint("rate_cents >= 0 AND travel_cents >= 0 AND paid_minimum >= 0", name="pay"),
        CheckConstraint("most_day > 0 AND most_week > 0", name="most"),
        Index("ix_interpreter_name", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), unique=True)
    name: Mapped[str] = mapped_column(String(128))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(TAG, default="en")
    kind: Mapped[str] = mapped_column(String(8), default=Kind.CONTRACT)
    # School staff interpret too; whether anybody has tested them is shown.
    tested: Mapped[bool] = mapped_column(default=True)
    preferred: Mapped[bool] = mapped_column(default=False)
    blocked: Mapped[bool] = mapped_column(default=False)
    on_site: Mapped[bool] = mapped_column(default=True)
    remote: Mapped[bool] = mapped_column(default=True)
    home_place: Mapped[str] = mapped_column(String(120), default="")
    time_zone: Mapped[str] = mapped_column(String(64))
    # Minutes of work a day and a week at most.
    most_day: Mapped[int | None]
    most_week: Mapped[int | None]
    rate_cents: Mapped[int] = mapped_column(default=0)
    paid_minimum: Mapped[int | None]
    travel_cents: Mapped[int] = mapped_column(default=0)
    # The private calendar feed: its link holds these two, and another version revokes it.
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=links.new_public_id)
    feed_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    pairs: Mapped[list["LanguagePair"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="LanguagePair.id"
    )
    credentials: Mapped[list["Credential"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Credential.ends_on, Credential.id"
    )
    hours: Mapped[list["WeeklyHours"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="WeeklyHours.weekday, WeeklyHours.starts"
    )
    days: Mapped[list["OtherDays"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="OtherDays.first"
    )


class LanguagePair(Model):
    """One direction an interpreter works in; both ways are two rows. `modes`: values of meetings.models.Mode."""

    __tablename__ = "language_pair"
    __table_args__ = (
        UniqueConstraint("interpreter_id", "source", "target", name="uq_language_pair_interpreter_source_target"),
        CheckConstraint("source <> target", name="two_languages"),
        _one_of("level", Level, "level"),
        Index("ix_language_pair_target_source", "target", "source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id"))
    source: Mapped[str] = mapped_column(TAG)
    target: Mapped[str] = mapped_column(TAG)
    modes: Mapped[list[str]] = mapped_column(JSON, default=list)
    level: Mapped[str] = mapped_column(String(8), default=Level.WORKING)


class Credential(Model):
    """Dated evidence of qualification. `ends_on` is the last day it holds, null for ever."""

    __tablename__ = "credential"

    id: Mapped[int] = mapped_column(primary_key=True)
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id"), index=True)
    kind: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(80), default="")
    ends_on: Mapped[date | None] = mapped_column(Date)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WeeklyHours(Model):
    """Hours of each week in the interpreter's zone: `weekday` 0 for Monday, minutes after midnight."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts >= 0 AND starts < ends AND ends <= 1440", name="times"),
        _one_of("kind", Hours, "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id"), index=True)
    kind: Mapped[str] = mapped_column(String(4), default=Hours.FREE)
    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]


class OtherDays(Model):
    """Days that are not as the week says, both ends included: off, or free all day where `free`."""

    __tablename__ = "other_days"
    __table_args__ = (CheckConstraint("first <= last", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id"), index=True)
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    free: Mapped[bool] = mapped_column(default=False)


class OwnChange(Model):
    """What an interpreter changed of their own, for staff to see: a field as it was typed before and after."""

    __tablename__ = "own_change"
    __table_args__ = (
        Index("ix_own_change_interpreter_id", "interpreter_id"),
        Index(
            "ix_own_change_unseen",
            "id",
            postgresql_where=text("seen_at IS NULL"),
            sqlite_where=text("seen_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    field: Mapped[str] = mapped_column(String(24))
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))


class PolicyChoice(Model):
    """The profile of this district, one row; `figures` are those of its own profile, by the name of policy.Figures."""

    __tablename__ = "policy_choice"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    profile: Mapped[str] = mapped_column(String(12))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)


class Team(Model):
    """How many interpret a service and from where. `wanted`: what the rule of `profile` said when it was decided."""

    __tablename__ = "team"
    __table_args__ = (
        _one_of("delivery", Delivery, "delivery"),
        CheckConstraint("size > 0 AND wanted > 0", name="size"),
        CheckConstraint("size >= wanted OR fewer_reason <> ''", name="fewer_with_reason"),
    )

    service_id: Mapped[int] = mapped_column(ForeignKey(InterpretationService.id), primary_key=True)
    delivery: Mapped[str] = mapped_column(String(7), default=Delivery.ON_SITE)
    size: Mapped[int]
    wanted: Mapped[int]
    profile: Mapped[str] = mapped_column(String(12))
    fewer_reason: Mapped[str] = mapped_column(String(300), default="")
    # Whether an acceptance is a confirmation (of an offer to one person; domain.md 9).
    confirmed_by_acceptance: Mapped[bool] = mapped_column(default=True)
    # A service that asks for a credential books nobody whose last one ends before the meeting.
    needs_credential: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    seats: Mapped[list["Seat"]] = relationship(lazy="selectin", order_by="Seat.number")


class Seat(Model):
    """One interpreter's place in a team. `required`: without it the team is not complete."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("service_id", "number", name="uq_seat_service_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey(Team.service_id))
    number: Mapped[int]
    required: Mapped[bool] = mapped_column(default=True)


TAKEN = text(f"state IN ({', '.join(repr(one.value) for one in states.TAKEN)})")
OPEN = text(f"state IN ({', '.join(repr(one.value) for one in states.OPEN)})")


class Assignment(Model):
    """An interpreter and a seat. `starts_at` and `ends_at` are the meeting's, kept here for a constraint.

    PostgreSQL has one more constraint, `ex_assignment_one_place_at_a_time`, over the bare interval of what is accepted
    or certain of one interpreter; only migration 0009 knows it (docs/decisions/013).

    An agency may hold many seats at once (`exclusive` false), each with the name that follows and an order number.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        _one_of("state", states.Assignment, "state"),
        _one_of("asks", Asks, "asks"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("approved_minutes >= 0 AND paid_minutes >= 0", name="minutes"),
        Index("uq_assignment_seat_taken", "seat_id", unique=True, postgresql_where=TAKEN, sqlite_where=TAKEN),
        Index(
            "uq_assignment_seat_interpreter_open",
            "seat_id",
            "interpreter_id",
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
        Index("ix_assignment_interpreter_id_starts_at", "interpreter_id", "starts_at"),
        Index("ix_assignment_meeting_id", "meeting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=links.new_public_id)
    link_version: Mapped[int] = mapped_column(default=1)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id))
    state: Mapped[str] = mapped_column(String(10), default=states.Assignment.PROPOSED)
    exclusive: Mapped[bool] = mapped_column(Boolean, default=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What a change of plan still asks of this interpreter.
    asks: Mapped[str | None] = mapped_column(String(6))
    order_number: Mapped[str] = mapped_column(String(60), default="")
    sent_name: Mapped[str] = mapped_column(String(128), default="")
    # As the interpreter said, or staff at the door: when they were there and when their work was done.
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the interpreter wrote for staff.
    note: Mapped[str] = mapped_column(Text, default="")
    # Minutes of work that staff approved, and what is paid for: never less than the paid minimum.
    approved_minutes: Mapped[int | None]
    paid_minutes: Mapped[int | None]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What is owed: where the work was approved, or where the job was called off inside the window.
    payable_cents: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    interpreter: Mapped[Interpreter] = relationship(lazy="raise")
    seat: Mapped[Seat] = relationship(lazy="raise")


class Offer(Model):
    """An invitation to take a seat. `sequence` says whose turn it is where a seat is offered to one after the other."""

    __tablename__ = "offer"
    __table_args__ = (
        _one_of("state", states.Offer, "state"),
        _one_of("way", OfferWay, "way"),
        Index("ix_offer_assignment_id", "assignment_id"),
        Index(
            "ix_offer_expires_at",
            "expires_at",
            postgresql_where=text("state = 'sent'"),
            sqlite_where=text("state = 'sent'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    way: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int] = mapped_column(default=1)
    # Working hours there are to answer.
    answer_hours: Mapped[int]
    state: Mapped[str] = mapped_column(String(9), default=states.Offer.SENT)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300), default="")


class Candidate(Model):
    """Who is asked next where a seat is offered to one after the other; gone once their offer is sent."""

    __tablename__ = "candidate"

    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), primary_key=True)
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id"), primary_key=True)
    sequence: Mapped[int]
    answer_hours: Mapped[int]


class AssignmentEvent(Model):
    """A change of an assignment, never changed itself. `reason` is a word of this program, or what somebody wrote."""

    __tablename__ = "assignment_event"
    __table_args__ = (CheckConstraint("actor IN ('staff', 'interpreter', 'system')", name="actor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    was: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(11))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300), default="")
