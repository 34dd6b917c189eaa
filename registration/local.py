"""Days and times as staff type them, in the zone of the meeting. Pure.

Browsers send what their own pickers hold (2027-05-03, 17:30); people type 5/3/2027 and 5:30 pm.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from registration import dates


class NoDay(ValueError):
    """What was typed is no day."""


class NoTime(ValueError):
    """What was typed is no time of day."""


class Skipped(ValueError):
    """The clocks are put forward over this time: it does not exist on that day."""


class Twice(ValueError):
    """The clocks are put back over this time: it comes twice on that day."""


def _plain(typed: str) -> str:
    digits = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in typed)
    return " ".join(digits.replace("\u00a0", " ").casefold().split())


def read_day(typed: str) -> date:
    """A day typed as 2027-05-03 or, as the US writes it, 5/3/2027. Raises NoDay."""
    text = _plain(typed)
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
            return date(int(found[3]), int(found[1]), int(found[2]))
    except ValueError as error:
        raise NoDay(typed) from error
    raise NoDay(typed)


def read_time(typed: str) -> time:
    """A time typed as 17:30, 17h30, 5:30 pm, 5.30 pm or 5 pm. Raises NoTime."""
    found = re.fullmatch(r"(\d{1,2})(?: ?[:.h] ?(\d{2}))?(?::\d{2})? ?(?:(a|p)\.? ?m\.?)?", _plain(typed))
    if found is None or not (found[2] or found[3]):
        raise NoTime(typed)
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise NoTime(typed)
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    if hour > 23 or minute > 59:
        raise NoTime(typed)
    return time(hour, minute)


def moment(day: date, at: time, zone: str) -> datetime:
    """The moment of a day and time in a zone, in UTC. Raises Skipped, Twice, and OverflowError for absurd years."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    back = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    if (back.date(), back.time()) != (day, at):
        raise Skipped(at)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise Twice(at)
    return local.astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The moment at which a day is over in a zone, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def day_of(instant: datetime, zone: str) -> date:
    """The day of a moment in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def time_of(instant: datetime, zone: str) -> time:
    """The time of day of a moment in a zone."""
    return instant.astimezone(ZoneInfo(zone)).time().replace(second=0, microsecond=0)


def last_day_before(instant: datetime, zone: str) -> date:
    """The day that `end_of` made `instant` from; of any other moment, its day."""
    return day_of(instant - timedelta(microseconds=1), zone)


def moved(instant: datetime, days: int, zone: str) -> datetime:
    """A moment some days later at the same time of day. Raises Skipped, Twice."""
    local = instant.astimezone(ZoneInfo(zone))
    return moment(local.date() + timedelta(days=days), local.time(), zone)


def weekday(day: date, tag: str) -> str:
    """Weekday, day and month of a day, in words."""
    return dates.day_month(datetime.combine(day, time(12), UTC), "UTC", tag)
