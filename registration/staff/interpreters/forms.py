"""The form of an interpreter."""

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from flask import current_app
from flask_babel import lazy_gettext
from wtforms import BooleanField, FileField, HiddenField, StringField

from registration import phones, sheets
from registration.accounts.forms import read_email
from registration.forms import Contact, Count, Form, HiddenNumber, Line, Lines, has_letters
from registration.i18n import gettext
from registration.interpretation import details, typed
from registration.interpretation.details import Details
from registration.interpretation.models import Interpreter, Kind

MONEY = re.compile(r"\$?\s*(\d{1,5})(?:[.,](\d\d))?")
MOST_BYTES = 300_000
MOST_MINUTES = 7 * 24 * 60


class InterpreterForm(Form):
    """All that staff write about one. `check` says whether it can be kept; then `details()` gives it."""

    version = HiddenNumber()
    name = Line(lazy_gettext("Name"), most=128)
    email = Contact(lazy_gettext("Email"), most=254)
    phone = Contact(lazy_gettext("Phone"), most=40)
    locale = StringField(lazy_gettext("Language"))
    kind = StringField()
    tested = BooleanField()
    preferred = BooleanField()
    blocked = BooleanField()
    on_site = BooleanField()
    remote = BooleanField()
    home_place = Line(lazy_gettext("Home place"), most=120)
    time_zone = Line(lazy_gettext("Time zone"), most=64)
    most_day = Count(lazy_gettext("Most minutes a day"), least=1, most=24 * 60)
    most_week = Count(lazy_gettext("Most minutes a week"), least=1, most=MOST_MINUTES)
    rate = Line(lazy_gettext("Rate an hour"), most=12)
    paid_minimum = Count(lazy_gettext("Paid minimum in minutes"), least=0, most=24 * 60)
    travel = Line(lazy_gettext("For the way to the place"), most=12)
    directions = Lines(lazy_gettext("Languages"), most=4000)
    proofs = Lines(lazy_gettext("Credentials"), most=4000)
    week = Lines(lazy_gettext("Hours of the week"), most=4000)
    days = Lines(lazy_gettext("Days off"), most=4000)

    def check(self) -> bool:
        """Whether it can be kept."""
        self.validate()
        self._number: str | None = None
        if not has_letters(self.name.data or ""):
            self.name.errors = [gettext("Write the name")]
        if self.email.data and read_email(self.email.data) is None:
            self.email.errors = [gettext("Write the email like this: name@example.org")]
        self._check_choices()
        if self.phone.data and not self.phone.errors:
            try:
                self._number = phones.read(self.phone.data, current_app.config["PHONE_REGION"])
            except phones.NotATelephone:
                self.phone.errors = [gettext("Write the phone number with its area code, for example 303 555 0148")]
        for field in (self.rate, self.travel):
            if field.data and MONEY.fullmatch(field.data) is None:
                field.errors = [gettext("Write an amount like this: 45.00")]
        self._check_lists()
        return not self.errors

    def _check_choices(self) -> None:
        if self.kind.data not in set(Kind):
            self.kind.errors = [gettext("Choose one")]
        if self.locale.data not in current_app.config["LANGUAGES"]:
            self.locale.errors = [gettext("Choose one of the languages")]
        if not (self.on_site.data or self.remote.data):
            self.on_site.errors = [gettext("Choose where they work: in the room, online, or both")]
        if self.time_zone.data not in available_timezones():
            self.time_zone.errors = [gettext("Write the time zone like this: America/Denver")]

    def _check_lists(self) -> None:
        readers: dict[str, Callable[[str], Any]] = {
            "directions": typed.directions,
            "proofs": typed.proofs,
            "week": typed.week,
            "days": typed.days,
        }
        for name, read in readers.items():
            try:
                read(self[name].data or "")
            except typed.NotReadable as wrong:
                field = self[name]
                field.errors = [
                    gettext("%(field)s: we cannot read this line: %(line)s", field=field.label.text, line=wrong.line)
                ]

    def details(self) -> Details:
        """What was written, of a form that can be kept."""
        return Details(
            name=self.name.data,
            time_zone=self.time_zone.data,
            email=read_email(self.email.data) if self.email.data else None,
            phone=self._number,
            locale=self.locale.data,
            kind=self.kind.data,
            **{name: bool(self[name].data) for name in FLAGS},
            home_place=self.home_place.data or "",
            most_day=self.most_day.data,
            most_week=self.most_week.data,
            rate_cents=_cents(self.rate.data),
            paid_minimum=self.paid_minimum.data,
            travel_cents=_cents(self.travel.data),
            directions=typed.directions(self.directions.data or ""),
            proofs=typed.proofs(self.proofs.data or ""),
            week=typed.week(self.week.data or ""),
            days=typed.days(self.days.data or ""),
        )


class ImportForm(Form):
    """A file of interpreters: chosen, and on the second page carried along as text."""

    file = FileField()
    pasted = HiddenField()
    sure = HiddenField()

    def text(self) -> str | None:
        """What the file says; None where it cannot be read, with the reason at the field."""
        if self.pasted.data:
            return str(self.pasted.data)
        sent = self.file.data
        try:
            return sheets.decoded(sent.read(MOST_BYTES)) if hasattr(sent, "read") else ""
        except sheets.UnknownEncoding as unknown:
            self.file.errors = [_unreadable(unknown.name)]
            return None


def _unreadable(encoding: str) -> str:
    what_to_do = gettext("In your spreadsheet program, save the table as “CSV UTF-8” and choose that file.")
    if not encoding:
        return gettext("This file is not a CSV table.") + f" {what_to_do}"
    return gettext("We cannot read the letters in this file (%(encoding)s).", encoding=encoding) + f" {what_to_do}"


class SeenForm(Form):
    """A button; `up_to`: the last change that its page showed."""

    up_to = HiddenNumber()


FLAGS = ("tested", "preferred", "blocked", "on_site", "remote")


def _cents(text: str | None) -> int:
    found = MONEY.fullmatch(text or "")
    return int(found[1]) * 100 + int(found[2] or 0) if found else 0


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents else ""


def filled(one: Interpreter | None) -> dict[str, Any]:
    """What the form shows of an interpreter; None: of somebody new."""
    if one is None:
        zone = str(current_app.config["TIME_ZONE"])
        return {"version": 0, "locale": "en", "kind": Kind.CONTRACT.value, "tested": True, "on_site": True,
                "remote": True, "time_zone": zone}  # fmt: skip
    same = ("version", "name", "email", "locale", "kind", "home_place", "time_zone", "most_day", "most_week",
            "paid_minimum", *FLAGS)  # fmt: skip
    return {name: getattr(one, name) for name in same} | {
        "phone": phones.display(one.phone) if one.phone else "",
        "rate": _amount(one.rate_cents),
        "travel": _amount(one.travel_cents),
        "directions": typed.of_directions(details.directions_of(one)),
        "proofs": typed.of_proofs(details.proofs_of(one)),
        "week": typed.of_week(details.week_of(one)),
        "days": typed.of_days(details.days_of(one)),
    }
