"""What a district's rules say in figures: team sizes, time before and between jobs, pay. Pure.

Sources and districts differ, so figures belong to a named profile and nothing else in the program holds one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from registration.meetings.models import Mode


class Profile(StrEnum):
    """A set of figures: three that others use, and the district's own."""

    DISTRICT = "district"
    COURT = "court"
    CONFERENCE = "conference"
    OWN = "own"


# The first one of a new installation.
FIRST = Profile.COURT


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a profile. Minutes, unless a name says otherwise.

    `*_alone`: up to so long one interpreter is enough. `consecutive_least`: shorter meetings lose too much by saying
    everything twice.
    """

    simultaneous_alone: int
    consecutive_alone: int
    sign_alone: int
    whispered_most: int = 2
    consecutive_least: int = 90
    call_time: int = 15
    travel: int = 45
    remote_rest: int = 15
    paid_minimum: int = 120
    paid_when_cancelled_hours: int = 24
    answer_hours: int = 8
    workday_starts: int = 8 * 60
    workday_ends: int = 17 * 60


FIGURES: Mapping[Profile, Figures] = {
    Profile.DISTRICT: Figures(120, 120, 120, whispered_most=3, consecutive_least=75, paid_minimum=90),
    Profile.COURT: Figures(30, 60, 60, paid_when_cancelled_hours=48),
    Profile.CONFERENCE: Figures(40, 0, 60, paid_when_cancelled_hours=48),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The profile in force, with its figures."""

    profile: Profile
    figures: Figures


def policy(profile: Profile, own: Mapping[str, Any] | None = None) -> Policy:
    """The policy of a profile; `own`: figures of the district's own, those missing are of the first profile."""
    if profile is not Profile.OWN:
        return Policy(profile, FIGURES[profile])
    known = {field.name for field in fields(Figures)}
    given = {name: value for name, value in (own or {}).items() if name in known and isinstance(value, int)}
    return Policy(profile, replace(FIGURES[FIRST], **given))


def plain(figures: Figures) -> dict[str, int]:
    """The figures by name, as they are kept."""
    return asdict(figures)


@dataclass(frozen=True, slots=True)
class Rule:
    """How many interpret one service, and why: one is enough up to `alone` minutes (0: never)."""

    size: int
    mode: Mode
    minutes: int
    alone: int


def team(figures: Figures, mode: Mode, minutes: int) -> Rule:
    """The team that a service of `minutes` needs."""
    alone = {
        Mode.SIMULTANEOUS: figures.simultaneous_alone,
        Mode.WHISPERED: figures.simultaneous_alone,
        Mode.CONSECUTIVE: figures.consecutive_alone,
        Mode.SIGN: figures.sign_alone,
        # A captioner writes alone.
        Mode.CAPTIONING: minutes,
    }[mode]
    return Rule(1 if minutes <= alone else 2, mode, minutes, alone)


class Caution(StrEnum):
    """What is unwise about a service."""

    TOO_SHORT = "too_short"
    TWO_CONSECUTIVE = "two_consecutive"
    WHISPERED_MANY = "whispered_many"


def cautions(
    figures: Figures, mode: Mode, minutes: int, *, others: Sequence[Mode], in_the_room: bool, listeners: int
) -> list[Caution]:
    """What is unwise: `others` are the modes of the meeting's other services, `listeners` those of this language."""
    found = []
    if mode is Mode.CONSECUTIVE and minutes < figures.consecutive_least:
        found.append(Caution.TOO_SHORT)
    if mode is Mode.CONSECUTIVE and in_the_room and Mode.CONSECUTIVE in others:
        found.append(Caution.TWO_CONSECUTIVE)
    if mode is Mode.WHISPERED and listeners > figures.whispered_most:
        found.append(Caution.WHISPERED_MANY)
    return found


def call_time(figures: Figures, starts_at: datetime) -> datetime:
    """When interpreters are to be there."""
    return starts_at - timedelta(minutes=figures.call_time)


def after_working_hours(figures: Figures, start: datetime, hours: int, zone: str) -> datetime:
    """The moment `hours` working hours (Monday to Friday) after `start`, in the zone of the district."""
    here = ZoneInfo(zone)
    left, at = timedelta(hours=hours), start.astimezone(here)
    while True:
        opens, closes = (_at(at, minute, here) for minute in (figures.workday_starts, figures.workday_ends))
        if at.weekday() < 5 and at < closes:
            begin = max(at, opens)
            if closes - begin >= left:
                return (begin.astimezone(start.tzinfo)) + left
            left -= closes - begin
        at = _at(at + timedelta(days=1), figures.workday_starts, here)


def _at(day: datetime, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day.date(), time(minute // 60 % 24, minute % 60), zone)


@dataclass(frozen=True, slots=True)
class Pay:
    """What a job is paid, in cents; `minimum` in minutes."""

    rate: int
    minimum: int
    travel: int

    def of(self, minutes: int, *, on_site: bool) -> int:
        """What so many minutes are paid, never less than the minimum, with travel to the place."""
        return round(self.rate * max(minutes, self.minimum) / 60) + (self.travel if on_site else 0)


def payable(figures: Figures, pay: Pay, starts_at: datetime, minutes: int, now: datetime) -> int:
    """What is owed for a job called off at `now`: nothing outside of the window, travel never."""
    if starts_at - now >= timedelta(hours=figures.paid_when_cancelled_hours) or now >= starts_at + timedelta(days=1):
        return 0
    return pay.of(minutes, on_site=False)
