"""In which order calls are made. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from re import fullmatch
from typing import NamedTuple

# Before this long ahead of the meeting the family should know; what is not named here is a change of plan or news of an
# interpreter, and comes before all else.
LEAD = {
    "call_me": timedelta(days=14),
    "promoted": timedelta(days=3),
    "waiting": timedelta(days=3),
    "confirmation": timedelta(days=3),
    "changed": timedelta(days=1),
    "link": timedelta(days=1),
    "withdrawn": timedelta(0),
    "still_coming": timedelta(days=1),
    "same_day": timedelta(hours=2),
    "reminder_own": timedelta(hours=2),
    "announcement": timedelta(days=1),
}
# News from the district that families do not expect.
URGENT_LEAD = timedelta(days=7)


class Place(NamedTuple):
    """Where a message stands in the list of calls: 0 for changes of plan, 1 for all else; deadline; id."""

    tier: int
    at: datetime
    id: int


def lead(message: str) -> timedelta:
    """How long before the end of the meeting the call is due."""
    return LEAD.get(message, URGENT_LEAD)


def tier(message: str) -> int:
    """0 for what families must hear first."""
    return 1 if message in LEAD else 0


def place(message: str, ends_at: datetime, message_id: int) -> Place:
    """The place of a message about a meeting that ends at `ends_at`."""
    return Place(tier(message), ends_at - lead(message), message_id)


def deadline(message: str, starts_at: datetime, now: datetime) -> datetime:
    """By when a family must be called; never later than the meeting begins, and that itself once it is near."""
    due = starts_at - lead(message)
    return due if due > now else starts_at


@dataclass(frozen=True, slots=True)
class Bound:
    """Of one kind of message, what comes after a place: all of it where `ends_at` is None."""

    ends_at: datetime | None
    id: int


def after(message: str, last: Place | None) -> Bound | None:
    """Where to go on with one kind of message after `last`; None where all of it came before."""
    if last is None or tier(message) > last.tier:
        return Bound(None, 0)
    if tier(message) < last.tier:
        return None
    return Bound(last.at + lead(message), last.id)


def written(last: Place) -> str:
    """A place as it stands in an address."""
    return f"{last.tier}-{int(last.at.timestamp())}-{last.id}"


def read(text: str) -> Place | None:
    """The place that `written` wrote; None for anything else."""
    found = fullmatch(r"([0-9])-([0-9]{1,11})-([0-9]{1,9})", text)
    if found is None:
        return None
    first, at, last = map(int, found.groups())
    return Place(first, datetime.fromtimestamp(at, UTC), last)


def first(places: Iterable[Place]) -> Place:
    """The most urgent."""
    return min(places)
