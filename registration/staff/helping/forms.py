"""Forms of the screen for a job in danger."""

from wtforms import StringField

from registration.forms import Form
from registration.i18n import gettext
from registration.interpretation.day.models import How


class SettleForm(Form):
    """What has settled an alarm."""

    how = StringField()

    def check(self) -> bool:
        """Whether something was chosen."""
        self.validate()
        if self.how.data not in set(How):
            self.how.errors = [gettext("Choose what settled it")]
        return not self.errors
