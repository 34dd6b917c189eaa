"""Entries of the record as the page shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for
from sqlalchemy import select

from registration import dates, i18n
from registration.accounts.models import Actor, AuditEntry, Person
from registration.extensions import db
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.staff.audit import words
from registration.staff.audit.named import Thing, names_of, person_name

# Where an object of a kind is shown: endpoint, and the name of its gap.
PAGES: Mapping[str, tuple[str, str]] = {
    "person": ("staff.person", "person_id"),
    "registration": ("staff.family", "registration_id"),
    "meeting": ("staff.meeting", "meeting_id"),
    "message": ("staff.message", "message_id"),
}
# Meetings to choose from, the latest first.
MOST_MEETINGS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One entry."""

    when: str
    who: str
    action: str
    object: str
    name: str
    href: str
    meeting: str
    facts: list[tuple[str, str]]


def when(moment: datetime) -> str:
    """A moment in the district's zone, in the language of the page."""
    zone, tag = current_app.config["TIME_ZONE"], i18n.speaking()
    return f"{dates.full_date(moment, zone, tag)}, {dates.time(moment, zone, tag)}"


def rows(entries: Iterable[AuditEntry]) -> list[Row]:
    """The rows of one page."""
    listed = list(entries)
    about = {(entry.object_kind, entry.object_id) for entry in listed if entry.object_id is not None}
    names = names_of({*about, *(("meeting", entry.meeting_id) for entry in listed if entry.meeting_id is not None)})
    return [_row(entry, names) for entry in listed]


def _row(entry: AuditEntry, names: Mapping[Thing, str]) -> Row:
    thing, meeting = (entry.object_kind, entry.object_id or 0), ("meeting", entry.meeting_id or 0)
    return Row(
        when=when(entry.at),
        who=_who(entry),
        action=words.action(entry.action),
        object=words.kind(entry.object_kind),
        # What is gone, or was never called anything, is told apart by its number.
        name=names.get(thing) or str(entry.object_id or ""),
        href=_page(entry),
        meeting=names.get(meeting, "") if meeting != thing else "",
        facts=[(name, _fact(value)) for name, value in sorted(entry.facts.items())],
    )


def _who(entry: AuditEntry) -> str:
    if entry.person is not None:
        return entry.person.name or entry.person.email
    return gettext("A family") if entry.actor == Actor.FAMILY else gettext("The program")


def _page(entry: AuditEntry) -> str:
    endpoint, gap = PAGES.get(entry.object_kind, ("", ""))
    if entry.object_id is None or endpoint not in current_app.view_functions:
        return ""
    gaps: dict[str, object] = {gap: entry.object_id}
    return url_for(endpoint, **gaps)  # type: ignore[arg-type] # its other arguments are strings


def _fact(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return "–" if value is None else str(value)


def titles_of(ids: Iterable[int]) -> dict[int, str]:
    """Titles of those of these meetings that there are."""
    there = list(db.session.scalars(select(Meeting.id).where(Meeting.id.in_(set(ids)))))
    views = content(i18n.speaking()).meetings(there) if there else []
    return {view.id: str(view.title) for view in views}


def people() -> list[tuple[str, str]]:
    """People as choices."""
    rows = db.session.execute(person_name().order_by(Person.name, Person.id))
    return [(str(one), name) for one, name in rows]


def meetings() -> list[tuple[str, str]]:
    """Meetings as choices, with their day."""
    zone, tag = current_app.config["TIME_ZONE"], i18n.speaking()
    latest = select(Meeting.id, Meeting.starts_at).order_by(Meeting.starts_at.desc()).limit(MOST_MEETINGS)
    found = db.session.execute(latest).all()
    titles = titles_of([one for one, _ in found])
    return [(str(one), f"{titles[one]}, {dates.full_date(starts, zone, tag)}") for one, starts in found]


def choices(known: Mapping[str, object]) -> list[tuple[str, str]]:
    """Actions or kinds as choices, by their words."""
    say = words.action if known is words.ACTIONS else words.kind
    return sorted(((tag, say(tag)) for tag in known), key=lambda pair: pair[1].casefold())
