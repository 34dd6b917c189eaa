"""To whom a reminder or an announcement goes: the questions of the form, and the answer in words."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import RadioField, SelectMultipleField

from registration import languages
from registration.extensions import db
from registration.families.models import OWN_WORDS, Attendance, Demand, Status
from registration.forms import Form
from registration.i18n import gettext
from registration.reminders.audience import Audience, read
from registration.staff.telling.own_words import language_name, tags

# What stands for no narrowing down.
EVERY, ASKED = "every", "asked"


class AudienceForm(Form):
    """The questions about to whom."""

    standing = SelectMultipleField(lazy_gettext("To whom"), validate_choice=False)
    attendance = RadioField(lazy_gettext("In the room or online"), validate_choice=False)
    interpretation = RadioField(lazy_gettext("Interpreter"), validate_choice=False)
    languages = SelectMultipleField(lazy_gettext("Languages"), validate_choice=False)

    def check_audience(self) -> None:
        """Say what is wrong with the answers."""
        if not set(self.standing.data or ()) & {Status.REGISTERED, Status.WAITING}:
            self.standing.errors = [gettext("Choose who gets it")]

    def audience(self) -> dict[str, Any]:
        """The audience as it is kept; what is not offered is not asked for."""
        attendance = self.attendance.data
        return Audience(
            standing=tuple(one for one in (Status.REGISTERED.value, Status.WAITING.value) if one in self.standing.data),
            attendance=attendance if attendance in set(Attendance) else None,
            asked=self.interpretation.data == ASKED,
            languages=tuple(sorted({one for one in self.languages.data or () if one in languages.LANGUAGES})),
        ).plain()


def audience_data(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What the questions show of an audience."""
    audience = read(kept)
    return {
        "standing": list(audience.standing),
        "attendance": audience.attendance or EVERY,
        "interpretation": ASKED if audience.asked else EVERY,
        "languages": list(audience.languages),
    }


def asked_for(meeting_ids: Collection[int]) -> list[str]:
    """The languages that families of these meetings ask for."""
    query = select(Demand.language).where(Demand.meeting_id.in_(meeting_ids), Demand.language != OWN_WORDS).distinct()
    return list(db.session.scalars(query))


def choices(spoken: Iterable[str], chosen: Collection[str] = ()) -> dict[str, Any]:
    """The answers that can be chosen, by question: the page languages, and as `more` those of `spoken` and `chosen`."""
    others = {tag for tag in (*spoken, *chosen) if tag in languages.LANGUAGES} - {*tags()}
    return {
        "standing": [
            {"value": Status.REGISTERED.value, "text": gettext("Families with a place")},
            {"value": Status.WAITING.value, "text": gettext("Families on the waiting list")},
        ],
        "attendance": [
            {"value": EVERY, "text": gettext("Both")},
            {"value": Attendance.IN_PERSON.value, "text": gettext("In the room only")},
            {"value": Attendance.ONLINE.value, "text": gettext("Online only")},
        ],
        "interpretation": [
            {"value": EVERY, "text": gettext("With an interpreter or without")},
            {"value": ASKED, "text": gettext("Only who asked for an interpreter or captions")},
        ],
        "languages": _named(tags()),
        "more": _named(others),
        "more_chosen": bool(others & {*chosen}),
    }


def _named(some: Iterable[str]) -> list[dict[str, str]]:
    named = sorted(((tag, language_name(tag)) for tag in some), key=lambda one: languages.sort_key(one[1]))
    return [{"value": tag, "text": name} for tag, name in named]


def in_words(kept: Mapping[str, Any]) -> list[str]:
    """An audience, one short line for each thing that it says."""
    audience = read(kept)
    standing: dict[tuple[str, ...], str] = {
        (Status.REGISTERED.value,): gettext("Families with a place"),
        (Status.WAITING.value,): gettext("Families on the waiting list"),
    }
    lines = [standing.get(audience.standing, gettext("Families with a place or on the waiting list"))]
    if audience.attendance is not None:
        room = audience.attendance == Attendance.IN_PERSON
        lines.append(gettext("In the room only") if room else gettext("Online only"))
    if audience.asked:
        lines.append(gettext("Only who asked for an interpreter or captions"))
    if audience.languages:
        names = sorted((language_name(tag) for tag in audience.languages), key=languages.sort_key)
        lines.append(", ".join(names))
    return lines
