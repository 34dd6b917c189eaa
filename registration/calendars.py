"""What every calendar file here shares (RFC 5545): how an event is named, and the calendar around it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from icalendar import Calendar, Event

# The rules of a zone so long before and after: telephones choke on those of seventy years.
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
    """The file. `days`: some that its events are on; `name`: what programs call a calendar that they keep reading."""
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
    if days:
        made.add_missing_timezones(first_date=min(days) - AROUND, last_date=max(days) + AROUND)
    return bytes(made.to_ical())
