"""The tables of the outbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registration import clock
from registration.database import UtcDateTime
from registration.extensions import Model
from registration.mail.letter import Queued


class State(StrEnum):
    """Where a message stands.

    `held`: over the limit of its address; `restored`: came with a backup and may have been sent already, so staff
    decide; `call`: for staff to tell by telephone.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    RESTORED = "restored"
    SUPERSEDED = "superseded"
    CALL = "call"


CALLS = text("state = 'call'")
TOGETHER = text("mailing IS NOT NULL")
ALONE = text("state = 'queued' AND mailing IS NULL")
KEPT = text("forgotten_at IS NULL")
TRIED = text("state = 'queued' AND first_tried_at IS NOT NULL")


class OutboxMessage(Model):
    """A message to one person: once for each (message, subject, occurrence).

    Recipient, language and text are read when it is sent, so that a waiting row holds no body and no link.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint(
            "subject_kind", "subject_id", "message", "occurrence", name="uq_outbox_subject_message_occurrence"
        ),
        CheckConstraint(f"state IN ({', '.join(repr(s.value) for s in State)})", name="state"),
        Index("ix_outbox_state_send_at", "state", "send_at"),
        # Each state of a topic in the order in which staff look through it.
        Index("ix_outbox_topic_state_send_at", "topic", "state", "send_at"),
        # How a mailing stands, by state and language.
        Index(
            "ix_outbox_mailing",
            "mailing",
            "state",
            "sent_locale",
            postgresql_where=TOGETHER,
            sqlite_where=TOGETHER,
        ),
        # What answers to somebody goes before what is told to many.
        Index("ix_outbox_alone", "send_at", postgresql_where=ALONE, sqlite_where=ALONE),
        # What the mail server did not take so far. Only failed attempts write to this index.
        Index("ix_outbox_tried", "first_tried_at", postgresql_where=TRIED, sqlite_where=TRIED),
        # The list of calls to make, each kind of message in the order of its deadline.
        Index("ix_outbox_call", "message", "expires_at", "id", postgresql_where=CALLS, sqlite_where=CALLS),
        # What retention still has to forget.
        Index("ix_outbox_kept", "topic", "id", postgresql_where=KEPT, sqlite_where=KEPT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    occurrence: Mapped[str] = mapped_column(String(80))
    # What staff look under, `meeting:12`; only those who set it and list by it know what it means.
    topic: Mapped[str | None] = mapped_column(String(80))
    # The name of what is told to many at once, null for a message by itself.
    mailing: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    send_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_by: Mapped[str | None] = mapped_column(String(120))
    last_error: Mapped[str | None] = mapped_column(String(400))
    message_id: Mapped[str] = mapped_column(String(300))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    address_key: Mapped[str | None] = mapped_column(String(64))
    # Whether nobody has proved that the address is theirs; such mail counts against the limit.
    stranger: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_subject: Mapped[str | None] = mapped_column(Text)
    sent_text: Mapped[str | None] = mapped_column(Text)
    sent_locale: Mapped[str | None] = mapped_column(String(35))
    # It came back after it was sent: a notice said so (RFC 3464).
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # From then on the row holds nothing personal, whatever becomes of a mail that is just being sent (mail/forget.py).
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    def queued(self) -> Queued:
        """The row as its builder sees it."""
        return Queued(
            id=self.id,
            message=self.message,
            subject_kind=self.subject_kind,
            subject_id=self.subject_id,
            occurrence=self.occurrence,
            created_at=self.created_at,
            stranger=self.stranger,
            topic=self.topic,
            facts=self.facts,
        )


class MailPace(Model):
    """The line of places of all mails, one row: the first place that is free (mail/pace.py)."""

    __tablename__ = "mail_pace"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    free_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MailWorker(Model):
    """A delivery loop: when it was last alive, when it last sent a mail, and why it last could not."""

    __tablename__ = "mail_worker"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # One of mail/trouble.py, and the words of the mail server without addresses.
    trouble: Mapped[str | None] = mapped_column(String(20))
    error: Mapped[str | None] = mapped_column(String(400))


class MailGeneration(Model):
    """A counter that grows with every batch of mail, one row. An older database has a lower one (mail/restored.py)."""

    __tablename__ = "mail_generation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Chosen at random with the row: counters of two databases are compared only if one is a copy of the other.
    installation: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]


class AddressAllowance(Model):
    """How much mail strangers have caused to one address lately. Locking the row decides who comes first."""

    __tablename__ = "address_allowance"

    address_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    # Pairs of (place, seconds since 1970) of the last day; a place is the beginning of a Message-ID.
    places: Mapped[list[list[Any]]] = mapped_column(JSON)
    # When the first of the held messages may go; None while none is held.
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
