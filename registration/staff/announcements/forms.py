"""The forms of announcements: writing one, and sending it."""

from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, RadioField, SelectMultipleField

from registration import local
from registration.forms import Count, Form, HiddenNumber
from registration.i18n import gettext
from registration.reminders.models import Announcement
from registration.staff.announcements.written import Written
from registration.staff.telling.audience import AudienceForm, audience_data
from registration.staff.telling.own_words import OwnWordsForm, word_fields
from registration.staff.writing.fields import Day, Time

MOST_MEETINGS = 60
MOST_A_MINUTE = 10_000
NOW, LATER = "now", "later"


class Press(Form):
    """A button about an announcement as it was shown."""

    version = HiddenNumber()


def pressed() -> int | None:
    """The version that the page of a pressed button showed; None where its token is old or forged."""
    form = Press()
    return int(form.version.data or -1) if form.validate_on_submit() else None


class WritingForm(AudienceForm, OwnWordsForm):
    """An announcement. Made by `writing_form`, which adds the words in each page language."""

    version = HiddenNumber()
    meetings = SelectMultipleField(lazy_gettext("Meetings"), validate_choice=False)
    per_minute = Count(lazy_gettext("Mails a minute"), least=1, most=MOST_A_MINUTE)

    @property
    def chosen(self) -> list[int]:
        """Ids of the meetings that were chosen; what is no number is none."""
        return sorted({int(one) for one in self.meetings.data or () if one.isdecimal() and len(one) < 10})

    def check_for(self, offered: set[int]) -> bool:
        """Whether it can be kept; all that is wrong is said at its field. `offered`: meetings that can be chosen."""
        self.validate()
        if not self.chosen:
            self.meetings.errors = [gettext("Choose one meeting or more")]
        elif not set(self.chosen) <= offered:
            self.meetings.errors = [gettext("One of these meetings is over or called off. Please choose again.")]
        self.check_audience()
        self.check_words()
        return not self.errors

    def written(self) -> Written:
        """What a form that fits says."""
        return Written(
            meetings=tuple(self.chosen),
            audience=self.audience(),
            words=self.words(),
            per_minute=self.per_minute.data,
        )


@cache
def writing_form(tags: tuple[str, ...]) -> type[WritingForm]:
    """The form with words in the page languages `tags`, the district's own first."""
    return type("WritingFormOf", (WritingForm,), {"tags": tags, **word_fields(tags)})


def filled(announcement: Announcement, meeting_ids: list[int]) -> dict[str, Any]:
    """What the form of an announcement shows, its words aside."""
    return {
        "version": announcement.version,
        "meetings": [str(one) for one in meeting_ids],
        "per_minute": announcement.per_minute,
        **audience_data(announcement.audience),
    }


class SendForm(Form):
    """When to send, and what was said to be known before."""

    version = HiddenNumber()
    when = RadioField(lazy_gettext("When"), validate_choice=False)
    day = Day(lazy_gettext("Day"))
    at = Time(lazy_gettext("Time"))
    # Own words are missing in a language that families read: asked for only then.
    fallback = BooleanField(lazy_gettext("Send it all the same"))

    moment: datetime | None = None

    def check_for(self, zone: str, now: datetime, *, missing: bool) -> bool:
        """Whether it can be sent; `moment` is when, None for now. `missing`: words are missing in a language."""
        self.validate()
        self.moment = None
        if self.when.data not in (NOW, LATER):
            self.wrong("when", gettext("Choose when it is sent"))
        if self.when.data == LATER:
            self._check_moment(zone, now)
        if missing and not self.fallback.data:
            self.wrong("fallback", gettext("Words are missing in a language. Tick the box, or write them first."))
        return not self.errors

    def _check_moment(self, zone: str, now: datetime) -> None:
        if not self.day.data:
            self.wrong("day", gettext("Write the day on which it is sent"))
        if not self.at.data:
            self.wrong("at", gettext("Write at what time it is sent"))
        if self.day.errors or self.at.errors:
            return
        try:
            self.moment = local.moment(self.day.read, self.at.read, zone)
        except (local.Skipped, local.Twice):
            self.wrong("at", gettext("The clocks change at this time. Choose another one."))
        except (OverflowError, ValueError):
            self.wrong("day", gettext("%(field)s: please write a day, for example 2027-05-03.",
                                      field=self.day.label.text))  # fmt: skip
        if self.moment is not None and self.moment <= now:
            self.wrong("day", gettext("This day and time are over. Choose a later one."))

    def wrong(self, name: str, words: str) -> None:
        """Say at a field what is wrong with it; the first fault of each."""
        if not self[name].errors:
            self[name].errors = [words]
