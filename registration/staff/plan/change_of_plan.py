"""A meeting will be otherwise than announced: the one verb that changes it and tells everybody concerned.

Reminders look at the meeting when they are due, so they move and end with it; only answers are let go of here.
Interpreters are told by the same verb. The caller commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.families import audience, seats
from registration.families.admit import admit_waiting
from registration.families.change import free_erased
from registration.families.coming import forget_answers
from registration.families.models import Attendance, Demand, Registration, Status
from registration.families.tell import Message, topic_of
from registration.interpretation.plan_changes import plan_changed
from registration.mail.queue import keep_until
from registration.meetings.completeness import source_language
from registration.meetings.models import Change, Meeting, MeetingChange, MeetingStatus, TranslatedText
from registration.meetings.published import touch
from registration.meetings.rewrite import rewrite
from registration.reminders.due import day_of
from registration.staff.online.access import store
from registration.staff.plan.plans import Kind, Plan, check, moved_along

UNTIL_A_NEW_DATE = timedelta(days=366)

MESSAGES: Mapping[Change, Message] = {
    Change.ROOM: "room_changed",
    Change.MOVED: "moved",
    Change.ONLINE: "now_online",
    Change.POSTPONED: "postponed",
    Change.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. `told`: families; `again`: it was done already, a second press of the button."""

    change: MeetingChange
    told: int
    again: bool


class PlannedMeanwhile(Exception):
    """Somebody else changed the meeting since the page was shown."""


def change_of_plan(meeting_id: int, plan: Plan, *, version: int, by: Person | None, now: datetime) -> Done:
    """Change a meeting as `plan` says and tell every family concerned, once.

    `version`: the meeting's, as the page showed it. Raises PlannedMeanwhile, and plans.NotPossible when the meeting
    stands otherwise by now.
    """
    meeting = seats.lock(meeting_id)
    if meeting.version != version:
        made = newest(meeting_id)
        if made is not None and meeting.version == version + 1 and _is_it(meeting, made, plan, by):
            return Done(made, 0, again=True)
        raise PlannedMeanwhile
    change = carry_out(meeting, plan, by=by, now=now)
    if plan.kind is Kind.AGAIN:
        free_erased(meeting, now)
    if plan.kind in (Kind.ONLINE, Kind.AGAIN):
        # Places online, and seats that came free while it was called off.
        admit_waiting(meeting, now, f"change {change.id}")
    told = audience.tell_all(
        MESSAGES[plan.kind.change],
        meeting,
        concerned(meeting_id, plan.kind),
        now=now,
        occurrence=str(change.id),
        facts={"change": change.id, **_times(change.before)},
    )
    interpreters = plan_changed(meeting, change, by=by, now=now)
    audit.record(
        f"plan_{plan.kind}",
        object_kind="meeting",
        object_id=meeting_id,
        meeting_id=meeting_id,
        person=by,
        facts={
            "change": change.id,
            "families_told": told,
            "interpreters": interpreters,
            "reason_in": sorted(t for t, s in plan.reason.items() if s),
        },
    )
    return Done(change, told, again=False)


def newest(meeting_id: int) -> MeetingChange | None:
    """The last change of plan of a meeting."""
    query = select(MeetingChange).where(MeetingChange.meeting_id == meeting_id).order_by(MeetingChange.id.desc())
    return db.session.scalars(query.limit(1)).first()


def concerned(meeting_id: int, kind: Kind) -> audience.Where:
    """The families that a change is told to: another room means nothing to those online."""
    return audience.in_the_room(meeting_id) if kind is Kind.ROOM else audience.everybody(meeting_id)


def _is_it(meeting: Meeting, change: MeetingChange, plan: Plan, by: Person | None) -> bool:
    mine = (change.kind, change.person_id) == (plan.kind.change, by.id if by else None)
    if plan.kind is Kind.ROOM:
        return mine and meeting.place_id == plan.place_id
    if plan.kind in (Kind.MOVED, Kind.AGAIN):
        return mine and (meeting.starts_at, meeting.ends_at) == (plan.starts_at, plan.ends_at)
    return mine


