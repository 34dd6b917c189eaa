"""Series and places in lists, with their meetings counted and their texts."""

from dataclasses import dataclass

from sqlalchemy import func, select

from registration import clock, i18n
from registration.extensions import db
from registration.meetings import texts
from registration.meetings.completeness import source_language, standings
from registration.meetings.models import Meeting, Place, Series
from registration.meetings.texts import Said
from registration.staff.writing.names import Named, every_place, every_series


@dataclass(frozen=True, slots=True)
class Line:
    """A series or a place in a list: how many meetings lie ahead, how many texts need somebody."""

    named: Named
    ahead: int
    open_texts: int


def _lines(owner: str, every: list[Named], ahead: dict[int, int]) -> list[Line]:
    known = standings([(owner, one.id) for one in every])
    return [
        Line(
            one,
            ahead.get(one.id, 0),
            sum(text.missing or text.stale or text.draft for text in known[owner, one.id]),
        )
        for one in every
    ]


def series_lines() -> list[Line]:
    """All series."""
    query = select(Meeting.series_id, func.count()).where(Meeting.ends_at > clock.now()).group_by(Meeting.series_id)
    return _lines("series", every_series(), {row[0]: row[1] for row in db.session.execute(query)})


def place_lines() -> list[Line]:
    """All places."""
    query = select(Meeting.place_id, func.count()).where(Meeting.ends_at > clock.now()).group_by(Meeting.place_id)
    return _lines("place", every_place(), {row[0]: row[1] for row in db.session.execute(query) if row[0]})


def title_of_series(series: Series) -> Said:
    """The title of a series; its address where nobody has given it one."""
    return _name("series", series.id, "title") or Said(series.slug, "en", "ltr", False)


def name_of_place(place: Place) -> Said:
    """The name of a place; its address where nobody has named it."""
    return _name("place", place.id, "name") or Said(place.slug, "en", "ltr", False)


def _name(owner: str, owner_id: int, field: str) -> Said:
    return texts.say(texts.load([(owner, owner_id)]), owner, owner_id, field, i18n.speaking(), source_language())
