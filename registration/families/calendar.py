"""A family's meeting as a calendar file (RFC 5545): one UID for ever, SEQUENCE grows with every change."""

from collections.abc import Callable
from datetime import UTC, datetime

from icalendar import vText

from registration import calendars, i18n
from registration.families.models import Attendance, Registration, Status
from registration.i18n import gettext
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.shown import MeetingView


def uid(registration: Registration) -> str:
    """The same for a registration for ever, and says nothing of it."""
    return f"{calendars.digest_of(registration.public_id)}@{calendars.host()}"


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
    stamp = datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    event = calendars.event(digest, int(sequence), stamp, starts=view.starts_at, ends=view.ends_at, zone=view.time_zone)
    event.add("summary", vText(view.title.text, params={"LANGUAGE": view.title.lang}))
    here = None if online else view.place
    event.add("location", f"{here.line}, {here.address}" if here else gettext("Online"))
    event.add("description", gettext("Your code: %(code)s", code=code))
    event.add("status", status)
    event.add("transp", "OPAQUE")
    method = "CANCEL" if status == "CANCELLED" else "PUBLISH"
    return calendars.calendar([event], method, [view.starts_at.date(), view.ends_at.date()]).decode()


def _status(registration: Registration, cancelled: bool) -> str:
    if cancelled:
        return "CANCELLED"
    return "TENTATIVE" if registration.status == Status.WAITING else "CONFIRMED"
