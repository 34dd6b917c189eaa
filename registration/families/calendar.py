"""A family's meeting as a calendar file (RFC 5545): one UID for ever, SEQUENCE grows with every change."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from icalendar import Calendar, Event, vText

from registration import i18n
from registration.families.models import Attendance, Registration, Status
from registration.i18n import gettext
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.shown import MeetingView


def uid(registration: Registration) -> str:
    """The same for a registration for ever, and says nothing of it."""
    digest = hashlib.sha256(registration.public_id.encode()).hexdigest()[:24]
    return f"{digest}@{_host()}"


def _host() -> str:
    return str(urlsplit(current_app.config["BASE_URL"]).hostname)


def called_off(registration: Registration, meeting: Meeting) -> bool:
    """Whether the meeting leaves the family's calendar; a new date brings it back under the same UID."""
    return registration.status == Status.WITHDRAWN or meeting.status != MeetingStatus.SCHEDULED


# What stands in a file in the place of what is one family's own, as long as that is: lines are folded by length.
_UID, _CODE, _SEQUENCE = "u" * 24, "C" * 6, 999_999_937
_WRITTEN = datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)
_PLACES = (_UID, _CODE, str(_SEQUENCE), f"{_WRITTEN:%Y%m%dT%H%M%SZ}")
# Making a file takes longer than all else of a mail together; those of one meeting differ in these four places.
_made: dict[tuple[object, ...], tuple[MeetingView, str | None]] = {}
MOST_MADE = 256


def calendar_file(registration: Registration, meeting: Meeting, view: MeetingView) -> bytes:
    """The file, in the language of `view`; cancelled when the family or the district has called it off."""
    written = registration.changed_at or registration.created_at
    written = max(written, view.change.at) if view.change else written
    sequence = registration.calendar_sequence + meeting.calendar_sequence
    own = (uid(registration).partition("@")[0], registration.code, str(sequence), f"{written:%Y%m%dT%H%M%SZ}")
    online = registration.attendance != Attendance.IN_PERSON
    cancelled = called_off(registration, meeting)
    status = _status(registration, cancelled)
    text = _kept((id(view), i18n.speaking(), online, status), view, lambda: _file(_PLACES, view, online, status))
    if text is None:
        return _file(own, view, online, status).encode()
    for place, value in zip(_PLACES, own, strict=True):
        text = text.replace(place, value)
    return text.encode()


def _kept(key: tuple[object, ...], view: MeetingView, make: Callable[[], str]) -> str | None:
    """The file with its places to fill; None where a place is not in it exactly once, in one line."""
    kept = _made.get(key)
    # The view itself is kept too: another one may get its number once it is gone.
    if kept is None or kept[0] is not view:
        if len(_made) >= MOST_MADE:
            _made.clear()
        text = make()
        once = all(text.count(place) == 1 for place in _PLACES)
        kept = _made[key] = (view, text if once else None)
    return kept[1]


def _file(own: tuple[str, str, str, str], view: MeetingView, online: bool, status: str) -> str:
    digest, code, sequence, written = own
    event = Event()
    event.add("uid", f"{digest}@{_host()}")
    event.add("sequence", int(sequence))
    event.add("dtstamp", datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
    zone = ZoneInfo(view.time_zone)
    event.add("dtstart", view.starts_at.astimezone(zone))
    event.add("dtend", view.ends_at.astimezone(zone))
    event.add("summary", vText(view.title.text, params={"LANGUAGE": view.title.lang}))
    here = None if online else view.place
    event.add("location", f"{here.line}, {here.address}" if here else gettext("Online"))
    event.add("description", gettext("Your code: %(code)s", code=code))
    event.add("status", status)
    event.add("transp", "OPAQUE")
    calendar = Calendar()
    calendar.add("prodid", "-//Community Meetings//Registration//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if status == "CANCELLED" else "PUBLISH")
    calendar.add_component(event)
    # Only the rules around the meeting: telephones choke on those of seventy years.
    calendar.add_missing_timezones(
        first_date=view.starts_at.date() - timedelta(days=366), last_date=view.ends_at.date() + timedelta(days=366)
    )
    return bytes(calendar.to_ical()).decode()


def _status(registration: Registration, cancelled: bool) -> str:
    if cancelled:
        return "CANCELLED"
    return "TENTATIVE" if registration.status == Status.WAITING else "CONFIRMED"
