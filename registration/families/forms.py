"""The registration form: what a family types, what is wrong with it, and the answers it comes to."""

import difflib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import lazy_gettext
from wtforms import Field, HiddenField

from registration import languages, phones
from registration.families.answers import Answers
from registration.families.models import Attendance, Need
from registration.forms import Contact, Count, Form, Line, Lines, has_letters
from registration.i18n import gettext
from registration.mail.address import ascii_address
from registration.meetings.models import Meeting

MOST_PEOPLE = 20
MOST_LANGUAGES = 6

# In isolates: after Arabic letters its groups would otherwise be shown in reverse (UAX 9, rule W2).
EXAMPLE = "\u2066303 555 0148\u2069"

COMMON_DOMAINS = (
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "aol.com",
    "live.com",
    "msn.com",
    "comcast.net",
    "protonmail.com",
)


class Choices(Field):  # type: ignore[misc] # WTForms has no annotations
    """Values of one name, as often as it was sent; blanks dropped, each once. Unknown ones are the form's to refuse."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = list(dict.fromkeys(str(value) for value in valuelist if str(value).strip()))

    def process_data(self, value: Iterable[str] | None) -> None:
        self.data = list(value or ())


class RegistrationForm(Form):
    """The questions of the registration page. `check_for` finds what is wrong at one meeting."""

    name = Line(lazy_gettext("Name"), most=128)
    phone = Contact(lazy_gettext("Phone"), most=40)
    email = Contact(lazy_gettext("Email"), most=254)
    interpretation = Choices()
    other_language = Line(lazy_gettext("Another language or dialect"), most=128)
    listeners = Count(lazy_gettext("Interpreter"), least=1, most=MOST_PEOPLE)
    adults = Count(lazy_gettext("Adults"), most=MOST_PEOPLE)
    children = Count(lazy_gettext("Children"), most=MOST_PEOPLE)
    attendance = HiddenField()
    needs = Choices()
    needs_other = Lines(lazy_gettext("Other needs"), most=1000)
    childcare_children = Count(lazy_gettext("Childcare"), most=MOST_PEOPLE)
    question = Lines(lazy_gettext("Your question"), most=2000)
    contact_language = HiddenField()
    submission_id = HiddenField()

    _phone: str | None = None
    _email: str | None = None

    def check_for(self, meeting: Meeting, locale: str, childcare: bool) -> bool:
        """Whether these answers can stand for `meeting`; words at the fields otherwise."""
        self.validate()
        self._meeting, self._locale, self._childcare = meeting, locale, childcare
        self._check_name()
        self._check_contact()
        self._check_interpretation()
        self._check_people()
        self._check_attendance()
        self._check_needs()
        self._check_contact_language()
        return not self.errors

    def answers(self) -> Answers:
        """The answers of a form that has passed `check_for`."""
        spoken, other = self._wanted()
        return Answers(
            name=self.name.data,
            email=self._email,
            phone=self._phone,
            adults=1 if self.adults.data is None else self.adults.data,
            children=self.children.data or 0,
            attendance=self._attendance(),
            spoken=spoken,
            other_language=other,
            listeners=self.listeners.data or 1,
            call_me="call" in self.interpretation.data,
            contact_language=self._contact_language(),
            locale=self._page_language(),
            needs=tuple(sorted(self.needs.data)),
            needs_other=self.needs_other.data or "",
            childcare_children=(self.childcare_children.data or 0) if self._childcare else 0,
            question=self.question.data or "",
        )

    def no_room(self) -> None:
        """Say that the larger party, or the other way to attend, does not fit."""
        words = gettext("There is no room for this change. Your places are kept as they were. Please call us.")
        self._wrong(self.adults, words)

    def _wrong(self, field: Field, words: str) -> None:
        field.errors = [*field.errors, words]

    def _check_name(self) -> None:
        if not has_letters(self.name.data or ""):
            self._wrong(self.name, gettext("Write the name we should use for you"))

    def _check_contact(self) -> None:
        if not self.phone.data and not self.email.data:
            self._wrong(self.phone, gettext("Give a phone number or an email, so that we can reach you"))
            return
        if self.phone.data and not self.phone.errors:
            try:
                self._phone = phones.read(self.phone.data, current_app.config["PHONE_REGION"])
            except phones.NotATelephone:
                words = gettext("Write the phone number with its area code, for example %(example)s", example=EXAMPLE)
                self._wrong(self.phone, words)
        if self.email.data and not self.email.errors:
            try:
                # Few mail servers carry letters of other scripts before the @: such an address would get nothing.
                found = validate_email(self.email.data, check_deliverability=False, allow_smtputf8=False)
                ascii_address(found.normalized)
                self._email = found.normalized
            except (EmailNotValidError, UnicodeError):
                self._wrong(self.email, gettext("Write the email like this: name@example.org"))

    def _wanted(self) -> tuple[tuple[str, ...], str]:
        chosen = self.interpretation.data
        floor = self._meeting.floor_language
        spoken = tuple(sorted(tag for tag in chosen if tag in languages.LANGUAGES and tag != floor))
        return spoken, self.other_language.data or ""

    def _check_interpretation(self) -> None:
        chosen = self.interpretation.data
        typed = bool(self.other_language.data)
        field = self.interpretation
        if not chosen and not typed:
            self._wrong(field, gettext("Say whether you need an interpreter"))
        unknown = [one for one in chosen if one not in ("none", "other", "call") and not _can_be_asked_for(one)]
        if unknown or len(chosen) > MOST_LANGUAGES:
            self._wrong(field, gettext("Choose a language from the list, or write it in your own words"))
        elif "none" in chosen and (len(chosen) > 1 or typed):
            self._wrong(field, gettext("Choose either a language or “No, I do not need an interpreter”, not both"))
        if "other" in chosen and not typed:
            self._wrong(self.other_language, gettext("Write which language you need"))
        if "call" in chosen and not self.phone.data:
            self._wrong(self.phone, gettext("Give a phone number, so that we can call you"))

    def _check_people(self) -> None:
        if self.adults.errors or self.children.errors:
            return
        adults = 1 if self.adults.data is None else self.adults.data
        people = adults + (self.children.data or 0)
        if people < 1:
            self._wrong(self.adults, gettext("Write how many people come, at least 1"))
        if people > MOST_PEOPLE:
            self._wrong(
                self.adults, gettext("At most %(most)s people can register together. Please call us.", most=MOST_PEOPLE)
            )

    def _attendance(self) -> Attendance:
        if self.attendance.data:
            return Attendance(self.attendance.data)
        return Attendance.IN_PERSON if self._meeting.in_person else Attendance.ONLINE

    def _check_attendance(self) -> None:
        held = {Attendance.IN_PERSON: self._meeting.in_person, Attendance.ONLINE: self._meeting.online}
        try:
            if held[self._attendance()]:
                return
        except ValueError:
            pass
        self._wrong(self.attendance, gettext("This meeting is not held that way. Choose another one."))

    def _check_needs(self) -> None:
        if any(need not in set(Need) for need in self.needs.data):
            self._wrong(self.needs, gettext("Choose from the list, or write what you need in your own words"))

    def _contact_language(self) -> str:
        return self.contact_language.data or self._locale

    def _page_language(self) -> str:
        """The language of later pages and mails: the one chosen where we write it, else the one of this page."""
        chosen = self._contact_language()
        return chosen if chosen in current_app.config["LANGUAGES"] else self._locale

    def _check_contact_language(self) -> None:
        chosen = self._contact_language()
        if chosen not in languages.LANGUAGES or languages.LANGUAGES[chosen].modality == "signed":
            self._wrong(self.contact_language, gettext("Choose a language from the list"))
        elif chosen not in current_app.config["LANGUAGES"] and not self.phone.data:
            words = gettext(
                "We cannot write in this language yet. Choose another one, or go back and give a phone number."
            )
            self._wrong(self.contact_language, words)


def _can_be_asked_for(tag: str) -> bool:
    language = languages.LANGUAGES.get(tag)
    return language is not None and language.spoken


def likely_address(address: str) -> str | None:
    """The address that was probably meant, where the domain looks like a mistyped common one."""
    local, _, domain = address.rpartition("@")
    close = _close_to(domain.casefold())
    return f"{local}@{close}" if close else None


@lru_cache(maxsize=1024)
def _close_to(domain: str) -> str | None:
    if domain in COMMON_DOMAINS:
        return None
    return next(iter(difflib.get_close_matches(domain, COMMON_DOMAINS, n=1, cutoff=0.85)), None)
