"""Forms of signing in and of one's own profile."""

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import lazy_gettext
from wtforms import StringField

from registration import languages, phones
from registration.forms import Contact, Form, Line, has_letters
from registration.i18n import gettext
from registration.mail.address import ascii_address

NAME = 128
EMAIL = 254


class ButtonForm(Form):
    """A button."""


class SignInForm(Form):
    """Where the one-time link goes."""

    email = Contact(lazy_gettext("Your email"), most=EMAIL)
    next = StringField()

    def complete(self) -> bool:
        """Whether it is an address."""
        self.validate()
        if not self.email.errors and read_email(self.email.data) is None:
            self.email.errors = [gettext("Write the email like this: name@example.org")]
        return not self.errors


class CodeForm(Form):
    """A code of the second factor, or a recovery code."""

    code = Contact(lazy_gettext("Code"), most=40)
    next = StringField()

    def wrong(self, words: str) -> None:
        """Say at the field what is wrong with the code."""
        self.code.errors = [words]


class ProfileForm(Form):
    """What somebody says of themselves."""

    name = Line(lazy_gettext("Your name"), most=NAME)
    language = StringField(lazy_gettext("Language"))
    phone = Contact(lazy_gettext("Phone number"), most=40)

    number: str | None = None

    def complete(self) -> bool:
        """Whether all of it can be kept; `number` is the telephone number then."""
        self.validate()
        if not has_letters(self.name.data or ""):
            self.name.errors = [gettext("Write your name")]
        if self.language.data not in current_app.config["LANGUAGES"]:
            self.language.errors = [gettext("Choose one of the languages")]
        if self.phone.data and not self.phone.errors:
            try:
                self.number = phones.read(self.phone.data, current_app.config["PHONE_REGION"])
            except phones.NotATelephone:
                self.phone.errors = [gettext("Write the phone number with its area code, for example 303 555 0148")]
        return not self.errors


def read_email(typed: str | None) -> str | None:
    """The address that was typed, its domain in ASCII form; None when it is no address. Nothing is looked up."""
    try:
        found = validate_email(typed or "", check_deliverability=False, allow_smtputf8=False)
        return ascii_address(found.normalized)
    except (EmailNotValidError, UnicodeError):
        return None


def page_languages() -> list[tuple[str, str]]:
    """Languages that pages are read in, as choices: tag and own name."""
    return [(tag, languages.LANGUAGES[tag].own_name) for tag in current_app.config["LANGUAGES"]]
