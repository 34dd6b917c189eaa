"""When reminders are due, and what becomes of one whose time has come or gone. Pure: rules, meetings and `now` only.

Times of day are those of the meeting's zone; moments come and go in UTC. On a day on which the clocks change, a time of
day that there is twice means the first, and one that there is not means the moment the clocks reach from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

STILL_COMING, SAME_DAY, OWN = "still_coming", "same_day", "own"

# A reminder is of use until this long before the meeting: an interpreter can be released a day ahead.
LAST_USE = {STILL_COMING: timedelta(hours=24), SAME_DAY: timedelta(hours=1), OWN: timedelta(hours=1)}
# Whoever registered later than this before it was due has just been told all of it.
JUST_REGISTERED = {STILL_COMING: timedelta(hours=24), SAME_DAY: timedelta(hours=4), OWN: timedelta(hours=1)}
# One that came late may go out for so long at least.
GRACE = timedelta(hours=1)
# After a quiet night it is sent in the morning when so much time is left, else in the evening before.
TIME_TO_READ = timedelta(hours=2)
BEFORE_QUIET = timedelta(hours=1)


class Reason(StrEnum):
    """Why a reminder was dropped."""

    STALE = "stale"
    MADE_LATER = "made_later"
    PLAN_CHANGED = "plan_changed"
    CALLED_OFF = "called_off"
    MOVED = "moved"
    SWITCHED_OFF = "switched_off"


class Verdict(StrEnum):
    """What is to be done about a reminder now."""

    TO_COME = "to_come"
    DUE = "due"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Rule:
    """As reminders.models.ReminderRule; `since`: from when on it counts."""

    id: int
    kind: str
    days_before: int | None
    hours_before: int | None
    at_time: int | None
    quiet_from: int
    quiet_to: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting that will be held as announced. `settled_at`: when it was last published or given another time."""

    id: int
    starts_at: datetime
    time_zone: str
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One reminder of one meeting. `at`: when it goes out, later than `due_at` where that was missed."""

    rule_id: int
    meeting_id: int
    occurrence: str
    due_at: datetime
    at: datetime
    verdict: Verdict
    reason: Reason | None = None


def day_of(starts_at: datetime, time_zone: str) -> date:
    """The day of a meeting where it is held."""
    return starts_at.astimezone(ZoneInfo(time_zone)).date()


def occurrence(rule: Rule, meeting: Held) -> str:
    """What tells this reminder from the one of another day of the same meeting."""
    return f"{rule.id}:{day_of(meeting.starts_at, meeting.time_zone).isoformat()}"


def at_local(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment of a time of day, `minutes` after midnight."""
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


def due_at(rule: Rule, meeting: Held) -> datetime:
    """When the reminder goes out, outside of its quiet hours."""
    zone = ZoneInfo(meeting.time_zone)
    moments = []
    if rule.days_before is not None and rule.at_time is not None:
        day = day_of(meeting.starts_at, meeting.time_zone) - timedelta(days=rule.days_before)
        moments.append(at_local(day, rule.at_time, zone))
    if rule.hours_before is not None:
        moments.append(meeting.starts_at - timedelta(hours=rule.hours_before))
    wanted = min(moments)
    quiet = quiet_around(wanted, rule.quiet_from, rule.quiet_to, zone)
    if quiet is None:
        return wanted
    began, ends = quiet
    return ends if ends <= meeting.starts_at - TIME_TO_READ else began - BEFORE_QUIET


def quiet_until(moment: datetime, start: int, end: int, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours around a moment; None where it is not quiet."""
    quiet = quiet_around(moment, start, end, zone)
    return quiet[1] if quiet else None


def quiet_around(moment: datetime, start: int, end: int, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """From when to when it is quiet around a moment, by quiet hours in minutes after midnight; None where it is not."""
    local = moment.astimezone(zone)
    minutes = local.hour * 60 + local.minute
    over_midnight = start > end
    if start == end or not (start <= minutes < end or (over_midnight and (minutes >= start or minutes < end))):
        return None
    first = local.date() - timedelta(days=1 if over_midnight and minutes < end else 0)
    last = first + timedelta(days=1 if over_midnight else 0)
    return at_local(first, start, zone), at_local(last, end, zone)


def useful_until(rule: Rule, meeting: Held) -> datetime:
    """The last moment at which the reminder still helps."""
    late = max(meeting.starts_at - LAST_USE[rule.kind], due_at(rule, meeting) + GRACE)
    return min(late, meeting.starts_at)


def registered_until(rule: Rule, meeting: Held) -> datetime:
    """Who registered later is not reminded: it has just read all of it."""
    return due_at(rule, meeting) - JUST_REGISTERED[rule.kind]


def run(rule: Rule, meeting: Held, now: datetime) -> Run:
    """What is to be done about a reminder at `now`."""
    due = due_at(rule, meeting)
    at, verdict, reason = due, Verdict.TO_COME, None
    if due <= now:
        at = _from_now(rule, meeting, now)
        reason = _dropped(rule, meeting, due, at)
        verdict = Verdict.DROPPED if reason else Verdict.DUE if at <= now else Verdict.TO_COME
    return Run(rule.id, meeting.id, occurrence(rule, meeting), due, at, verdict, reason)


def _from_now(rule: Rule, meeting: Held, now: datetime) -> datetime:
    return quiet_until(now, rule.quiet_from, rule.quiet_to, ZoneInfo(meeting.time_zone)) or now


def _dropped(rule: Rule, meeting: Held, due: datetime, at: datetime) -> Reason | None:
    if rule.since > due:
        return Reason.MADE_LATER
    if meeting.settled_at > due:
        return Reason.PLAN_CHANGED
    return Reason.STALE if at > useful_until(rule, meeting) else None


def runs(pairs: Iterable[tuple[Rule, Held]], now: datetime) -> list[Run]:
    """All reminders of these rules and meetings, the next first."""
    return sorted((run(rule, meeting, now) for rule, meeting in pairs), key=lambda one: (one.at, one.rule_id))
