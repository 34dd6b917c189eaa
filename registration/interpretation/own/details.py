"""The form in which an interpreter keeps their own: how to reach them, and when they can work.

Hours and days are rows of two boxes. What was typed stays in them when something is wrong.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext
from wtforms import BooleanField, StringField

from registration import dates, i18n, languages, local, phones
from registration.accounts.forms import read_email
from registration.forms import Contact, Form, HiddenNumber, Line
from registration.i18n import gettext
from registration.interpretation.details import Days, Own, Week, days_of, week_of
from registration.interpretation.models import Hours, Interpreter

# Empty rows to write another day off into, and rows of a day of the week.
SPARE, SPANS = 2, 2
MIDNIGHT = 24 * 60
MOST_ROWS = 60
# Any Monday: what is said of it is said of all.
_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_AMOUNT = re.compile(r"\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*")


@dataclass(slots=True)
class Row:
    """Two boxes, from and to, as they were typed. `id`: the first part of their names."""

    id: str
    label: str = ""
    first: str = ""
    last: str = ""
    error: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not (self.first or self.last)


@dataclass(slots=True)
class Rows:
    """All rows: hours of each weekday, days off, and days free against the week."""

    week: list[list[Row]]
    off: list[Row]
    free: list[Row]
    _week: list[Week] = field(default_factory=list)
    _days: list[Days] = field(default_factory=list)

    @classmethod
    def of(cls, one: Interpreter, today: date) -> "Rows":
        """Those of an interpreter, with empty ones after them."""
        hours = [row for row in week_of(one) if row.kind == Hours.FREE]
        spans = [[(_clock(row.starts), _clock(row.ends)) for row in hours if row.weekday == day] for day in range(7)]
        days = [row for row in days_of(one) if row.last >= today]
        listed = {free: [_from_to(row) for row in days if row.free == free] for free in (False, True)}
        return cls._made(spans, listed[False], listed[True])

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> "Rows":
        """Those that were sent."""
        spans = [list(_sent(form, f"week-{day}")) for day in range(7)]
        return cls._made(spans, list(_sent(form, "off")), list(_sent(form, "free")))

    @classmethod
    def _made(
        cls, spans: list[list[tuple[str, str]]], off: list[tuple[str, str]], free: list[tuple[str, str]]
    ) -> "Rows":
        week = [_numbered(f"week-{day}", found, SPANS, weekday(day)) for day, found in enumerate(spans)]
        return cls(week, _numbered("off", off, _filled(off) + SPARE), _numbered("free", free, _filled(free) + SPARE))

    def check(self) -> bool:
        """Whether all of them can be read; then `hours` and `days` give them."""
        self._week = [span for day, rows in enumerate(self.week) for row in rows for span in _span(row, day)]
        off = [days for row in self.off for days in _days(row, free=False)]
        self._days = off + [days for row in self.free for days in _days(row, free=True)]
        return not self.messages()

    def messages(self) -> list[tuple[str, str]]:
        """What is wrong, as (id of a box, words)."""
        return [(f"{row.id}-from", row.error) for row in self._all() if row.error]

    def _all(self) -> Iterator[Row]:
        for rows in (*self.week, self.off, self.free):
            yield from rows

    def hours(self, one: Interpreter) -> list[Week]:
        """The hours of the week; those at school are not theirs to change."""
        duty = [row for row in week_of(one) if row.kind != Hours.FREE]
        return sorted([*duty, *dict.fromkeys(self._week)], key=lambda row: (row.weekday, row.starts))

    def days(self, one: Interpreter, today: date) -> list[Days]:
        """The days that are otherwise; those that are over stay on the record."""
        over = [row for row in days_of(one) if row.last < today]
        return sorted([*over, *dict.fromkeys(self._days)], key=lambda row: (row.first, row.last))


def weekday(number: int) -> str:
    """The name of a day of the week, 0 for Monday."""
    return languages.capitalised(dates.tile(_MONDAY + timedelta(days=number), "UTC", i18n.speaking()).weekday)


def in_words(hours: Week) -> str:
    """Hours of a week: "Monday, 8:00 AM – 3:00 PM"."""
    first, last = (_MONDAY + timedelta(days=hours.weekday, minutes=at) for at in (hours.starts, hours.ends))
    return f"{weekday(hours.weekday)}, {dates.time_range(first, last, 'UTC', i18n.speaking())}"


def _sent(form: Mapping[str, str], name: str) -> Iterator[tuple[str, str]]:
    for number in range(MOST_ROWS):
        boxes = f"{name}-{number}-from", f"{name}-{number}-to"
        if boxes[0] not in form and boxes[1] not in form:
            return
        first, last = (form.get(box, "").strip()[:40] for box in boxes)
        yield first, last


def _numbered(name: str, found: Sequence[tuple[str, str]], most: int, label: str = "") -> list[Row]:
    pairs = [*found, *[("", "")] * (most - len(found))]
    return [Row(f"{name}-{number}", label, *pair) for number, pair in enumerate(pairs)]


def _filled(pairs: Sequence[tuple[str, str]]) -> int:
    return sum(any(pair) for pair in pairs)


def _span(row: Row, day: int) -> list[Week]:
    if row.empty:
        return []
    try:
        starts, ends = _minutes(local.read_time(row.first)), _minutes(local.read_time(row.last))
    except local.NoTime:
        row.error = gettext("%(day)s: write both times, for example 17:00 and 21:00", day=row.label)
        return []
    # Who works until midnight types the time at which the day ends.
    ends = ends or MIDNIGHT
    if starts >= ends:
        row.error = gettext("%(day)s: the second time must be later than the first", day=row.label)
        return []
    return [Week(Hours.FREE.value, day, starts, ends)]


def _days(row: Row, *, free: bool) -> list[Days]:
    if row.empty:
        return []
    try:
        first = local.read_day(row.first)
        last = local.read_day(row.last) if row.last else first
    except local.NoDay:
        row.error = gettext("Write the first day like this: 2027-05-03. The last day may be empty.")
        return []
    if last < first:
        row.error = gettext("The last day must not be before the first day")
        return []
    return [Days(first, last, free)]


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _from_to(row: Days) -> tuple[str, str]:
    return row.first.isoformat(), "" if row.first == row.last else row.last.isoformat()


class DetailsForm(Form):
    """The rest of it. `check` says whether it can be kept; then `own()` gives it."""

    version = HiddenNumber()
    email = Contact(lazy_gettext("Email"), most=254)
    phone = Contact(lazy_gettext("Phone number"), most=40)
    locale = StringField(lazy_gettext("Language"))
    home_place = Line(lazy_gettext("Where you live"), most=120)
    on_site = BooleanField()
    remote = BooleanField()
    most_day = Line(lazy_gettext("Most hours a day"), most=8)
    most_week = Line(lazy_gettext("Most hours a week"), most=8)

    def check(self, rows: Rows, *, asks_email: bool, had_email: bool) -> bool:
        """Whether it can be kept, the rows too."""
        self.validate()
        self._number: str | None = None
        self._email = read_email(self.email.data) if asks_email and self.email.data else None
        if asks_email and self._email is None and (self.email.data or had_email):
            self.email.errors = [gettext("Write the email like this: name@example.org")]
        if self.phone.data and not self.phone.errors:
            try:
                self._number = phones.read(self.phone.data, current_app.config["PHONE_REGION"])
            except phones.NotATelephone:
                self.phone.errors = [gettext("Write the phone number with its area code, for example 303 555 0148")]
        if self.locale.data not in current_app.config["LANGUAGES"]:
            self.locale.errors = [gettext("Choose one of the languages")]
        if not (self.on_site.data or self.remote.data):
            self.on_site.errors = [gettext("Choose where you work: in the room, online, or both")]
        for box, most in ((self.most_day, 24), (self.most_week, 7 * 24)):
            if box.data and not 0 < (_hours(box.data) or 0) <= most * 60:
                box.errors = [gettext("%(field)s: write a number of hours, for example 4", field=box.label.text)]
        fits = rows.check()
        return not self.errors and fits

    def own(self, one: Interpreter, rows: Rows, today: date) -> Own:
        """What was written, of a form that can be kept."""
        return Own(
            locale=self.locale.data,
            email=self._email,
            phone=self._number,
            home_place=self.home_place.data or "",
            on_site=bool(self.on_site.data),
            remote=bool(self.remote.data),
            most_day=_hours(self.most_day.data),
            most_week=_hours(self.most_week.data),
            week=rows.hours(one),
            days=rows.days(one, today),
        )


def _hours(typed: str | None) -> int | None:
    """Minutes of what was typed as hours: 4, 1.5 or 1,5. None for anything else."""
    found = _AMOUNT.fullmatch(typed or "")
    return round(float(f"{found[1]}.{found[2] or 0}") * 60) if found else None


def _typed_hours(minutes: int | None) -> str:
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".") if minutes else ""


def filled(one: Interpreter) -> dict[str, Any]:
    """What the form shows of an interpreter."""
    same = ("version", "locale", "home_place", "on_site", "remote")
    return {name: getattr(one, name) for name in same} | {
        "email": one.email or "",
        "phone": phones.display(one.phone) if one.phone else "",
        "most_day": _typed_hours(one.most_day),
        "most_week": _typed_hours(one.most_week),
    }
