"""Forms of duplicates: a day for one meeting, a row for each meeting of a series."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import StringField

from registration import local
from registration.forms import Form, Line
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.staff.writing.fields import Day

# Weeks that a series is moved by when nothing else is asked for; no more than a school year.
WEEKS, MOST_WEEKS = 4, 60


def refusal(meeting: Meeting, day: date, now: datetime) -> str:
    """Why `meeting` cannot be held on `day`; "" where it can."""
    zone = meeting.time_zone
    days = (day - local.day_of(meeting.starts_at, zone)).days
    try:
        starts = local.moved(meeting.starts_at, days, zone)
        for moment in (meeting.ends_at, meeting.opens_at, meeting.closes_at, meeting.childcare_closes_at):
            if moment is not None:
                local.moved(moment, days, zone)
    except local.Skipped:
        return gettext("The clocks change on that day. The time of the meeting does not exist.")
    except local.Twice:
        return gettext("The clocks change on that day. The time of the meeting comes twice.")
    except (OverflowError, ValueError):
        return gettext("%(field)s: please write a day, for example 2027-05-03.", field=gettext("Day"))
    return gettext("This day and time are over. Choose a later one.") if starts <= now else ""


class DuplicateForm(Form):
    """The day of the copy."""

    day = Day(lazy_gettext("New day"))

    def check_for(self, meeting: Meeting, now: datetime) -> bool:
        """Whether the meeting can be held on that day."""
        self.validate()
        if not self.day.errors:
            if not self.day.data:
                self.day.errors = [gettext("Write the day of the meeting")]
            elif words := refusal(meeting, self.day.read, now):
                self.day.errors = [words]
        return not self.errors


class SeriesForm(Form):
    """What the copies belong to; the rows stand beside it, since there are as many as meetings."""

    into = StringField(lazy_gettext("Series"))
    title = Line(lazy_gettext("Title of the new series"), most=120)

    def check_for(self) -> bool:
        """Whether a new series has its title."""
        self.validate()
        if self.into.data == "new" and not self.title.data:
            self.title.errors = [gettext("%(field)s: please write it", field=self.title.label.text)]
        return not self.errors


@dataclass(slots=True)
class Row:
    """One meeting of a series and the day of its copy. `read` is None where it is not copied or has an error."""

    meeting: Meeting
    chosen: bool
    typed: str
    read: date | None = None
    error: str = ""

    @property
    def field(self) -> str:
        """The name of its box."""
        return f"day-{self.meeting.id}"


def blank_rows(meetings: list[Meeting], weeks: int, now: datetime) -> list[Row]:
    """A row for each meeting, moved by whole weeks, so that weekdays stay; those ahead are chosen."""
    ahead = any(one.ends_at > now for one in meetings)
    return [Row(one, chosen=one.ends_at > now or not ahead, typed=_day(one, weeks).isoformat()) for one in meetings]


def _day(meeting: Meeting, weeks: int) -> date:
    return local.day_of(meeting.starts_at, meeting.time_zone) + timedelta(weeks=weeks)


def sent_rows(meetings: list[Meeting], sent: MultiDict[str, str], now: datetime) -> list[Row]:
    """The rows as they were sent, each with what is wrong with it."""
    chosen = set(sent.getlist("meeting"))
    rows = [Row(one, str(one.id) in chosen, sent.get(f"day-{one.id}", "")) for one in meetings]
    for row in rows:
        if row.chosen:
            _read(row, now)
    return rows


def _read(row: Row, now: datetime) -> None:
    try:
        day = local.read_day(row.typed)
    except local.NoDay:
        row.error = gettext("%(field)s: please write a day, for example 2027-05-03.", field=gettext("Day"))
        return
    row.typed, row.error = day.isoformat(), refusal(row.meeting, day, now)
    row.read = None if row.error else day
