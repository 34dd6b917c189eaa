"""The form of the rules of interpretation."""

from wtforms import StringField

from registration.forms import Count, Form, HiddenNumber
from registration.i18n import gettext
from registration.interpretation.policy import Profile

# The figures that a district's own profile may change, and the most each can be.
OWN = {
    "simultaneous_alone": 600,
    "consecutive_alone": 600,
    "sign_alone": 600,
    "whispered_most": 20,
    "consecutive_least": 600,
    "call_time": 240,
    "travel": 600,
    "remote_rest": 240,
    "paid_minimum": 600,
    "paid_when_cancelled_hours": 336,
    "answer_hours": 80,
}


def words() -> dict[str, str]:
    """What the figures are."""
    return {
        "simultaneous_alone": gettext("Simultaneous: one is enough up to so many minutes"),
        "consecutive_alone": gettext("Consecutive: one is enough up to so many minutes"),
        "sign_alone": gettext("Sign language: one is enough up to so many minutes"),
        "whispered_most": gettext("Whispered: so many listeners at most"),
        "consecutive_least": gettext("Consecutive: a meeting shorter than this is too short, in minutes"),
        "call_time": gettext("Minutes before the meeting when interpreters come"),
        "travel": gettext("Minutes between two places"),
        "remote_rest": gettext("Minutes of rest between two online jobs"),
        "paid_minimum": gettext("Minutes paid at least"),
        "paid_when_cancelled_hours": gettext("Called off in the last so many hours, a job is paid"),
        "answer_hours": gettext("Working hours to answer an offer"),
    }


class PolicyForm(Form):
    """The profile, and the figures of the district's own."""

    version = HiddenNumber()
    profile = StringField()

    def check(self) -> bool:
        """Whether it can be kept."""
        self.validate()
        if self.profile.data not in set(Profile):
            self.profile.errors = [gettext("Choose one")]
        if self.profile.data == Profile.OWN:
            for name in OWN:
                field = self[name]
                if field.data is None and not field.errors:
                    field.errors = [gettext("%(field)s: please write a number, for example 2.", field=words()[name])]
        return not self.errors

    def own(self) -> dict[str, int]:
        """The figures that were typed."""
        return {name: self[name].data for name in OWN if self[name].data is not None}


for _name, _most in OWN.items():
    # A name of a field is its label in errors of numbers; `words` is read when it is shown.
    setattr(PolicyForm, _name, Count(_name, least=0 if _name != "answer_hours" else 1, most=_most))
