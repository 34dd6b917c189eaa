"""Deleting what has been kept for as long as the pages promise: some of it at a time. The caller commits.

Each step is whole by itself and finds what is left by looking, so it may be stopped anywhere and run any number of
times. Counters, demand, outcomes, and what interpreters are paid stay as they are.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Delete, String, Update, cast, delete, exists, literal, or_, select, update

from registration.accounts import audit
from registration.accounts.forget import forget_old
from registration.database import NO_KEY
from registration.extensions import db
from registration.families import forget, seats
from registration.families.models import Registration, RegistrationWord
from registration.families.tell import topic_of
from registration.interpretation.briefing.models import Briefing, Material, MaterialContent
from registration.interpretation.models import OwnChange
from registration.mail.forget import forget_allowances, forget_some
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting
from registration.meetings.retention import days_kept, ended_before

# Families, and files of up to ten megabytes each, dealt with in one transaction.
FAMILIES, FILES = 200, 20
WORDS = 500


class Step(NamedTuple):
    """What one step deleted, and how much of it."""

    what: str
    number: int


def step(now: datetime, families: int = FAMILIES) -> Step | None:
    """Delete some of what is due; None when nothing is left."""
    days = days_kept()
    before, due = now - timedelta(days=days), ended_before(now, days)
    parts: Sequence[tuple[str, Callable[[], int]]] = (
        ("registrations", lambda: _registrations(now, due, families)),
        ("words to find families by", lambda: _words(due)),
        ("messages", lambda: _messages(now, due)),
        ("other messages", lambda: _other_messages(now, before)),
        ("files", lambda: _files(due)),
        ("contacts in briefings", lambda: _contacts(due)),
        ("changes interpreters made", lambda: _own_changes(before)),
        ("mail allowances", lambda: forget_allowances(now)),
        ("sign-in links and attempts", lambda: forget_old(now)),
    )
    return next((Step(what, number) for what, part in parts if (number := part())), None)


def purge(now: datetime) -> int:
    """One step, for the loop that delivers mail; 0 when nothing is left."""
    done = step(now)
    return done.number if done else 0


def _registrations(now: datetime, due: ColumnElement[bool], most: int) -> int:
    kept = exists().where(Registration.meeting_id == Meeting.id, Registration.erased_at.is_(None))
    meeting_id = _first(due, kept)
    if meeting_id is None:
        return 0
    seats.lock(meeting_id)
    rows = (
        select(Registration.id)
        .where(Registration.meeting_id == meeting_id, Registration.erased_at.is_(None))
        .order_by(Registration.id)
        .limit(most)
        .with_for_update(**NO_KEY)
    )
    ids = db.session.scalars(rows).all()
    if not ids:
        # Somebody else was faster; what is left is found by the next look.
        return 0
    forget.forget(ids, now)
    forget.forget_removals(meeting_id)
    facts: dict[str, audit.Fact] = {"families": len(ids)}
    audit.record("retention.purged", object_kind="meeting", object_id=meeting_id, meeting_id=meeting_id, facts=facts)
    return len(ids)


def _words(due: ColumnElement[bool]) -> int:
    """Words of names. By now the families they belong to are erased."""
    meeting_id = _first(due, exists().where(RegistrationWord.meeting_id == Meeting.id))
    if meeting_id is None:
        return 0
    seats.lock(meeting_id)
    return forget.forget_some_words(meeting_id, WORDS)


def _first(due: ColumnElement[bool], keeps: ColumnElement[bool]) -> int | None:
    """The meeting that ended first of those past retention that still keep something."""
    query = select(Meeting.id).where(due, keeps).order_by(Meeting.ends_at, Meeting.id)
    return db.session.scalar(query.limit(1))


def _messages(now: datetime, due: ColumnElement[bool]) -> int:
    """Messages to families of a meeting and to its interpreters."""
    topic = literal(topic_of(0).removesuffix("0")) + cast(Meeting.id, String)
    meeting_id = _first(due, exists().where(OutboxMessage.topic == topic, OutboxMessage.forgotten_at.is_(None)))
    return 0 if meeting_id is None else forget_some(OutboxMessage.topic == topic_of(meeting_id), now)


def _other_messages(now: datetime, before: datetime) -> int:
    """Messages about no meeting, such as sign-in links."""
    return forget_some(OutboxMessage.topic.is_(None) & (OutboxMessage.created_at <= before), now)


def _files(due: ColumnElement[bool]) -> int:
    """Files for interpreters, which may name people, and what undoing a removal needed."""
    some = (
        select(Material.id)
        .join(Meeting, Meeting.id == Material.meeting_id)
        .where(due)
        .order_by(Material.id)
        .limit(FILES)
    )
    ids = db.session.scalars(some).all()
    _run(delete(MaterialContent).where(MaterialContent.material_id.in_(ids)))
    _run(delete(Material).where(Material.id.in_(ids)))
    return len(ids)


def _contacts(due: ColumnElement[bool]) -> int:
    """Whom interpreters could call on the day."""
    named = or_(Briefing.contact_name != "", Briefing.contact_phone != "")
    some = select(Briefing.meeting_id).join(Meeting, Meeting.id == Briefing.meeting_id).where(due, named)
    ids = db.session.scalars(some.order_by(Briefing.meeting_id).limit(FAMILIES)).all()
    _run(update(Briefing).where(Briefing.meeting_id.in_(ids)).values(contact_name="", contact_phone=""))
    return len(ids)


def _own_changes(before: datetime) -> int:
    """What interpreters' own details were before they changed them, once staff have seen it."""
    due = select(OwnChange.id).where(OwnChange.seen_at <= before).order_by(OwnChange.id).limit(FAMILIES)
    ids = db.session.scalars(due).all()
    _run(delete(OwnChange).where(OwnChange.id.in_(ids)))
    return len(ids)


def _run(statement: Update | Delete) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
