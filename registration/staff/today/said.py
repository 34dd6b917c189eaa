"""Pieces of the words of things to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, url_for

from registration import dates, i18n, languages
from registration.families.models import Modality
from registration.i18n import gettext, ngettext
from registration.meetings.shown import MeetingView, tongue
from registration.staff.today.interpreting import DemandRow


@dataclass(frozen=True, slots=True)
class Said:
    """Its words, and where it is done."""

    what: str
    why: str
    verb: str
    href: str


def at(endpoint: str, **values: object) -> str:
    """The address of a page; "" where there is no such page."""
    return url_for(endpoint, **cast("dict[str, Any]", values)) if endpoint in current_app.view_functions else ""


def about(view: MeetingView | None) -> str:
    """A meeting and its day; "" where it is about none."""
    return f"{view.title}, {dates.day_month(view.starts_at, view.time_zone, view.locale)}." if view else ""


def asked_for(language: str, modality: str) -> str:
    """A language as a heading names it."""
    if modality == Modality.CAPTIONS:
        return gettext("Captions")
    return languages.capitalised(tongue(language, i18n.speaking()).name)


def numbers(rows: Sequence[DemandRow]) -> str:
    """Families and listeners of one language, or the languages with their families."""
    if len(rows) > 1:
        named = [(asked_for(row.language, row.modality), row.families) for row in rows]
        return ", ".join(gettext("%(language)s: %(number)s", language=name, number=n) for name, n in named) + "."
    families = ngettext("%(num)s family", "%(num)s families", rows[0].families)
    listeners = ngettext("%(num)s listener", "%(num)s listeners", rows[0].listeners)
    return f"{families}, {listeners}."
