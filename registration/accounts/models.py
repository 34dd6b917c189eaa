"""The tables of people who sign in, and the record of what was done."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registration import links
from registration.accounts.roles import STAFF, Role
from registration.database import UtcDateTime
from registration.extensions import Model

TAG = String(35)  # RFC 5646 asks for room for 35 characters
HASH = String(64)


def _one_of(values: type[StrEnum]) -> str:
    return ", ".join(repr(str(value)) for value in values)


class Person(Model):
    """Somebody who signs in. A deactivated person keeps the row: the record still names who did what."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=links.new_public_id)
    email: Mapped[str] = mapped_column(String(254))
    email_folded: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(128))
    locale: Mapped[str] = mapped_column(TAG, default="en")
    phone: Mapped[str | None] = mapped_column(String(20))
    # Every session carries it; raised, it ends them all.
    epoch: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Sealed (accounts/sealed.py): the app whose codes are asked for, and one that waits for its first code.
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_pending: Mapped[str | None] = mapped_column(String(255))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The step of 30 s whose code was taken last: a code is used once.
    totp_last_step: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    role_rows: Mapped[list["PersonRole"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def roles(self) -> frozenset[Role]:
        """What this person is here for."""
        return frozenset(Role(row.role) for row in self.role_rows)

    @property
    def is_staff(self) -> bool:
        """Whether this person sees what families answered."""
        return bool(self.roles & STAFF)

    @property
    def second_factor(self) -> bool:
        """Whether signing in asks for a code besides the link."""
        return self.totp_confirmed_at is not None

    # What Flask-Login asks of a person.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether this person may sign in."""
        return self.active

    def get_id(self) -> str:
        """What a session keeps: who, and of which epoch it is."""
        return f"{self.public_id}.{self.epoch}"


class PersonRole(Model):
    """One role of one person."""

    __tablename__ = "person_role"
    __table_args__ = (CheckConstraint(f"role IN ({_one_of(Role)})", name="role"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(13), primary_key=True)


class SignInLink(Model):
    """A one-time link. The row holds neither link nor token, only what tells that a token is the right one.

    Without a person it was asked for with an address that nobody has: both are answered with the same work.
    """

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=links.new_public_id)
    token_hash: Mapped[str] = mapped_column(HASH, unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Model):
    """A code instead of the second factor, for once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(HASH)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(StrEnum):
    """What is counted: links for addresses of people and of nobody, wrong codes, families that lost their link."""

    LINK = "link"
    UNKNOWN = "unknown"
    CODE = "code"
    LOST = "lost"


class SignInAttempt(Model):
    """One try, under a keyed hash of whose it was."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_one_of(Attempt)})", name="kind"),
        Index("ix_sign_in_attempt_key_at", "key", "at"),
        Index("ix_sign_in_attempt_kind_at", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(HASH)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Actor(StrEnum):
    """Who did it."""

    PERSON = "person"
    SYSTEM = "system"
    FAMILY = "family"


class AuditEntry(Model):
    """Something that was done. `facts` hold names of fields, tags and counts, never names, contacts or free text."""

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint(f"actor IN ({_one_of(Actor)})", name="actor"),
        Index("ix_audit_object_kind_object_id", "object_kind", "object_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    actor: Mapped[str] = mapped_column(String(12))
    action: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(24))
    object_id: Mapped[int | None]
    meeting_id: Mapped[int | None] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    person: Mapped[Person | None] = relationship()
