"""What staff write about an interpreter, and interpreters about themselves, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from registration.interpretation.models import Interpreter, Kind, Level


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction somebody works in; `modes` are values of meetings.models.Mode."""

    source: str
    target: str
    modes: tuple[str, ...]
    level: Level = Level.WORKING


@dataclass(frozen=True, slots=True)
class Proof:
    """A credential. `verified`: whoever saves this has seen it."""

    kind: str
    number: str = ""
    ends_on: date | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """Hours of each week: weekday 0 for Monday, minutes after midnight; kind as in models.Hours."""

    kind: str
    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Days:
    """Days that are not as the week says."""

    first: date
    last: date
    free: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """All that staff write about an interpreter; the names of the fields above the lists are columns."""

    name: str
    time_zone: str
    email: str | None = None
    phone: str | None = None
    locale: str = "en"
    kind: str = Kind.CONTRACT.value
    tested: bool = True
    preferred: bool = False
    blocked: bool = False
    on_site: bool = True
    remote: bool = True
    home_place: str = ""
    most_day: int | None = None
    most_week: int | None = None
    rate_cents: int = 0
    paid_minimum: int | None = None
    travel_cents: int = 0
    directions: Sequence[Direction] = field(default_factory=tuple)
    proofs: Sequence[Proof] = field(default_factory=tuple)
    week: Sequence[Week] = field(default_factory=tuple)
    days: Sequence[Days] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Own:
    """What an interpreter writes about themselves; the names of the fields above the lists are columns.

    `email`: None leaves the address as it is.
    """

    locale: str
    email: str | None = None
    phone: str | None = None
    home_place: str = ""
    on_site: bool = True
    remote: bool = True
    most_day: int | None = None
    most_week: int | None = None
    week: Sequence[Week] = field(default_factory=tuple)
    days: Sequence[Days] = field(default_factory=tuple)


def directions_of(one: Interpreter) -> list[Direction]:
    """The directions of an interpreter, as they are written."""
    return [Direction(pair.source, pair.target, tuple(pair.modes), Level(pair.level)) for pair in one.pairs]


def proofs_of(one: Interpreter) -> list[Proof]:
    """The credentials."""
    return [Proof(row.kind, row.number, row.ends_on, row.verified_at is not None) for row in one.credentials]


def week_of(one: Interpreter) -> list[Week]:
    """The hours of the week."""
    return [Week(row.kind, row.weekday, row.starts, row.ends) for row in one.hours]


def days_of(one: Interpreter) -> list[Days]:
    """The days that are otherwise."""
    return [Days(row.first, row.last, row.free) for row in one.days]