def carry_out(meeting: Meeting, plan: Plan, *, by: Person | None, now: datetime) -> MeetingChange:
    """Change the row, locked by the caller, and what hangs on it; tells nobody. Raises plans.NotPossible."""
    check(meeting, plan, now)
    change = MeetingChange(
        meeting_id=meeting.id,
        kind=plan.kind.change.value,
        at=now,
        person_id=by.id if by else None,
        before=_before(meeting),
    )
    db.session.add(change)
    db.session.flush()
    rewrite("change", change.id, "reason", {tag: text for tag, text in plan.reason.items() if text}, source_language())
    _CARRIES_OUT[plan.kind](meeting, plan)
    meeting.version += 1
    meeting.calendar_sequence += 1
    db.session.flush()
    touch()
    return change


def _before(meeting: Meeting) -> dict[str, Any]:
    room = select(TranslatedText.locale, TranslatedText.text).where(
        TranslatedText.owner == "meeting", TranslatedText.owner_id == meeting.id, TranslatedText.field == "room"
    )
    names = ("status", "place_id", "time_zone", "in_person", "online", "capacity", "online_capacity", "childcare")
    return {
        **{name: getattr(meeting, name) for name in names},
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "room": {row.locale: row.text for row in db.session.execute(room)} if meeting.place_id else {},
    }


def _times(before: Mapping[str, Any]) -> dict[str, Any]:
    return {"starts_at": before["starts_at"], "ends_at": before["ends_at"]}


def _room(meeting: Meeting, plan: Plan) -> None:
    meeting.place_id = plan.place_id
    rewrite("meeting", meeting.id, "room", plan.room, source_language())


def _moved(meeting: Meeting, plan: Plan) -> None:
    if plan.starts_at is None or plan.ends_at is None:
        raise ValueError("a moved meeting has times")
    old, zone = meeting.starts_at, meeting.time_zone
    if day_of(old, zone) != day_of(plan.starts_at, zone):
        forget_answers(meeting)
    for name in ("closes_at", "childcare_closes_at"):
        setattr(meeting, name, moved_along(getattr(meeting, name), old, plan.starts_at, zone))
    meeting.starts_at, meeting.ends_at = plan.starts_at, plan.ends_at
    keep_until(topic_of(meeting.id), meeting.ends_at)
    if meeting.opens_at is not None and meeting.opens_at >= plan.starts_at:
        meeting.opens_at = None
    meeting.status = MeetingStatus.SCHEDULED.value


def _online(meeting: Meeting, plan: Plan) -> None:
    """Whoever had a seat in the room has a place online, whoever waited waits for one; nobody loses anything."""
    in_the_room = (Registration.meeting_id == meeting.id, Registration.attendance == Attendance.IN_PERSON)
    # A form that was opened before must meet another version: it would ask for the room again.
    moved = {
        Registration.attendance: Attendance.ONLINE.value,
        Registration.version: Registration.version + 1,
    }
    standing = update(Registration).where(*in_the_room, Registration.status != Status.WITHDRAWN).values(moved)
    db.session.execute(standing.execution_options(synchronize_session=False))
    everybody = {Demand.families_online: Demand.families, Demand.listeners_online: Demand.listeners}
    counted = update(Demand).where(Demand.meeting_id == meeting.id).values(everybody)
    db.session.execute(counted.execution_options(synchronize_session=False))
    meeting.online_capacity = plan.online_capacity
    meeting.online_taken, meeting.seats_taken = meeting.online_taken + meeting.seats_taken, 0
    meeting.children_online, meeting.children_taken = meeting.children_online + meeting.children_taken, 0
    meeting.waiting_online, meeting.waiting = meeting.waiting_online + meeting.waiting, 0
    meeting.in_person, meeting.online, meeting.place_id = False, True, None
    meeting.childcare = False
    if plan.access is not None:
        store(meeting.id, {"": plan.access})


def _postponed(meeting: Meeting, _: Plan) -> None:
    meeting.status = MeetingStatus.POSTPONED.value
    forget_answers(meeting)
    # What a family without email is still to be told must outlive the old date, until there is a new one.
    keep_until(topic_of(meeting.id), meeting.ends_at + UNTIL_A_NEW_DATE)


def _cancelled(meeting: Meeting, _: Plan) -> None:
    meeting.status = MeetingStatus.CANCELLED.value


_CARRIES_OUT = {
    Kind.ROOM: _room,
    Kind.MOVED: _moved,
    Kind.AGAIN: _moved,
    Kind.ONLINE: _online,
    Kind.POSTPONED: _postponed,
    Kind.CANCELLED: _cancelled,
}
