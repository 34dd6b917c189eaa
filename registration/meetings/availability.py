"""Whether and how one can register for a meeting just now. Pure: rows and `now` in, an answer out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registration.meetings.models import Meeting, MeetingStatus

# At or below this many seats left, the page says how many.
FEW = 10


class Phase(StrEnum):
    """Where registering for a meeting stands."""

    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    PAST = "past"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class Room(StrEnum):
    """How much room is left, in a room or online."""

    NONE = "none"  # the meeting is not held this way
    PLENTY = "plenty"
    FEW = "few"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Availability:
    """Phase of registering, and room left in the room and online; `left` in seats, None for no limit."""

    phase: Phase
    in_person: Room
    online: Room
    left: int | None
    left_online: int | None
    waiting: int
    waiting_online: int

    @property
    def open(self) -> bool:
        """Whether one can register, be it for the waiting list."""
        return self.phase is Phase.OPEN

    @property
    def waiting_only(self) -> bool:
        """Whether everybody who registers now waits, however they want to take part."""
        return {self.in_person, self.online} <= {Room.FULL, Room.NONE}

    def fits(self, in_person: bool, people: int) -> bool:
        """Whether a party of `people` gets seats now."""
        left = self.left if in_person else self.left_online
        return left is None or left >= people

    @property
    def full(self) -> bool:
        """Whether nobody gets a seat in the way the meeting is mainly held."""
        return self.in_person is Room.FULL if self.in_person is not Room.NONE else self.online is Room.FULL


def availability(meeting: Meeting, now: datetime) -> Availability:
    """How one can register for `meeting` at `now`."""
    left = None if meeting.capacity is None else meeting.capacity - meeting.seats_taken
    left_online = None if meeting.online_capacity is None else meeting.online_capacity - meeting.online_taken
    return Availability(
        phase=_phase(meeting, now),
        in_person=_room(meeting.in_person, left),
        online=_room(meeting.online, left_online),
        left=left,
        left_online=left_online,
        waiting=meeting.waiting,
        waiting_online=meeting.waiting_online,
    )


def _phase(meeting: Meeting, now: datetime) -> Phase:
    if meeting.status == MeetingStatus.CANCELLED:
        return Phase.CANCELLED
    # The old date of a postponed meeting says nothing: it is not over, it has not been.
    if meeting.status == MeetingStatus.POSTPONED:
        return Phase.POSTPONED
    if meeting.ends_at <= now:
        return Phase.PAST
    if meeting.opens_at is not None and now < meeting.opens_at:
        return Phase.NOT_YET
    if meeting.closes_at is not None and meeting.closes_at <= now:
        return Phase.CLOSED
    return Phase.OPEN


def _room(held: bool, left: int | None) -> Room:
    if not held:
        return Room.NONE
    if left is None or left > FEW:
        return Room.PLENTY
    return Room.FEW if left > 0 else Room.FULL
