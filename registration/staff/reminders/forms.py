"""The form of a reminder rule: what can be wrong, in words, at the field."""

from datetime import time
from functools import cache
from typing import Any

from flask_babel import lazy_gettext
from wtforms import RadioField

from registration.forms import Count, Form, HiddenNumber
from registration.i18n import gettext
from registration.reminders.models import ReminderRule, RuleKind
from registration.staff.reminders.written import Written
from registration.staff.telling.audience import AudienceForm, audience_data
from registration.staff.telling.own_words import OwnWordsForm, word_fields
from registration.staff.writing.fields import Time

MOST_DAYS, MOST_HOURS = 60, 168


class Press(Form):
    """A button about a rule or a run as it was shown."""

    version = HiddenNumber()


class RuleForm(AudienceForm, OwnWordsForm):
    """A rule. Made by `rule_form`, which adds the words in each page language."""

    version = HiddenNumber()
    kind = RadioField(lazy_gettext("Text"), validate_choice=False)
    days_before = Count(lazy_gettext("Days before"), most=MOST_DAYS)
    at_time = Time(lazy_gettext("Time of day"))
    hours_before = Count(lazy_gettext("Hours before"), least=1, most=MOST_HOURS)
    quiet_from = Time(lazy_gettext("No mail from"))
    quiet_to = Time(lazy_gettext("No mail until"))

    def check_for(self) -> bool:
        """Whether it can be kept; all that is wrong is said at its field."""
        self.validate()
        if self.kind.data not in set(RuleKind):
            self.wrong("kind", gettext("Choose what the reminder says"))
        if self.days_before.data is None and self.hours_before.data is None and not self.days_before.errors:
            self.wrong("days_before", gettext("Write how many days or hours before the meeting"))
        if self.days_before.data is not None and not self.at_time.data:
            self.wrong("at_time", gettext("Write at what time of day"))
        for name in ("quiet_from", "quiet_to"):
            if not self[name].data:
                self.wrong(name, gettext("%(field)s: please write a time, for example 5:30 PM.",
                                         field=self[name].label.text))  # fmt: skip
        self.check_audience()
        if self.kind.data == RuleKind.OWN:
            self.check_words()
        return not self.errors

    def written(self) -> Written:
        """What a form that fits says."""
        days = self.days_before.data
        return Written(
            kind=RuleKind(self.kind.data),
            days_before=days,
            at_time=minutes(self.at_time.read) if days is not None else None,
            hours_before=self.hours_before.data,
            quiet_from=minutes(self.quiet_from.read),
            quiet_to=minutes(self.quiet_to.read),
            audience=self.audience(),
            words=self.words() if self.kind.data == RuleKind.OWN else {},
        )


@cache
def rule_form(tags: tuple[str, ...]) -> type[RuleForm]:
    """The form with own words in the page languages `tags`, the district's own first."""
    return type("RuleFormOf", (RuleForm,), {"tags": tags, **word_fields(tags)})


def minutes(at: time) -> int:
    """Minutes after midnight."""
    return at.hour * 60 + at.minute


def clock_time(after_midnight: int | None) -> str:
    """A time of day as the box of a form holds it; "" for none."""
    return "" if after_midnight is None else f"{after_midnight // 60:02}:{after_midnight % 60:02}"


def filled(rule: ReminderRule) -> dict[str, Any]:
    """What the form of a rule shows, its words aside."""
    return {
        "version": rule.version,
        "kind": rule.kind,
        "days_before": rule.days_before,
        "at_time": clock_time(rule.at_time),
        "hours_before": rule.hours_before,
        "quiet_from": clock_time(rule.quiet_from),
        "quiet_to": clock_time(rule.quiet_to),
        **audience_data(rule.audience),
    }
