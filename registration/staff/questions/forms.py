"""The form of a question that interpreters may read."""

from flask_babel import lazy_gettext
from wtforms import BooleanField

from registration.forms import Form, Lines
from registration.i18n import gettext


class ReleaseForm(Form):
    """Whether interpreters may read a question, and in which words."""

    released = BooleanField()
    text = Lines(lazy_gettext("What interpreters read"), most=2000)

    def check(self) -> bool:
        """Whether it can be kept."""
        self.validate()
        if self.released.data and not self.text.data:
            self.text.errors = [gettext("Write what interpreters may read")]
        return not self.errors
