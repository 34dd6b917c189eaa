"""A family's meeting as a calendar file (RFC 5545): one UID for ever, SEQUENCE grows with every change."""

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from icalendar import Calendar, Event, vText

from registration.families.models import Attendance, Registration, Status
from registration.i18n import gettext
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.shown import MeetingView


def uid(registration: Registration) -> str:
    """The same for a registration for ever, and says nothing of it."""
    digest = hashlib.sha256(registration.public_id.encode()).hexdigest()[:24]
    return f"{digest}@{urlsplit(current_app.config['BASE_URL']).hostname}"


def called_off(registration: Registration, meeting: Meeting) -> bool:
    """Whether the meeting leaves the family's calendar; a new date brings it back under the same UID."""
    return registration.status == Status.WITHDRAWN or meeting.status != MeetingStatus.SCHEDULED


def calendar_file(registration: Registration, meeting: Meeting, view: MeetingView) -> bytes:
    """The file, in the language of `view`; cancelled when the family or the district has called it off."""
    cancelled = called_off(registration, meeting)
    event = Event()
    event.add("uid", uid(registration))
    event.add("sequence", registration.calendar_sequence + meeting.calendar_sequence)
    written = registration.changed_at or registration.created_at
    event.add("dtstamp", max(written, view.change.at) if view.change else written)
    zone = ZoneInfo(view.time_zone)
    event.add("dtstart", view.starts_at.astimezone(zone))
    event.add("dtend", view.ends_at.astimezone(zone))
    event.add("summary", vText(view.title.text, params={"LANGUAGE": view.title.lang}))
    here = view.place if registration.attendance == Attendance.IN_PERSON else None
    event.add("location", f"{here.line}, {here.address}" if here else gettext("Online"))
    event.add("description", gettext("Your code: %(code)s", code=registration.code))
    event.add("status", _status(registration, cancelled))
    event.add("transp", "OPAQUE")
    calendar = Calendar()
    calendar.add("prodid", "-//Community Meetings//Registration//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    # Only the rules around the meeting: telephones choke on those of seventy years.
    calendar.add_missing_timezones(
        first_date=view.starts_at.date() - timedelta(days=366), last_date=view.ends_at.date() + timedelta(days=366)
    )
    return bytes(calendar.to_ical())


def _status(registration: Registration, cancelled: bool) -> str:
    if cancelled:
        return "CANCELLED"
    return "TENTATIVE" if registration.status == Status.WAITING else "CONFIRMED"
