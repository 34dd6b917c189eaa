"""The form of the ways into an online meeting: what can be wrong, in words, at the field."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField

from registration.forms import Form, Line
from registration.i18n import gettext
from registration.staff.online.access import Access

ACCESS = ("link", "dial_in", "passcode")


def access_fields(suffix: str) -> dict[str, Any]:
    """The fields of one way in; their names end with `suffix`."""
    return {
        f"link{suffix}": Line(lazy_gettext("Link"), most=500),
        f"dial_in{suffix}": Line(lazy_gettext("Telephone number to dial in"), most=80),
        f"passcode{suffix}": Line(lazy_gettext("Passcode"), most=80),
    }


def access_of(form: Form, suffix: str) -> Access:
    """The way in that was typed."""
    return Access(*(form[f"{name}{suffix}"].data or "" for name in ACCESS))


def check_access(form: Form, suffix: str) -> None:
    """Say what is wrong with a way in: a link that no browser opens, or a passcode to nothing."""
    link, way = form[f"link{suffix}"], access_of(form, suffix)
    if way.link and not link.errors and not _opens(way.link):
        link.errors = [gettext("Write the whole link. It begins with https://")]
    passcode = form[f"passcode{suffix}"]
    if way.passcode and not (way.link or way.dial_in) and not passcode.errors:
        passcode.errors = [gettext("Write also a link or a telephone number")]


def _opens(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and " " not in link


class AccessForm(Form):
    """The ways into one online meeting; `access_form` adds the fields of each language."""

    suffixes: Mapping[str, str]

    version = HiddenField()
    # What the page that shows who is told adds: to do it, to go back, and to tell them.
    sure = HiddenField()
    edit = HiddenField()
    tell = BooleanField()

    @property
    def shown_version(self) -> int:
        """The version of the meeting that the page showed."""
        return int(self.version.data) if re.fullmatch("[0-9]{1,9}", self.version.data or "") else -1

    def fits(self) -> bool:
        """Whether every way in can be kept."""
        self.validate()
        for suffix in self.suffixes.values():
            check_access(self, suffix)
        return not self.errors

    def ways(self) -> dict[str, Access]:
        """The way in of each language."""
        return {tag: access_of(self, suffix) for tag, suffix in self.suffixes.items()}


def access_form(tags: Sequence[str]) -> type[AccessForm]:
    """The form for everybody ("") and for each language of `tags`."""
    suffixes = {tag: f"-{tag}" if tag else "" for tag in tags}
    fields: dict[str, Any] = {"suffixes": suffixes}
    for suffix in suffixes.values():
        fields |= access_fields(suffix)
    return type("AccessFormOfMeeting", (AccessForm,), fields)
