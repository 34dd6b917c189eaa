"""Who comes: registrations, what they asked for, and the counters of demand."""

import re
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registration.accounts.models import Person
from registration.database import UtcDateTime
from registration.extensions import Model
from registration.meetings.models import TAG, Meeting


def _by_byte(length: int) -> String:
    # Ordered by byte on PostgreSQL too, so that a range of an index is all texts with one beginning.
    return String(length).with_variant(String(length, collation="C"), "postgresql")


WORD = _by_byte(40)

# What a request in the family's own words is counted under until staff map it (BCP 47: undetermined).
OWN_WORDS = "und"


class Status(StrEnum):
    """Where a registration stands."""

    REGISTERED = "registered"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


class Attendance(StrEnum):
    """How a family takes part."""

    IN_PERSON = "in_person"
    ONLINE = "online"


class Modality(StrEnum):
    """What an interpretation request is counted under; never merged."""

    SPOKEN = "spoken"
    SIGN = "sign"
    CAPTIONS = "captions"


class Need(StrEnum):
    """What a family may need besides a language."""

    CAPTIONS = "captions"
    ASSISTIVE_LISTENING = "assistive_listening"
    WHEELCHAIR = "wheelchair"
    LARGE_PRINT = "large_print"


class Event(StrEnum):
    """What can become of a request."""

    WITHDRAWN = "withdrawn"
    # Staff found out which language the family's own words mean: another request goes on from here.
    MAPPED = "mapped"
    LOOKING = "looking"
    CONFIRMED = "confirmed"
    ANOTHER_WAY = "another_way"
    # What became of it on the day.
    SERVED = "served"
    PARTLY = "partly"
    UNMET = "unmet"


# What became of a request on the day; the last one said holds.
RESULTS = (Event.SERVED, Event.PARTLY, Event.UNMET)
# After these a request stands no longer.
ENDING = (Event.WITHDRAWN, Event.MAPPED)


def _where(name: str, condition: str, *columns: str) -> Index:
    # As SQLAlchemy writes booleans in queries: otherwise SQLite does not see that the index holds what is asked for.
    on_sqlite = re.sub(r"\b(late|same_address)\b", r"\1 = 1", condition)
    return Index(name, *columns, postgresql_where=text(condition), sqlite_where=text(on_sqlite))


class Removal(Model):
    """Fake registrations taken out together; can be undone for a day."""

    __tablename__ = "removal"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    families: Mapped[int]
    # Ids of those that were on the waiting list: undone, only they need to hear that they have seats.
    waited: Mapped[list[int]] = mapped_column(JSON, default=list)


