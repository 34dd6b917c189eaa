"""Staff's own words of a reminder or an announcement, in one language, and what their placeholders stand for."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from registration import dates
from registration.extensions import db
from registration.families.access import WayIn
from registration.families.lines import greeting_name, interpreter_lines, place_lines
from registration.families.models import Attendance, Registration
from registration.i18n import gettext
from registration.meetings.models import TranslatedText
from registration.meetings.shown import DistrictView, MeetingView

SUBJECT, BODY = "subject", "body"


class Words(NamedTuple):
    """Own words, and the page language they are in."""

    locale: str
    subject: str
    body: str


def load(owner: str, owner_id: int) -> dict[str, Words]:
    """Own words by page language, those with a subject and a body."""
    row = TranslatedText
    query = select(row.locale, row.field, row.text).where(row.owner == owner, row.owner_id == owner_id)
    found: dict[str, dict[str, str]] = {}
    for text in db.session.execute(query):
        found.setdefault(text.locale, {})[text.field] = text.text
    return {
        tag: Words(tag, one[SUBJECT], one[BODY]) for tag, one in found.items() if one.get(SUBJECT) and one.get(BODY)
    }


def choose(found: Mapping[str, Words], locale: str) -> Words | None:
    """The words a family gets that reads `locale`: where they are missing, those in the district's language."""
    for tag in (locale, current_app.config["LANGUAGES"][0], *sorted(found)):
        if tag in found:
            return found[tag]
    return None


def values(
    registration: Registration, view: MeetingView, district: DistrictView, way: WayIn | None, link: str
) -> dict[str, str]:
    """What each placeholder stands for, for one family, in the language spoken now, which is that of `view`."""
    return {
        "date": dates.line(view.starts_at, view.ends_at, view.time_zone, view.locale),
        "place": ", ".join(place_lines(registration, view, None)[:2])
        if in_the_room(registration, view)
        else gettext("Online"),
        "how_to_get_in": "\n".join(how_to_get_in(registration, view, way)),
        "interpreter": "\n".join(interpreter_lines(registration, view, district)),
        "link": link,
        "meeting": str(view.title),
        "code": registration.code,
        "name": greeting_name(registration.name),
    }


def in_the_room(registration: Registration, view: MeetingView) -> bool:
    """Whether the family comes to a place."""
    return registration.attendance != Attendance.ONLINE and view.place is not None


def how_to_get_in(registration: Registration, view: MeetingView, way: WayIn | None) -> list[str]:
    """The entrance and where to park, or the way in online, a line each."""
    if view.place is not None and in_the_room(registration, view):
        lines = [str(said) for said in (view.place.entrance, view.place.parking) if said]
        return lines or [view.place.line]
    lines = [way.link] if way is not None and way.link else []
    return [*lines, *place_lines(registration, view, way)[1:]]
