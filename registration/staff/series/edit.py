"""A series or a place is edited. The caller commits."""

from typing import TypeVar

from sqlalchemy import Select, select

from registration.accounts import audit
from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.meetings.models import Place, Series
from registration.meetings.published import touch
from registration.staff.writing.write import ChangedMeanwhile

Row = TypeVar("Row", Series, Place)


def edit_series(series_id: int, version: int, *, slug: str, time_zone: str, person: Person | None) -> Series:
    """Change a series. Its meetings keep their own time zone. Raises ChangedMeanwhile."""
    series = _locked(select(Series).where(Series.id == series_id))
    _edit(series, version, {"slug": slug, "time_zone": time_zone}, person)
    return series


def edit_place(place_id: int, version: int, *, address: str, person: Person | None) -> Place:
    """Change a place. Raises ChangedMeanwhile."""
    place = _locked(select(Place).where(Place.id == place_id))
    _edit(place, version, {"address": address}, person)
    return place


def _locked(query: Select[Row]) -> Row:
    return db.session.scalars(query.with_for_update(**NO_KEY).execution_options(populate_existing=True)).one()


def _edit(row: Series | Place, version: int, values: dict[str, str], person: Person | None) -> None:
    if row.version != version:
        raise ChangedMeanwhile
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if not changed:
        return
    row.version += 1
    kind = row.__tablename__
    audit.record(f"{kind}_edited", object_kind=kind, object_id=row.id, person=person, facts={"fields": changed})
    touch()
