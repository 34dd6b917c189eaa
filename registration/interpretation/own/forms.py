"""The forms of an interpreter's own pages."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from wtforms import StringField

from registration import local
from registration.forms import Form, Lines
from registration.i18n import gettext

NOTE = 2000


class NoteForm(Form):
    """What staff should know of a job."""

    note = Lines(lazy_gettext("Note to staff"), most=NOTE)


class FinishForm(NoteForm):
    """When the work was done, by the clock of the meeting."""

    ended = StringField(lazy_gettext("When did you finish?"))

    def ended_at(self, starts_at: datetime, zone: str) -> datetime | None:
        """The moment that is meant: when the clock shows it first after the start. None where it is no time."""
        try:
            typed = local.read_time(self.ended.data or "")
        except local.NoTime:
            return None
        here = ZoneInfo(zone)
        start = starts_at.astimezone(here)
        at = datetime.combine(start.date(), typed, here)
        # A meeting that passes midnight ends on the next day.
        return at if at >= start.replace(second=0, microsecond=0) else _next_day(at)

    def wrong(self, words: str) -> None:
        """Say at the field what is wrong with the time."""
        self.ended.errors = [words]

    def complete(self) -> bool:
        """Whether all that is written can be kept, the time aside."""
        self.validate()
        if not (self.ended.data or "").strip():
            self.wrong(gettext("Write when you finished, for example 19:15"))
        return not self.errors


def _next_day(at: datetime) -> datetime:
    return at + timedelta(days=1)
