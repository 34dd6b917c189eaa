"""Names of series, places and meetings for lists and choices, in the language just spoken."""

from typing import NamedTuple

from sqlalchemy import select

from registration import i18n
from registration.extensions import db
from registration.meetings import texts
from registration.meetings.completeness import source_language
from registration.meetings.models import Meeting, Place, Series
from registration.meetings.texts import Said


class Named(NamedTuple):
    """One thing and its name; its last part of an address where nobody has named it."""

    id: int
    name: Said
    slug: str


def _named(owner: str, field: str, rows: list[tuple[int, str]]) -> list[Named]:
    found = texts.load([(owner, row_id) for row_id, _ in rows])
    speaking, source = i18n.speaking(), source_language()
    every = [
        Named(row_id, texts.say(found, owner, row_id, field, speaking, source) or Said(slug, "en", "ltr", False), slug)
        for row_id, slug in rows
    ]
    return sorted(every, key=lambda one: str(one.name).casefold())


def every_series() -> list[Named]:
    """All series by title."""
    return _named("series", "title", [(row.id, row.slug) for row in db.session.execute(select(Series.id, Series.slug))])


def every_place() -> list[Named]:
    """All places by name."""
    return _named("place", "name", [(row.id, row.slug) for row in db.session.execute(select(Place.id, Place.slug))])


def title_of(meeting: Meeting) -> Said:
    """The title of a meeting."""
    return _named("meeting", "title", [(meeting.id, meeting.slug)])[0].name
