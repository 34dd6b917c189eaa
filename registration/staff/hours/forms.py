"""The forms of hours: when somebody came and went, and the minutes that are approved."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext

from registration import local
from registration.forms import Count, Form, HiddenNumber, Line
from registration.i18n import gettext
from registration.interpretation.day.approving import Hours
from registration.interpretation.models import Assignment
from registration.meetings.models import Meeting

MOST_MINUTES = 24 * 60
ONE_DAY = timedelta(days=1)


class EnterForm(Form):
    """When somebody came and when their work was done, by the clock of the meeting."""

    version = HiddenNumber()
    arrived = Line(lazy_gettext("Arrived at"), most=20)
    ended = Line(lazy_gettext("Finished at"), most=20)

    def hours(self, row: Assignment, meeting: Meeting) -> Hours | None:
        """What was written; None where it cannot be kept."""
        self.validate()
        found = [self._moment(name, row.starts_at, meeting.time_zone) for name in ("arrived", "ended")]
        if self.errors or found[0] is None or found[1] is None:
            return None
        # A meeting that goes past midnight ends on the next day.
        return Hours(found[0], found[1] if found[1] > found[0] else found[1] + ONE_DAY)

    def _moment(self, name: str, starts_at: datetime, zone: str) -> datetime | None:
        field = self[name]
        try:
            return local.moment(local.day_of(starts_at, zone), local.read_time(field.data or ""), zone)
        except (local.NoTime, local.Skipped, local.Twice):
            field.errors = [gettext("%(field)s: write a time, for example 5:30 pm.", field=field.label.text)]
            return None


class ApproveForm(Form):
    """The minutes that are approved."""

    version = HiddenNumber()
    minutes = Count(lazy_gettext("Minutes"), least=0, most=MOST_MINUTES)
    reason = Line(lazy_gettext("Why other minutes?"), most=300)

    def check(self) -> bool:
        """Whether there is a number."""
        self.validate()
        if self.minutes.data is None and not self.minutes.errors:
            words = gettext("%(field)s: please write a number, for example 2.", field=self.minutes.label.text)
            self.minutes.errors = [words]
        return not self.errors
