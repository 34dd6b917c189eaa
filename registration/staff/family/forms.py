"""The forms of what staff do on behalf of a family."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, StringField

from registration import languages, web
from registration.families.forms import RegistrationForm
from registration.forms import Form, Lines
from registration.i18n import gettext
from registration.meetings.models import Meeting


class OnBehalfForm(RegistrationForm):
    """The questions of the family's form, and what only staff are asked."""

    # Where we cannot write in the family's language: what it reads best of those we write.
    page_language = HiddenField()
    # The family is on the telephone and hears it now.
    told = BooleanField()

    def check_on_behalf(self, meeting: Meeting, childcare: bool) -> bool:
        """`check_for` in the language that the family reads, which staff chose."""
        reads = self.page_language.data
        good = self.check_for(meeting, reads if reads in web.offered() else web.offered()[0], childcare)
        if reads not in web.offered():
            self.page_language.errors = [gettext("Choose a language from the list")]
            return False
        return good


class ButtonForm(Form):
    """A button, and whether the family hears it now."""

    told = BooleanField()


class LanguageForm(Form):
    """Which language a family's own words mean."""

    language = StringField()

    def choose(self) -> bool:
        """Whether a language of the list is chosen."""
        self.validate()
        known = languages.LANGUAGES.get(self.language.data or "")
        if known is None or not known.spoken:
            self.language.errors = [gettext("Choose a language from the list")]
        return not self.errors


class NoteForm(Form):
    """What an interpreter must know of the family's language; `seen`: a hash of the note that was shown."""

    note = Lines(lazy_gettext("Note on the language"), most=500)
    seen = HiddenField()


class DoubtForm(Form):
    """What to do about "this is not me"."""

    decision = StringField()
    note = Lines(lazy_gettext("Note for staff"), most=1000)

    @property
    def said(self) -> str:
        """`withdraw`, `keep`, or "" for anything else."""
        return self.decision.data if self.decision.data in ("withdraw", "keep") else ""
