"""Which texts of meetings are missing, stale or not reviewed, by page language. A fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from flask import current_app
from sqlalchemy import and_, or_, select

from registration import web
from registration.extensions import db
from registration.meetings.models import Meeting, TranslatedText
from registration.meetings.texts import fingerprint

# What each thing says of itself, in the order of its page.
FIELDS: dict[str, tuple[str, ...]] = {
    "district": ("name", "hours", "say"),
    "series": ("title", "introduction"),
    "place": ("name", "entrance", "parking"),
    "meeting": ("title", "about", "room"),
}
# Families need these; the others are wanted in every language as soon as they are there in one.
NEEDED = frozenset(
    {("district", "name"), ("series", "title"), ("place", "name"), ("meeting", "title"), ("meeting", "about")}
)

Owner = tuple[str, int]


class Standing(StrEnum):
    """How a text stands in one language; a stale one may be a draft besides."""

    MISSING = "missing"
    STALE = "stale"
    DRAFT = "draft"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class TextStanding:
    """One wanted text in one page language."""

    owner: str
    owner_id: int
    field: str
    locale: str
    missing: bool
    stale: bool
    draft: bool

    @property
    def standing(self) -> Standing:
        """The worst that can be said of it."""
        if self.missing:
            return Standing.MISSING
        if self.stale:
            return Standing.STALE
        return Standing.DRAFT if self.draft else Standing.REVIEWED


class TextState(NamedTuple):
    """Numbers of texts of one meeting in one page language: of `total` that are wanted."""

    missing: int
    stale: int
    draft: int
    total: int

    @property
    def complete(self) -> bool:
        """Whether every text is there, of today, and reviewed."""
        return not (self.missing or self.stale or self.draft)


def source_language() -> str:
    """The page language that staff write in first: the district's own."""
    first: str = current_app.config["LANGUAGES"][0]
    return first


def state_of_texts(meeting_ids: Collection[int]) -> dict[int, dict[str, TextState]]:
    """How the texts on the page of each meeting stand, by page language offered: its own, its series', its place's."""
    return {
        meeting_id: {tag: _counted(one for one in standings if one.locale == tag) for tag in web.offered()}
        for meeting_id, standings in standings_of(meeting_ids).items()
    }


def _counted(standings: Iterable[TextStanding]) -> TextState:
    every = list(standings)
    return TextState(
        missing=sum(one.missing for one in every),
        stale=sum(one.stale for one in every),
        draft=sum(one.draft for one in every),
        total=len(every),
    )


def standings_of(meeting_ids: Collection[int]) -> dict[int, list[TextStanding]]:
    """Every text wanted on the page of each meeting, in every page language offered."""
    columns = (Meeting.id, Meeting.series_id, Meeting.place_id, Meeting.in_person)
    meetings = db.session.execute(select(*columns).where(Meeting.id.in_(meeting_ids)).order_by(Meeting.id)).all()
    owners: dict[int, list[Owner]] = {}
    for meeting in meetings:
        owners[meeting.id] = [("meeting", meeting.id), ("series", meeting.series_id)]
        owners[meeting.id] += [("place", meeting.place_id)] if meeting.place_id else []
    known = standings({owner for own in owners.values() for owner in own}, {m.id for m in meetings if m.in_person})
    return {meeting_id: [one for owner in own for one in known[owner]] for meeting_id, own in owners.items()}


def standings(owners: Collection[Owner], with_room: Collection[int] = ()) -> dict[Owner, list[TextStanding]]:
    """Every text wanted of each owner, in every page language offered; the meetings `with_room` need a room."""
    rows = _rows(owners)
    tags, source = web.offered(), source_language()
    return {
        (owner, owner_id): [
            _standing(rows[owner, owner_id, field], owner, owner_id, field, tag, source)
            for field in _wanted(owner, owner_id, rows, with_room)
            for tag in tags
        ]
        for owner, owner_id in owners
    }


ByField = dict[tuple[str, int, str], dict[str, TranslatedText]]


def _rows(owners: Collection[Owner]) -> ByField:
    ids: dict[str, set[int]] = defaultdict(set)
    for owner, owner_id in owners:
        ids[owner].add(owner_id)
    found: ByField = defaultdict(dict)
    if ids:
        which = (and_(TranslatedText.owner == owner, TranslatedText.owner_id.in_(some)) for owner, some in ids.items())
        for row in db.session.scalars(select(TranslatedText).where(or_(*which))):
            found[row.owner, row.owner_id, row.field][row.locale] = row
    return found


def _wanted(owner: str, owner_id: int, rows: ByField, with_room: Collection[int]) -> Iterator[str]:
    for field in FIELDS[owner]:
        needed = (owner, field) in NEEDED or (field == "room" and owner_id in with_room)
        if needed or any(row.text for row in rows[owner, owner_id, field].values()):
            yield field


def _standing(
    by_locale: dict[str, TranslatedText], owner: str, owner_id: int, field: str, tag: str, source: str
) -> TextStanding:
    row, original = by_locale.get(tag), by_locale.get(source)
    missing = row is None or not row.text
    translated = row is not None and not missing and tag != source
    return TextStanding(
        owner=owner,
        owner_id=owner_id,
        field=field,
        locale=tag,
        missing=missing,
        stale=translated and is_stale(row, original),
        draft=translated and row is not None and row.status == "draft",
    )


def is_stale(row: TranslatedText | None, original: TranslatedText | None) -> bool:
    """Whether the text that `row` was translated from has changed since."""
    if row is None or original is None or row.source_hash is None:
        return False
    return row.source_hash != fingerprint(original.text)
