"""The way into an online meeting, for one family. Read for that family alone: it never stands on a public page."""

from dataclasses import dataclass

from sqlalchemy import select

from registration.extensions import db
from registration.families import demand
from registration.families.models import Attendance, Registration, Status
from registration.meetings.models import MeetingStatus, OnlineAccess

# A short passcode could be part of any word or number, so it is not blanked wherever it stands.
SECRET_LENGTH = 4


@dataclass(frozen=True, slots=True)
class WayIn:
    """Link, telephone number and passcode; each may be empty."""

    link: str
    dial_in: str
    passcode: str

    @property
    def secrets(self) -> list[str]:
        """What is not kept of a mail that was sent."""
        return [text for text in (self.link, self.dial_in, self.passcode) if len(text) >= SECRET_LENGTH]


def way_in(registration: Registration) -> WayIn | None:
    """How a family with a place online gets in, by the language it listens in where that has a way of its own.

    Needs the registration's meeting, requests and their events loaded.
    """
    online = registration.attendance == Attendance.ONLINE and registration.status == Status.REGISTERED
    if not online or registration.meeting.status != MeetingStatus.SCHEDULED:
        return None
    query = select(OnlineAccess).where(OnlineAccess.meeting_id == registration.meeting_id)
    rows = {row.language: row for row in db.session.scalars(query) if row.link or row.dial_in}
    for language in (*(request.language for request in demand.active(registration)), ""):
        if (row := rows.get(language)) is not None:
            return WayIn(row.link, row.dial_in, row.passcode)
    return None
