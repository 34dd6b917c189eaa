"""The way into an online meeting changes: the verb that writes it and, where staff say so, tells those concerned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, false, or_, select

from registration.accounts import audit
from registration.accounts.models import Person
from registration.families import audience, seats
from registration.families.models import Attendance, InterpretationRequest, Registration, Status
from registration.meetings.models import Meeting, MeetingStatus
from registration.staff.online.access import Access, of_meeting, store

MESSAGE: Final = "way_in"


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: languages whose way changed ("" is everybody's), whom that concerns, and how many are told."""

    meeting: Meeting
    changed: list[str]
    concerned: audience.Where
    told: int


class WrittenMeanwhile(Exception):
    """Somebody else has written another way in since the page was shown."""


def change_access(
    meeting_id: int, ways: Mapping[str, Access], *, version: int, tell: bool, by: Person | None, now: datetime
) -> Done:
    """Write the ways in `ways`, and with `tell` tell every family whose way in is another one now.

    `version`: the meeting's, as the page showed it. Raises WrittenMeanwhile. The caller commits.
    """
    meeting = seats.lock(meeting_id)
    before = of_meeting(meeting_id)
    if meeting.version != version and any(before.get(tag, Access()) != way for tag, way in ways.items()):
        raise WrittenMeanwhile
    changed = store(meeting_id, ways)
    where = concerned(meeting, before, of_meeting(meeting_id), changed)
    if not changed:
        return Done(meeting, changed, where, 0)
    meeting.version += 1
    told = _tell(meeting, where, now) if tell else 0
    audit.record(
        "online_written",
        object_kind="meeting",
        object_id=meeting_id,
        meeting_id=meeting_id,
        person=by,
        facts={"languages": [tag for tag in changed if tag], "everybody": "" in changed, "families_told": told},
    )
    return Done(meeting, changed, where, told)


def _tell(meeting: Meeting, where: audience.Where, now: datetime) -> int:
    return audience.tell_all(MESSAGE, meeting, where, now=now, occurrence=f"access {meeting.version}", facts={})


def concerned(
    meeting: Meeting, before: Mapping[str, Access], after: Mapping[str, Access], changed: list[str]
) -> audience.Where:
    """Families with a place online whose way in may be another one now.

    Who listens in several languages with ways of their own is counted when any of them changed.
    """
    if not meeting.online or meeting.status != MeetingStatus.SCHEDULED:
        return false()
    online = and_(
        audience.everybody(meeting.id),
        Registration.attendance == Attendance.ONLINE,
        Registration.status == Status.REGISTERED,
    )
    with_own = [tag for tag in changed if tag]
    kinds = [_listening(meeting.id, with_own)] if with_own else []
    if "" in changed:
        own = [tag for tag, way in after.items() if tag and _opens(way) and _opens(before.get(tag, Access()))]
        kinds.append(~_listening(meeting.id, own))
    return and_(online, or_(false(), *kinds))


def _opens(way: Access) -> bool:
    return bool(way.link or way.dial_in)


def _listening(meeting_id: int, tags: list[str]) -> audience.Where:
    request = InterpretationRequest
    asked = select(request.registration_id).where(
        request.meeting_id == meeting_id, request.language.in_(tags), ~audience.ended()
    )
    return Registration.id.in_(asked)
