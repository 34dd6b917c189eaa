"""What staff wrote of a meeting, as plain values. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewSeries:
    """A series to be made along with its first meeting."""

    title: str


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place to be made along with its first meeting; texts in the district's first language."""

    name: str
    address: str
    entrance: str = ""
    parking: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """When, where and how a meeting is held: what families have planned with. Moments in UTC."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str
    in_person: bool
    online: bool
    place: int | NewPlace | None


@dataclass(frozen=True, slots=True)
class Details:
    """All else. Capacities in people, None for no limit; moments in UTC."""

    series: int | NewSeries
    slug: str
    floor_language: str
    capacity: int | None
    online_capacity: int | None
    recording: str
    childcare: bool
    childcare_capacity: int | None
    childcare_closes_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Words:
    """First texts of a new meeting, in the district's first language."""

    title: str
    about: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A whole form. Without a `plan` it was a form that leaves the plan alone."""

    details: Details
    plan: Plan | None
    words: Words | None = None
