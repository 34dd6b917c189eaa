"""The form of what an administrator sets for the whole district."""

from math import floor
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext
from wtforms import HiddenField, SelectMultipleField, StringField

from registration import colours, phones, web
from registration.accounts.forms import read_email
from registration.forms import Contact, Count, Form
from registration.i18n import gettext
from registration.meetings.models import District
from registration.staff.settings.answers import Settings
from registration.staff.texts.shown import language_name

# With an extension a number may be longer than the column.
LONGEST_PHONE = 20


class SettingsForm(Form):
    """All settings but the texts. `check_for` says whether it can be kept; then `settings()` gives it."""

    version = HiddenField()
    phone = Contact(lazy_gettext("Phone"), most=40)
    email = Contact(lazy_gettext("Email"), most=254)
    spoken_notice_days = Count(lazy_gettext("Days of notice for a spoken language"), least=0, most=90)
    signed_notice_days = Count(lazy_gettext("Days of notice for a sign language"), least=0, most=120)
    tell_by_days = Count(lazy_gettext("Days before the meeting when we tell families"), least=0, most=30)
    retention_days = Count(lazy_gettext("Days after the meeting when answers are deleted"), least=1, most=365)
    languages = SelectMultipleField(lazy_gettext("Page languages"), validate_choice=False)
    accent = StringField(lazy_gettext("Accent colour"))

    def check_for(self) -> bool:
        """Whether it can be kept."""
        self.validate()
        self._phone = self._email = ""
        self._accent: str | None = None
        self._check_contact()
        for field in (self.spoken_notice_days, self.signed_notice_days, self.tell_by_days, self.retention_days):
            if field.data is None and not field.errors:
                field.errors = [gettext("%(field)s: please write a number, for example 2.", field=field.label.text)]
        self._check_languages()
        self._check_accent()
        return not self.errors

    def _check_contact(self) -> None:
        try:
            self._phone = phones.read(self.phone.data or "", current_app.config["PHONE_REGION"])
        except phones.NotATelephone:
            self._phone = ""
        if not 0 < len(self._phone) <= LONGEST_PHONE:
            self.phone.errors = [gettext("Write the phone number that families call, for example 303 555 0100")]
        self._email = read_email(self.email.data) or ""
        if not self._email:
            self.email.errors = [gettext("Write the email of the office, for example office@example.org")]

    def _check_languages(self) -> None:
        first = web.installed()[0]
        if any(tag not in web.installed() for tag in self.languages.data or []):
            self.languages.errors = [gettext("Choose from the list")]
        elif first not in (self.languages.data or []):
            words = gettext("%(language)s is always offered: all other texts are translated from it.",
                            language=language_name(first))  # fmt: skip
            self.languages.errors = [words]

    def _check_accent(self) -> None:
        if not (self.accent.data or "").strip():
            return
        try:
            self._accent = colours.read(self.accent.data)
        except colours.NotAColour:
            self.accent.errors = [gettext("Write the colour as # and six digits or letters from a to f: #0b5161")]
            return
        found = colours.contrasts(self._accent)
        if not found.enough:
            self.accent.errors = [
                gettext(
                    "Words in this colour are hard to read. The contrast is %(white)s:1 on white and %(tint)s:1 on "
                    "pale ground. It must be at least 4.5:1. Choose a darker colour.",
                    white=_ratio(found.white),
                    tint=_ratio(min(found.wash, found.tint)),
                )
            ]

    def settings(self) -> Settings:
        """What was chosen. Only after `check_for` said yes."""
        wanted = [tag for tag in web.installed() if tag in self.languages.data]
        return Settings(
            phone=self._phone,
            email=self._email,
            spoken_notice_days=self.spoken_notice_days.data or 0,
            signed_notice_days=self.signed_notice_days.data or 0,
            tell_by_days=self.tell_by_days.data or 0,
            retention_days=self.retention_days.data or 0,
            # All of them: also those that are installed later.
            offered_languages=None if wanted == web.installed() else wanted,
            accent=None if self._accent == colours.BUILT_IN else self._accent,
        )


def _ratio(contrast: float) -> str:
    # Cut, not rounded: 4.49 is not 4.5.
    return f"{floor(contrast * 10) / 10:.1f}"


def shown(district: District | None) -> dict[str, Any]:
    """The settings as the form shows them."""
    if district is None:
        return {"version": "0", "languages": web.installed(), "accent": "", "spoken_notice_days": 14,
                "signed_notice_days": 28, "tell_by_days": 3, "retention_days": 30}  # fmt: skip
    return {
        "version": str(district.version),
        "phone": phones.display(district.phone) if district.phone else "",
        "email": district.email,
        "spoken_notice_days": district.spoken_notice_days,
        "signed_notice_days": district.signed_notice_days,
        "tell_by_days": district.tell_by_days,
        "retention_days": district.retention_days,
        "languages": district.offered_languages or web.installed(),
        "accent": district.accent or "",
    }
