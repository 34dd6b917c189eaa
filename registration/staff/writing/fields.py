"""Fields of forms that staff type into: days, times, zones, addresses of pages."""

import re
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import StopValidation

from registration import local
from registration.staff.writing import slugs


class _Typed(StringField):  # type: ignore[misc] # WTForms has no annotations
    """A text that keeps what was typed (`data`) beside what it means (`read`, None while nothing is read)."""

    read: Any = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data, self.read = (str(valuelist[0]).strip() if valuelist else ""), None

    def pre_validate(self, form: Any) -> None:
        self.read = None
        if self.data:
            self._read()

    def _read(self) -> None:
        raise NotImplementedError


class Day(_Typed):
    """A day; `read` is a date, or None."""

    @property
    def shown(self) -> str:
        """What stands in the box, as the browser's own picker has it where it can be read."""
        try:
            return local.read_day(self.data or "").isoformat()
        except local.NoDay:
            return self.data or ""

    @property
    def kind(self) -> str:
        """The type of the box: a picker would hide what was mistyped."""
        return "text" if self.data and not re.fullmatch(r"\d{4}-\d\d-\d\d", self.shown) else "date"

    def _read(self) -> None:
        try:
            self.read = local.read_day(self.data)
        except local.NoDay as error:
            words = lazy_gettext("%(field)s: please write a day, for example 2027-05-03.", field=self.label.text)
            raise StopValidation(words) from error


class Time(_Typed):
    """A time of day; `read` is a time, or None."""

    @property
    def shown(self) -> str:
        """What stands in the box, as the browser's own picker has it where it can be read."""
        try:
            return local.read_time(self.data or "").strftime("%H:%M")
        except local.NoTime:
            return self.data or ""

    @property
    def kind(self) -> str:
        """The type of the box: a picker would hide what was mistyped."""
        return "text" if self.data and not re.fullmatch(r"\d\d:\d\d", self.shown) else "time"

    def _read(self) -> None:
        try:
            self.read = local.read_time(self.data)
        except local.NoTime as error:
            words = lazy_gettext("%(field)s: please write a time, for example 5:30 PM.", field=self.label.text)
            raise StopValidation(words) from error


class Zone(_Typed):
    """The name of a time zone."""

    def _read(self) -> None:
        if self.data not in available_timezones():
            raise StopValidation(lazy_gettext("We do not know this time zone. Write it like this: America/Denver."))
        self.read = self.data


class Slug(_Typed):
    """The last part of a page's address."""

    def _read(self) -> None:
        if len(self.data) > slugs.LONGEST or not slugs.PATTERN.fullmatch(self.data):
            raise StopValidation(
                lazy_gettext("Web address: please use small letters from a to z, numbers and hyphens only.")
            )
        self.read = self.data
