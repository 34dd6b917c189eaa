"""What the family pages offer to choose from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, select

from registration import database, languages, web
from registration.meetings.availability import availability
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView, Tongue, tongue
from registration.meetings.voices import own_languages
from registration.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The languages of the interpreter question in the order in which they are shown."""

    common: tuple[Tongue, ...]
    more: tuple[Tongue, ...]
    signed: tuple[Tongue, ...]

    @property
    def every(self) -> tuple[Tongue, ...]:
        """All of them, for the second language."""
        return (*self.common, *self.more, *self.signed)


@lru_cache(maxsize=512)
def interpretation(locale: str, floor: str) -> Interpretation:
    """The languages to ask for on a page in `locale`, at a meeting held in `floor`."""
    offered = languages.interpretation_choices(locale, floor)
    groups = (offered.common, offered.more, offered.signed)
    return Interpretation(*(tuple(tongue(tag, locale) for tag in group) for group in groups))


class Option(NamedTuple):
    """One entry of a list of languages to be written or spoken to in."""

    value: str
    text: str
    lang: str
    dir: str


def contact_languages() -> list[Option]:
    """Languages to write or speak to a family in: those we write first, then all others we can find a caller for."""
    written = web.offered()
    spoken = [row.tag for row in languages.LANGUAGES.values() if row.spoken and row.modality == "spoken"]
    others = [tag for tag in spoken if tag not in written]
    others.sort(key=lambda tag: languages.sort_key(languages.LANGUAGES[tag].own_name))
    ordered = [row.tag for row in languages.switcher(tuple(written))] + others
    return [_option(tag) for tag in ordered]


def _option(tag: str) -> Option:
    row = languages.LANGUAGES[tag]
    return Option(tag, row.own_name, languages.html_lang(tag), row.direction)


def meetings_in_own_language(meeting: Meeting, view: MeetingView, now: datetime) -> list[MeetingView]:
    """Meetings of the same series held in the language of the page, when this one is not."""
    return meetings_in(own_languages(view.locale), meeting, view, now)


def meetings_in(tags: Collection[str], meeting: Meeting, view: MeetingView, now: datetime) -> list[MeetingView]:
    """Open meetings of the same series held in one of `tags`, when this one is not."""
    floors = content(view.locale).floors(meeting.series_id)
    held = [one for one, floor in floors.items() if floor in tags]
    if meeting.floor_language in tags or not held:
        return []
    among = _among(len(held))
    rows = among.read({f"id_{number}": one for number, one in enumerate(held)})
    found = (database.detached(Meeting, dict(zip(among.names, row, strict=True))) for row in rows)
    return content(view.locale).meetings([one.id for one in found if availability(one, now).open])


@lru_cache(maxsize=64)
def _among(number: int) -> Prepared:
    ids: list[BindParameter[int]] = [bindparam(f"id_{each}") for each in range(number)]
    return Prepared(select(Meeting).where(Meeting.id.in_(ids)).order_by(Meeting.starts_at, Meeting.id))
