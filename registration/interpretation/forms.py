"""The forms of an interpreter's own pages."""

from flask_babel import lazy_gettext
from wtforms import HiddenField

from registration.forms import Form, Line


class AnswerForm(Form):
    """Yes or no to what a job asks; a no may have a reason."""

    answer = HiddenField()
    reason = Line(lazy_gettext("Why not?"), most=300)
