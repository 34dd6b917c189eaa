"""What a change of plan is, and when one makes sense. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from registration.meetings.models import Change, Meeting, MeetingStatus
from registration.staff.online.access import Access


class Kind(StrEnum):
    """What staff can do; `again`: what was called off is held after all, at a new time."""

    ROOM = "room"
    MOVED = "moved"
    ONLINE = "online"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    AGAIN = "again"

    @property
    def change(self) -> Change:
        """How it is kept."""
        return Change.MOVED if self is Kind.AGAIN else Change(self.value)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is new. Texts by page language; of the rest only what the kind needs."""

    kind: Kind
    reason: Mapping[str, str] = field(default_factory=dict)
    place_id: int | None = None
    room: Mapping[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    online_capacity: int | None = None
    access: Access | None = None


class NotPossible(Exception):
    """The meeting stands so that this change makes no sense; `why` is a word for the page."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def possible(meeting: Meeting, now: datetime) -> list[Kind]:
    """What can be done with a meeting just now."""
    if meeting.status == MeetingStatus.CANCELLED:
        return [Kind.AGAIN]
    if meeting.status == MeetingStatus.POSTPONED:
        return [Kind.AGAIN, Kind.CANCELLED]
    if meeting.ends_at <= now:
        return []
    where = [Kind.ROOM, Kind.ONLINE] if meeting.in_person else []
    return [*where, Kind.MOVED, Kind.POSTPONED, Kind.CANCELLED]


def check(meeting: Meeting, plan: Plan, now: datetime) -> None:
    """Raise NotPossible when `plan` cannot be carried out on `meeting`."""
    if plan.kind not in possible(meeting, now):
        raise NotPossible("state")
    if plan.kind in (Kind.MOVED, Kind.AGAIN):
        if plan.starts_at is None or plan.ends_at is None or plan.ends_at <= plan.starts_at:
            raise NotPossible("times")
        if plan.starts_at <= now:
            raise NotPossible("past")
        same = (plan.starts_at, plan.ends_at) == (meeting.starts_at, meeting.ends_at)
        if same and plan.kind is Kind.MOVED:
            raise NotPossible("same")
    if plan.kind is Kind.ROOM and plan.place_id is None:
        raise NotPossible("place")
    taken = meeting.seats_taken + meeting.online_taken
    if plan.kind is Kind.ONLINE and plan.online_capacity is not None and plan.online_capacity < taken:
        raise NotPossible("capacity")


def moved_along(moment: datetime | None, old: datetime, new: datetime, zone: str) -> datetime | None:
    """`moment` as far from `new` as it was from `old`, by the clock on the wall of the meeting's zone."""
    if moment is None:
        return None
    local = ZoneInfo(zone)
    first, second, third = (each.astimezone(local).replace(tzinfo=None) for each in (moment, old, new))
    return (first + (third - second)).replace(tzinfo=local).astimezone(moment.tzinfo)
