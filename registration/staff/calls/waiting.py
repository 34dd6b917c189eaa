"""The list of calls to make: each family once, with all that it is to be told. Reads only."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from registration.extensions import db
from registration.families.models import InterpretationRequest, Registration
from registration.families.tell import SUBJECT
from registration.mail.models import OutboxMessage, State
from registration.reminders.messages import KINDS, untold
from registration.staff.calls import order
from registration.staff.calls.order import Bound, Place

# Rows looked at for one page: those that hold no longer are passed over, but not for ever.
CHUNK, CHUNKS = 100, 10


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to."""

    meeting_id: int | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A family to be called: what it is to be told, the most urgent first, and by when."""

    registration: Registration
    messages: tuple[OutboxMessage, ...]
    place: Place
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Calls:
    """A page of the list; `after`: where the next one begins, None at the end."""

    calls: tuple[Call, ...]
    after: Place | None


def calls(only: Filter, now: datetime, most: int, last: Place | None = None) -> Calls:
    """The calls after `last`, the most urgent first. Costs what is shown, not what waits."""
    found: list[Call] = []
    for _ in range(CHUNKS):
        places = _places(only, now, last)
        for one in _of(places, now):
            if len(found) == most:
                return Calls(tuple(found), found[-1].place)
            found.append(one)
        if len(places) < CHUNK:
            return Calls(tuple(found), None)
        last = places[-1]
    return Calls(tuple(found), last)


def _places(only: Filter, now: datetime, last: Place | None) -> list[Place]:
    parts = [_kind(kind, bound, only, now) for kind in KINDS if (bound := order.after(kind, last)) is not None]
    if not parts:
        return []
    rows = db.session.execute(union_all(*(select(part.subquery()) for part in parts)))
    return sorted(order.place(row.message, row.expires_at, row.id) for row in rows)[:CHUNK]


def _kind(kind: str, bound: Bound, only: Filter, now: datetime) -> Select[str, datetime | None, int]:
    """The next calls of one kind, by one index."""
    row = OutboxMessage
    query = (
        select(row.message, row.expires_at, row.id)
        .where(row.state == State.CALL, row.message == kind, row.subject_kind == SUBJECT, row.expires_at > now)
        .order_by(row.expires_at, row.id)
        .limit(CHUNK)
    )
    if bound.ends_at is not None:
        later = or_(row.expires_at > bound.ends_at, and_(row.expires_at == bound.ends_at, row.id > bound.id))
        query = query.where(row.expires_at >= bound.ends_at, later)
    if only.meeting_id is not None:
        query = query.where(row.topic == f"meeting:{only.meeting_id}")
    if only.language:
        query = query.join(Registration, Registration.id == row.subject_id)
        query = query.where(Registration.contact_language == only.language)
    return query


def _of(places: Sequence[Place], now: datetime) -> Iterator[Call]:
    """The families of these messages; each stands where its most urgent message stands."""
    ids = select(OutboxMessage.subject_id).where(OutboxMessage.id.in_([place.id for place in places]))
    found = {call.place: call for call in _families(list(db.session.scalars(ids)), now)}
    return (found[place] for place in places if place in found)


def of_family(registration: Registration, now: datetime) -> Call | None:
    """What one family is to be told; None where there is nothing. Its meeting is loaded."""
    return next(iter(_families([registration.id], now)), None)


def _families(ids: Sequence[int], now: datetime) -> Iterator[Call]:
    registrations = db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(ids))
        .options(
            joinedload(Registration.meeting),
            selectinload(Registration.requests).selectinload(InterpretationRequest.events),
        )
    ).all()
    waiting = open_messages(ids)
    for registration in registrations:
        if (call := _call(registration, waiting[registration.id], now)) is not None:
            yield call


def open_messages(registration_ids: Sequence[int]) -> dict[int, list[OutboxMessage]]:
    """What these families are to be told by telephone, whether it still holds or not."""
    query = select(OutboxMessage).where(
        OutboxMessage.subject_kind == SUBJECT,
        OutboxMessage.subject_id.in_(registration_ids),
        OutboxMessage.state == State.CALL,
    )
    found: dict[int, list[OutboxMessage]] = defaultdict(list)
    for message in db.session.scalars(query.order_by(OutboxMessage.id)):
        found[message.subject_id].append(message)
    return found


def _call(registration: Registration, messages: Sequence[OutboxMessage], now: datetime) -> Call | None:
    true = [one for one in messages if one.message in KINDS and untold(registration, one.queued()) is None]
    if not true:
        return None
    ranked = sorted(true, key=_place)
    starts_at = registration.meeting.starts_at
    due = min(order.deadline(one.message, starts_at, now) for one in ranked)
    return Call(registration, tuple(ranked), _place(ranked[0]), due)


def _place(message: OutboxMessage) -> Place:
    # A call always ends with its meeting (families/tell.py); without one it would stand at its making.
    return order.place(message.message, message.expires_at or message.created_at, message.id)


# Calls looked at for the languages to choose from.
LOOKED_AT = 1000


def languages_waiting(now: datetime) -> list[str]:
    """The languages of the calls to make, of the first thousand."""
    row = OutboxMessage
    some = (
        select(row.subject_id)
        .where(row.state == State.CALL, row.subject_kind == SUBJECT, row.expires_at > now)
        .limit(LOOKED_AT)
        .subquery()
    )
    query = select(Registration.contact_language).join(some, some.c.subject_id == Registration.id).distinct()
    return list(db.session.scalars(query))
