"""Keeping texts: nobody's newer words are overwritten, and each translation knows what it was made from.

The caller commits.
"""

from collections.abc import Mapping

from sqlalchemy import select

from registration.accounts import audit
from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.families import seats
from registration.meetings.completeness import FIELDS, Owner, source_language
from registration.meetings.models import District, Meeting, Place, Series, TranslatedText
from registration.meetings.published import touch
from registration.staff.texts.rows import Typed, print_of, put, rows

OWNERS: dict[str, type[District | Series | Place]] = {"district": District, "series": Series, "place": Place}


class ChangedMeanwhile(Exception):
    """Somebody else wrote some of these texts since the form was shown. Nothing was kept."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__()
        self.fields = fields


class NotDecided(Exception):
    """Translations that nobody reviewed would be shown to families at once, and nobody has said that they may."""


def shown_now(owner: str, owner_id: int) -> list[int]:
    """The meetings on whose public pages the texts of a thing stand, by id."""
    column = {"meeting": Meeting.id, "series": Meeting.series_id, "place": Meeting.place_id}.get(owner)
    if column is None:
        return []
    return list(
        db.session.scalars(select(Meeting.id).where(column == owner_id, Meeting.published).order_by(Meeting.id))
    )


def save(
    owner: Owner,
    locale: str,
    typed: Mapping[str, Typed],
    *,
    person: Person | None,
    unreviewed_too: bool = False,
) -> list[str]:
    """Keep what was typed in one language; gives the fields that changed.

    Raises ChangedMeanwhile, and NotDecided when a draft would be public at once unless `unreviewed_too`.
    """
    kind, owner_id = owner
    public = shown_now(kind, owner_id)
    for meeting_id in public or ([owner_id] if kind == "meeting" else []):
        seats.lock(meeting_id)
    if kind in OWNERS:
        db.session.get(OWNERS[kind], owner_id, with_for_update=NO_KEY)
    now = {field: row for (field, tag), row in rows(kind, owner_id).items() if tag == locale}
    changed = [field for field in FIELDS[kind] if field in typed and _touched(typed[field])]
    late = [
        field for field in changed if not _same(typed[field], now.get(field)) and _newer(typed[field], now.get(field))
    ]
    if late:
        raise ChangedMeanwhile(late)
    drafts = [field for field in changed if typed[field].text and not typed[field].reviewed]
    if drafts and locale != source_language() and public:
        if not unreviewed_too:
            raise NotDecided
        _decided(public, person)
    for field in changed:
        one = typed[field]
        put(owner, field, locale, one.text, reviewed=one.reviewed, source=one.source)
    if changed:
        _record(owner, locale, changed, len(drafts), person)
        touch()
    return changed


def _touched(one: Typed) -> bool:
    return print_of(one.text) != one.base or (bool(one.text) and one.reviewed != one.was)


def _same(one: Typed, row: TranslatedText | None) -> bool:
    return (row.text if row else "") == one.text


def _newer(one: Typed, row: TranslatedText | None) -> bool:
    return print_of(row.text if row else "") != one.base


def _decided(meeting_ids: list[int], person: Person | None) -> None:
    for meeting in db.session.scalars(select(Meeting).where(Meeting.id.in_(meeting_ids))):
        meeting.unreviewed_by_id = person.id if person else None


def _record(owner: Owner, locale: str, fields: list[str], drafts: int, person: Person | None) -> None:
    kind, owner_id = owner
    audit.record(
        "text_written",
        object_kind=kind,
        object_id=owner_id,
        meeting_id=owner_id if kind == "meeting" else None,
        person=person,
        facts={"fields": fields, "language": locale, "drafts": drafts},
    )
