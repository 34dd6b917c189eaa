"""The form that shows a meeting to families, or takes it back."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField

from registration.forms import Form


class PublishForm(Form):
    """What is said before a meeting is published."""

    version = HiddenField()
    with_missing = BooleanField(lazy_gettext("Publish although texts are missing"))
    with_unreviewed = BooleanField(lazy_gettext("Show what nobody has reviewed too"))


class UnpublishForm(Form):
    """A button."""

    version = HiddenField()