class Registration(Model):
    """One family (party) at one meeting. Never merged with another by name, address or telephone."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("status IN ('registered', 'waiting', 'withdrawn')", name="status"),
        CheckConstraint("attendance IN ('in_person', 'online')", name="attendance"),
        CheckConstraint("adults >= 0 AND children >= 0 AND adults + children BETWEEN 1 AND 20", name="party"),
        CheckConstraint("erased_at IS NOT NULL OR email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        Index("ix_registration_meeting_status", "meeting_id", "status", "attendance", "waiting_since"),
        # Lists of staff walk each of these in its order (staff/families_list/ways.py).
        Index("ix_registration_meeting", "meeting_id", "id"),
        Index("ix_registration_meeting_email", "meeting_id", "email_folded"),
        Index("ix_registration_meeting_phone", "meeting_id", "phone"),
        # What staff look at is rare: these indexes hold only that.
        _where("ix_registration_not_me", "not_me_at IS NOT NULL", "meeting_id", "id"),
        _where("ix_registration_same_address", "same_address AND same_address_seen_at IS NULL", "meeting_id", "id"),
        _where("ix_registration_removal", "removal_id IS NOT NULL", "removal_id"),
        # What retention still has to erase, and what was erased last.
        _where("ix_registration_kept", "erased_at IS NULL", "meeting_id"),
        _where("ix_registration_erased", "erased_at IS NOT NULL", "erased_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    link_version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    submission_id: Mapped[str] = mapped_column(String(64), unique=True)
    answers_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(10))
    attendance: Mapped[str] = mapped_column(String(9))
    name: Mapped[str] = mapped_column(String(128))
    email: Mapped[str | None] = mapped_column(String(254))
    email_folded: Mapped[str | None] = mapped_column(_by_byte(254))
    phone: Mapped[str | None] = mapped_column(_by_byte(40))
    # The page language the family reads; every later page and mail of ours is in it.
    locale: Mapped[str] = mapped_column(TAG)
    # The language to write or speak to the family in; where it is no page language, messages become calls.
    contact_language: Mapped[str] = mapped_column(TAG)
    adults: Mapped[int] = mapped_column(default=1)
    children: Mapped[int] = mapped_column(default=0)
    needs: Mapped[list[str]] = mapped_column(JSON, default=list)
    needs_other: Mapped[str] = mapped_column(Text, default="")
    childcare_children: Mapped[int] = mapped_column(default=0)
    childcare_granted: Mapped[bool] = mapped_column(default=False)
    question: Mapped[str] = mapped_column(Text, default="")
    call_me: Mapped[bool] = mapped_column(default=False)
    # Another registration of this meeting gave the same address: shown to staff, never merged.
    same_address: Mapped[bool] = mapped_column(default=False)
    same_address_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Who registered the family where it did not do so itself: by telephone, at the door.
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    # Of staff, never shown to the family: what an interpreter must know of its language.
    dialect_note: Mapped[str] = mapped_column(Text, default="")
    removal_id: Mapped[int | None] = mapped_column(ForeignKey("removal.id"))
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The owner of the address said "this is not me": no more mail, staff look at it.
    not_me_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When a browser that came by a link in the family's mail was shown a page; null again when the contact changes.
    link_opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # It wants no reminders and announcements; answers to what it does itself still come.
    unsubscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # It said yes to "Are you still coming?". Null is no answer, which is not a no.
    still_coming_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # A mail server said that the address takes no mail; another address takes this away.
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    calendar_sequence: Mapped[int] = mapped_column(default=0)

    meeting: Mapped[Meeting] = relationship(lazy="raise")
    requests: Mapped[list["InterpretationRequest"]] = relationship(lazy="raise", order_by="InterpretationRequest.id")

    @property
    def party(self) -> int:
        """People who come: the seats it takes."""
        return self.adults + self.children


class InterpretationRequest(Model):
    """One need of one family: language, modality, listeners. Append-only; what became of it stands in its events."""

    __tablename__ = "interpretation_request"
    __table_args__ = (
        CheckConstraint("modality IN ('spoken', 'sign', 'captions')", name="modality"),
        CheckConstraint("listeners BETWEEN 1 AND 20", name="listeners"),
        Index("ix_interpretation_request_meeting_language", "meeting_id", "language", "modality", "registration_id"),
        _where("ix_interpretation_request_late", "late", "meeting_id", "registration_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    language: Mapped[str] = mapped_column(TAG)
    modality: Mapped[str] = mapped_column(String(8))
    own_words: Mapped[str] = mapped_column(String(128), default="")
    listeners: Mapped[int] = mapped_column(default=1)
    late: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    events: Mapped[list["InterpretationEvent"]] = relationship(lazy="raise", order_by="InterpretationEvent.id")

    @property
    def stands(self) -> bool:
        """Whether it still counts. Needs `events` loaded."""
        return all(event.event not in ENDING for event in self.events)


class InterpretationEvent(Model):
    """What became of a request: append-only, tags only, no names and no words of the family."""

    __tablename__ = "interpretation_event"
    __table_args__ = (CheckConstraint(f"event IN ({', '.join(repr(one.value) for one in Event)})", name="event"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("interpretation_request.id"), index=True)
    event: Mapped[str] = mapped_column(String(12))
    actor: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Why, as a word of this program (families/outcomes.py); never what somebody wrote.
    reason: Mapped[str] = mapped_column(String(24), default="")


class Why(StrEnum):
    """Why a request stands as it does: what was not served or in part, and what seats of a team did to it."""

    NOBODY_FOUND = "nobody_found"
    DID_NOT_COME = "did_not_come"
    CAME_LATE = "came_late"
    TOO_FEW = "too_few"
    EQUIPMENT = "equipment"
    OTHER_MEETING = "other_meeting"
    OTHER = "other"
    # The family stayed on the waiting list.
    NO_SEAT = "no_seat"
    TEAM_COMPLETE = "team_complete"
    INTERPRETER_LOST = "interpreter_lost"


class Outcome(Model):
    """What became of a language at a meeting that is over, as staff said; requests keep it as events."""

    __tablename__ = "outcome"
    __table_args__ = (
        CheckConstraint("outcome IN ('served', 'partly', 'unmet')", name="outcome"),
        CheckConstraint("outcome = 'served' OR reason <> ''", name="reason"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    language: Mapped[str] = mapped_column(TAG, primary_key=True)
    modality: Mapped[str] = mapped_column(String(8), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str] = mapped_column(String(24), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    version: Mapped[int] = mapped_column(default=1)


class ReleasedQuestion(Model):
    """A question of a family that staff let interpreters of its meeting read, in staff's words and without a name."""

    __tablename__ = "released_question"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))


class Demand(Model):
    """Counters: active requests of a meeting by language and modality. Waiting parties are counted apart."""

    __tablename__ = "demand"
    __table_args__ = (
        CheckConstraint(
            "families >= 0 AND listeners >= 0 AND families_online >= 0 AND listeners_online >= 0 "
            "AND waiting_families >= 0 AND waiting_listeners >= 0 AND said_yes >= 0",
            name="counts",
        ),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    language: Mapped[str] = mapped_column(TAG, primary_key=True)
    modality: Mapped[str] = mapped_column(String(8), primary_key=True)
    families: Mapped[int] = mapped_column(default=0)
    listeners: Mapped[int] = mapped_column(default=0)
    families_online: Mapped[int] = mapped_column(default=0)
    listeners_online: Mapped[int] = mapped_column(default=0)
    waiting_families: Mapped[int] = mapped_column(default=0)
    waiting_listeners: Mapped[int] = mapped_column(default=0)
    # Of the families with a seat, those that said they still come.
    said_yes: Mapped[int] = mapped_column(default=0)


class RegistrationWord(Model):
    """A word of a family's name, folded (families/names.py): staff find a family by the beginning of any of them."""

    __tablename__ = "registration_word"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy reads it

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)


class CallResult(StrEnum):
    """What came of a telephone call."""

    REACHED = "reached"
    MESSAGE_LEFT = "message_left"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


class PhoneCall(Model):
    """A call somebody made to a family; of a message to be told by telephone where `outbox_id` names it."""

    __tablename__ = "phone_call"
    __table_args__ = (
        CheckConstraint("result IN ('reached', 'message_left', 'no_answer', 'wrong_number')", name="result"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    result: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
