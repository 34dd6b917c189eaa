"""Forms about people."""

from flask import current_app
from flask_babel import lazy_gettext
from wtforms import SelectMultipleField, StringField

from registration.accounts.forms import EMAIL, NAME, read_email
from registration.accounts.roles import Role
from registration.forms import Contact, Form, HiddenNumber, Line, has_letters
from registration.i18n import gettext


class ManyOf(SelectMultipleField):  # type: ignore[misc] # WTForms has no annotations
    """Boxes to tick; what is not among them is said by whoever reads them."""

    def pre_validate(self, form: object) -> None:
        """Nothing: WTForms would say it in words of its own."""


class RolesForm(Form):
    """What somebody is here for."""

    roles = ManyOf(lazy_gettext("Roles"), validate_choice=False)
    version = HiddenNumber()

    @property
    def chosen(self) -> frozenset[Role]:
        """The roles that are ticked."""
        return frozenset(Role(role) for role in self.roles.data or [])

    def complete(self) -> bool:
        """Whether there is a role, and no unknown one."""
        self.validate()
        known = {role.value for role in Role}
        if not self.roles.data or not set(self.roles.data) <= known:
            self.roles.errors = [gettext("Choose at least one role")]
        return not self.errors


class InviteForm(RolesForm):
    """Somebody new."""

    email = Contact(lazy_gettext("Email"), most=EMAIL)
    name = Line(lazy_gettext("Name"), most=NAME)
    language = StringField(lazy_gettext("Language"))

    def complete(self) -> bool:
        """Whether somebody can be invited with it."""
        super().complete()
        if not self.name.errors and not has_letters(self.name.data or ""):
            self.name.errors = [gettext("Write the name")]
        if not self.email.errors and read_email(self.email.data) is None:
            self.email.errors = [gettext("Write the email like this: name@example.org")]
        if self.language.data not in current_app.config["LANGUAGES"]:
            self.language.errors = [gettext("Choose one of the languages")]
        return not self.errors


class PersonForm(Form):
    """A button about one person, and the version of what the reader saw."""

    version = HiddenNumber()
