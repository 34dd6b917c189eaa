"""Counting again what the counters hold: seats, waiting parties, childcare, demand."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Integer, case, delete, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from registration.database import NO_KEY
from registration.extensions import db
from registration.families import days
from registration.families.demand import Contribution, Counts, Key
from registration.families.models import (
    ENDING,
    Attendance,
    Demand,
    InterpretationEvent,
    InterpretationRequest,
    Registration,
    Status,
)
from registration.meetings.models import Meeting

Number = ColumnElement[int] | InstrumentedAttribute[int]

FIELDS = (
    "seats_taken",
    "online_taken",
    "children_taken",
    "children_online",
    "waiting",
    "waiting_online",
    "childcare_taken",
    "registrations",
    "said_yes",
)


class Difference(NamedTuple):
    """A counter that says something else than its rows."""

    what: str
    counter: object
    rows: object


def differences() -> list[Difference]:
    """All counters that are wrong."""
    counted, summed, days_counted = _meetings(), _demand(), days.counted()
    found = []
    for meeting in db.session.scalars(select(Meeting).order_by(Meeting.id)):
        held = {field: getattr(meeting, field) for field in FIELDS}
        true = counted.get(meeting.id, dict.fromkeys(FIELDS, 0))
        found += [Difference(f"{meeting.slug} {f}", held[f], true[f]) for f in FIELDS if held[f] != true[f]]
        found += _wrong_demand(meeting, summed.get(meeting.id, {}))
        held_days = {one.day: one.registrations for one in days.of_meeting(meeting)}
        if held_days != (true_days := dict(days_counted.get(meeting.id, {}))):
            found.append(Difference(f"{meeting.slug} days", held_days, true_days))
        if meeting.last_day != (last_day := max(true_days, default=None)):
            found.append(Difference(f"{meeting.slug} last_day", meeting.last_day, last_day))
    return found


def _wrong_demand(meeting: Meeting, true: Contribution) -> list[Difference]:
    rows = db.session.scalars(select(Demand).where(Demand.meeting_id == meeting.id))
    held = {(r.language, r.modality): Counts(*(getattr(r, name) for name in Counts._fields)) for r in rows}
    return [
        Difference(f"{meeting.slug} {'/'.join(key)}", held.get(key, Counts()), true.get(key, Counts()))
        for key in sorted({*held, *true})
        if held.get(key, Counts()) != true.get(key, Counts())
    ]


def repair() -> None:
    """Set every counter to what its rows say; the caller commits. Locks each meeting first."""
    meetings = list(db.session.scalars(select(Meeting).order_by(Meeting.id).with_for_update(**NO_KEY)))
    counted, summed, days_counted = _meetings(), _demand(), days.counted()
    for meeting in meetings:
        true = counted.get(meeting.id, dict.fromkeys(FIELDS, 0))
        db.session.execute(update(Meeting).where(Meeting.id == meeting.id).values(**true))
        days.rewrite(meeting, days_counted.get(meeting.id, {}))
    db.session.execute(delete(Demand))
    for meeting_id, contribution in summed.items():
        for (language, modality), counts in contribution.items():
            values = {"meeting_id": meeting_id, "language": language, "modality": modality, **counts._asdict()}
            db.session.execute(insert(Demand).values(values))


def _sum_where(what: Number, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    total: Number = what
    for condition in conditions:
        total = case((condition, total), else_=0)
    return func.coalesce(func.sum(total), 0).cast(Integer)


def _meetings() -> dict[int, dict[str, int]]:
    seated, waits = Registration.status == Status.REGISTERED, Registration.status == Status.WAITING
    room, online = Registration.attendance == Attendance.IN_PERSON, Registration.attendance == Attendance.ONLINE
    party = Registration.adults + Registration.children
    one = func.coalesce(1, 1)
    query = select(
        Registration.meeting_id,
        _sum_where(party, seated, room),
        _sum_where(party, seated, online),
        _sum_where(Registration.children, seated, room),
        _sum_where(Registration.children, seated, online),
        _sum_where(one, waits, room),
        _sum_where(one, waits, online),
        _sum_where(Registration.childcare_children, Registration.childcare_granted.is_(True)),
        func.count(),
        _sum_where(one, seated, Registration.still_coming_at.is_not(None)),
    ).group_by(Registration.meeting_id)
    return {row[0]: dict(zip(FIELDS, row[1:], strict=True)) for row in db.session.execute(query)}


def _demand() -> dict[int, dict[Key, Counts]]:
    """Families once a language, however many requests they have in it."""
    ended = select(InterpretationEvent.request_id).where(InterpretationEvent.event.in_(ENDING))
    request = InterpretationRequest
    query = (
        select(
            Registration.meeting_id,
            request.language,
            request.modality,
            Registration.status,
            Registration.attendance,
            func.count(Registration.id.distinct()),
            func.sum(request.listeners),
            func.count(case((Registration.still_coming_at.is_not(None), Registration.id)).distinct()),
        )
        .join(Registration, Registration.id == request.registration_id)
        .where(Registration.status != Status.WITHDRAWN, request.id.not_in(ended))
        .group_by(
            Registration.meeting_id, request.language, request.modality, Registration.status, Registration.attendance
        )
    )
    found: dict[int, dict[Key, Counts]] = defaultdict(dict)
    for meeting_id, language, modality, status, attendance, families, listeners, yes in db.session.execute(query):
        counts = _counts(status, attendance, families, int(listeners), yes)
        there = found[meeting_id].get((language, modality), Counts())
        found[meeting_id][language, modality] = there.plus(counts)
    return found


def _counts(status: str, attendance: str, families: int, listeners: int, said_yes: int) -> Counts:
    if status == Status.WAITING:
        return Counts(waiting_families=families, waiting_listeners=listeners)
    if attendance == Attendance.ONLINE:
        return Counts(families, listeners, families, listeners, said_yes=said_yes)
    return Counts(families, listeners, said_yes=said_yes)
