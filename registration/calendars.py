"""What every calendar file here shares (RFC 5545): how an event is named, and the calendar around it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vRecur

# A rule must hold this many years in a row, so that "the fourth Sunday" and "the last Sunday" can be told apart.
YEARS = 8
# Changes of a zone without a yearly rule are listed so long before and after: phones choke on seventy years of them.
AROUND = timedelta(days=366)


def host() -> str:
    """What the UIDs of this installation end with."""
    return str(urlsplit(current_app.config["BASE_URL"]).hostname)


def digest_of(public_id: str) -> str:
    """The first part of a UID: the same for ever, and it says nothing of what it is for."""
    return hashlib.sha256(public_id.encode()).hexdigest()[:24]


def event(digest: str, sequence: int, written: datetime, *, starts: datetime, ends: datetime, zone: str) -> Event:
    """An event of `sequence`, written at a moment, with its times in the zone where it is held."""
    made = Event()
    made.add("uid", f"{digest}@{host()}")
    made.add("sequence", sequence)
    made.add("dtstamp", written.astimezone(UTC))
    made.add("dtstart", starts.astimezone(ZoneInfo(zone)))
    made.add("dtend", ends.astimezone(ZoneInfo(zone)))
    return made


def calendar(events: Iterable[Event], method: str, days: Sequence[date], name: str = "") -> bytes:
    """The file. `days`: some that its events are on; `name`: what programs call a calendar that they keep reading.

    Without events it still holds the district's time zone, since a calendar without components is invalid (3.6).
    """
    made = Calendar()
    made.add("prodid", "-//Community Meetings//Registration//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method)
    if name:
        made.add("name", name)
        made.add("x-wr-calname", name)
    for one in events:
        made.add_component(one)
    _add_zones(made, days)
    return bytes(made.to_ical())


def _add_zones(made: Calendar, days: Sequence[date]) -> None:
    first, last = min(days, default=date(2027, 1, 1)), max(days, default=date(2027, 1, 1))
    for name in sorted(made.get_used_tzids()) or [str(current_app.config["TIME_ZONE"])]:
        zone = by_rule(name, first.year - 1)
        made.add_component(zone or Timezone.from_tzid(name, first_date=first - AROUND, last_date=last + AROUND))


@lru_cache(maxsize=64)
def by_rule(name: str, year: int) -> Timezone | None:
    """The VTIMEZONE of a zone from `year` on, with an RRULE for each change; None where changes follow no yearly rule.

    Outlook ignores the RDATEs that would list the changes one by one, and shows the meeting an hour off.
    """
    zone = ZoneInfo(name)
    by_year = [list(_changes(zone, each)) for each in range(year, year + YEARS)]
    if len({len(changes) for changes in by_year}) != 1:
        return None
    made = Timezone()
    made.add("tzid", name)
    parts = [_observance(zone, changes) for changes in zip(*by_year, strict=True)] or [_unchanging(zone, year)]
    for part in parts:
        if part is None:
            return None
        made.add_component(part)
    return made


def _changes(zone: ZoneInfo, year: int) -> Iterator[datetime]:
    """The moments of a year, in UTC, at which the clocks change."""
    at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while at < end:
        until = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != until.astimezone(zone).utcoffset():
            yield _exactly(zone, at, until)
        at = until


def _exactly(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after.replace(second=0, microsecond=0)


def _observance(zone: ZoneInfo, changes: Sequence[datetime]) -> TimezoneDaylight | TimezoneStandard | None:
    """What begins with each of these changes, one a year; None where they are not on the same weekday of a month."""
    minute = timedelta(minutes=1)
    before, after = (changes[0] - minute).astimezone(zone), changes[0].astimezone(zone)
    # By the clock as it stood until then (RFC 5545, 3.6.5): 2 a.m. in the United States, both times.
    clock = [each.replace(tzinfo=None) + (each - minute).astimezone(zone).utcoffset() for each in changes]  # type: ignore[operator]
    if len({(each.month, each.weekday(), each.time()) for each in clock}) != 1:
        return None
    weeks = {(each.day - 1) // 7 + 1 for each in clock}
    last = all((each + timedelta(days=7)).month != each.month for each in clock)
    if len(weeks) != 1 and not last:
        return None
    weekday = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[clock[0].weekday()]
    made = _part(after, clock[0], before)
    made.add(
        "rrule",
        vRecur({"FREQ": "YEARLY", "BYMONTH": clock[0].month, "BYDAY": f"{-1 if last else min(weeks)}{weekday}"}),
    )
    return made


def _unchanging(zone: ZoneInfo, year: int) -> TimezoneDaylight | TimezoneStandard:
    start = datetime(year, 1, 1, tzinfo=zone)
    return _part(start, start.replace(tzinfo=None), start)


def _part(after: datetime, start: datetime, before: datetime) -> TimezoneDaylight | TimezoneStandard:
    made = TimezoneDaylight() if after.dst() else TimezoneStandard()
    made.add("dtstart", start)
    made.add("tzoffsetfrom", before.utcoffset())
    made.add("tzoffsetto", after.utcoffset())
    made.add("tzname", after.tzname())
    return made
