"""Whether an interpreter can take a seat, and why not. Pure: plain values in, reasons out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from registration.interpretation.policy import Figures


class Why(StrEnum):
    """Why somebody does not fit."""

    BLOCKED = "blocked"
    OVERLAP = "overlap"
    DUTY = "duty"
    CREDENTIAL = "credential"
    NO_PAIR = "no_pair"
    ONE_WAY = "one_way"
    MODE = "mode"
    DELIVERY = "delivery"
    DAY_OFF = "day_off"
    HOURS = "hours"
    TOO_MUCH_DAY = "too_much_day"
    TOO_MUCH_WEEK = "too_much_week"
    UNTESTED = "untested"
    CREDENTIAL_ENDS = "credential_ends"


# With these nobody is offered or given a seat. A person may decide that the others do not matter.
HARD = frozenset({Why.BLOCKED, Why.OVERLAP, Why.DUTY, Why.CREDENTIAL, Why.DAY_OFF})


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `job` is the assignment that is in the way."""

    why: Why
    job: int | None = None

    @property
    def hard(self) -> bool:
        """Whether it forbids."""
        return self.why in HARD


@dataclass(frozen=True, slots=True)
class Job:
    """When and where somebody works. `place`: None where it is nowhere to go to."""

    id: int
    starts_at: datetime
    ends_at: datetime
    place: int | None
    remote: bool

    @property
    def minutes(self) -> int:
        """How long."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of each week, minutes after midnight; on duty or free."""

    weekday: int
    starts: int
    ends: int
    duty: bool


@dataclass(frozen=True, slots=True)
class Days:
    """Days that are not as the week says, both ends included."""

    first: date
    last: date
    free: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A direction and the modes in it."""

    source: str
    target: str
    modes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Somebody:
    """An interpreter as the rules see one. `credentials`: last days they hold, None for ever."""

    zone: str
    blocked: bool = False
    tested: bool = True
    on_site: bool = True
    remote: bool = True
    exclusive: bool = True
    pairs: Sequence[Pair] = ()
    credentials: Sequence[date | None] = ()
    hours: Sequence[Hours] = ()
    days: Sequence[Days] = ()
    most_day: int | None = None
    most_week: int | None = None
    jobs: Sequence[Job] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A seat. `floor`: what is spoken in the room, `language`: what families hear."""

    job: Job
    floor: str
    language: str
    mode: str
    needs_credential: bool = False


def reasons(one: Somebody, seat: Wanted, figures: Figures) -> list[Reason]:
    """Everything that speaks against it, what forbids first."""
    found = [Reason(Why.BLOCKED)] if one.blocked else []
    if one.exclusive:
        found += [Reason(Why.OVERLAP, job.id) for job in conflicts(seat.job, one.jobs, figures)]
    found += [*_when(one, seat.job), *_skills(one, seat), *_how_much(one, seat.job)]
    return sorted(found, key=lambda reason: not reason.hard)


def conflicts(job: Job, others: Iterable[Job], figures: Figures) -> list[Job]:
    """Jobs that overlap `job`, with the call time before each and the way or rest between two."""
    early = timedelta(minutes=figures.call_time)
    found = []
    for other in others:
        gap = timedelta(minutes=_between(job, other, figures))
        if job.starts_at - early < other.ends_at + gap and other.starts_at - early < job.ends_at + gap:
            found.append(other)
    return found


def _between(one: Job, other: Job, figures: Figures) -> int:
    if one.remote and other.remote:
        return figures.remote_rest
    same = one.place is not None and one.place == other.place and not one.remote and not other.remote
    return 0 if same else figures.travel


def _when(one: Somebody, job: Job) -> list[Reason]:
    zone = ZoneInfo(one.zone)
    start, end = job.starts_at.astimezone(zone), job.ends_at.astimezone(zone)
    other = [days for days in one.days if days.first <= start.date() <= days.last]
    if any(not days.free for days in other):
        return [Reason(Why.DAY_OFF)]
    first = start.hour * 60 + start.minute
    last = first + job.minutes
    today = [hours for hours in one.hours if hours.weekday == start.weekday()]
    found = []
    if any(hours.duty and hours.starts < last and first < hours.ends for hours in today):
        found.append(Reason(Why.DUTY))
    free = [hours for hours in one.hours if not hours.duty]
    fits = any(hours.starts <= first and last <= hours.ends for hours in today if not hours.duty)
    if free and not other and not fits and end >= start:
        found.append(Reason(Why.HOURS))
    return found


def _skills(one: Somebody, seat: Wanted) -> list[Reason]:
    pairs = {(pair.source, pair.target): pair.modes for pair in one.pairs}
    found = []
    if seat.floor != seat.language:
        there, back = pairs.get((seat.floor, seat.language)), pairs.get((seat.language, seat.floor))
        if there is None:
            found.append(Reason(Why.NO_PAIR))
        elif there and seat.mode not in there:
            found.append(Reason(Why.MODE))
        # Questions from the floor go the other way.
        if there is not None and back is None:
            found.append(Reason(Why.ONE_WAY))
    if not (one.remote if seat.job.remote else one.on_site):
        found.append(Reason(Why.DELIVERY))
    if not one.tested:
        found.append(Reason(Why.UNTESTED))
    day = seat.job.starts_at.astimezone(ZoneInfo(one.zone)).date()
    if not any(ends is None or ends >= day for ends in one.credentials):
        # Rare languages have no credential at all.
        if seat.needs_credential:
            found.append(Reason(Why.CREDENTIAL))
        elif one.credentials:
            found.append(Reason(Why.CREDENTIAL_ENDS))
    return found


def _how_much(one: Somebody, job: Job) -> list[Reason]:
    zone = ZoneInfo(one.zone)
    day = job.starts_at.astimezone(zone).date()
    days = [(other.starts_at.astimezone(zone).date(), other.minutes) for other in one.jobs]
    of_day = job.minutes + sum(minutes for when, minutes in days if when == day)
    of_week = job.minutes + sum(minutes for when, minutes in days if when.isocalendar()[:2] == day.isocalendar()[:2])
    found = []
    if one.most_day is not None and of_day > one.most_day:
        found.append(Reason(Why.TOO_MUCH_DAY))
    if one.most_week is not None and of_week > one.most_week:
        found.append(Reason(Why.TOO_MUCH_WEEK))
    return found
