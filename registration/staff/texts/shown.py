"""What the page of texts shows: each text with how it stands, what it was made from, and who wrote it last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from registration import dates, i18n, languages, web
from registration.accounts.models import AuditEntry, Person
from registration.extensions import db
from registration.i18n import gettext
from registration.meetings import texts
from registration.meetings.completeness import FIELDS, Owner, TextStanding, source_language, standings
from registration.meetings.texts import Said
from registration.staff.texts import rows

# Entries of the record that are looked at for who wrote a text last.
ENTRIES = 200
# Rows of the box of a long text; what is not named here is one line.
ROWS = {"about": 8, "introduction": 5, "entrance": 3, "parking": 3, "say": 3}


def field_names() -> dict[tuple[str, str], str]:
    """What each text is called."""
    return {
        ("district", "name"): gettext("Name of the district"),
        ("district", "hours"): gettext("When somebody answers the phone"),
        ("district", "say"): gettext("How to say your language on the phone"),
        ("series", "title"): gettext("Title of the series"),
        ("series", "introduction"): gettext("Introduction"),
        ("place", "name"): gettext("Name of the place"),
        ("place", "entrance"): gettext("Entrance"),
        ("place", "parking"): gettext("Parking"),
        ("meeting", "title"): gettext("Title"),
        ("meeting", "about"): gettext("What will happen"),
        ("meeting", "room"): gettext("Room"),
    }


def language_name(tag: str) -> str:
    """A language in the reader's words, as it begins a line."""
    return languages.capitalised(languages.name_in(tag, i18n.speaking()))


class Tab(NamedTuple):
    """One page language of the texts, and how many of its texts need somebody."""

    tag: str
    text: str
    open: int


def tabs(owner: Owner) -> list[Tab]:
    """The page languages offered, with the number of texts missing, stale or not reviewed."""
    every = standings([owner], [owner[1]] if owner[0] == "meeting" else [])[owner]
    return [
        Tab(tag, language_name(tag), sum(_open(one) for one in every if one.locale == tag)) for tag in web.offered()
    ]


def _open(one: TextStanding) -> bool:
    return one.missing or one.stale or one.draft


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text on the page of texts: the source beside its translation."""

    field: str
    label: str
    source: str
    source_print: str
    text: str
    print: str
    state: str
    reviewed: bool
    rows: int
    who: str
    when: str


def text_rows(owner: Owner, locale: str) -> list[TextRow]:
    """The texts of one thing in one language, in the order of its page."""
    found, names = rows.rows(*owner), field_names()
    every = standings([owner], [owner[1]] if owner[0] == "meeting" else [])[owner]
    state = {one.field: one for one in every if one.locale == locale}
    writers = last_written(owner, locale)
    return [
        _text_row(owner[0], field, locale, found, state.get(field), writers.get(field), names)
        for field in FIELDS[owner[0]]
    ]


def _text_row(
    owner: str, field: str, locale: str, found: dict[tuple[str, str], Any], one: Any, writer: Any, names: Any
) -> TextRow:
    row, original = found.get((field, locale)), found.get((field, source_language()))
    stale, draft = (one.stale, one.draft) if one else (False, False)
    return TextRow(
        field=field,
        label=names[owner, field],
        source=original.text if original else "",
        source_print=rows.print_of(original.text if original else ""),
        text=row.text if row else "",
        print=rows.print_of(row.text if row else ""),
        state=one.standing.value if one else "",
        # A stale text has to be read again before it counts as reviewed.
        reviewed=bool(row) and not stale and not draft,
        rows=ROWS.get(field, 1),
        who=writer.who if writer else "",
        when=writer.when if writer else "",
    )


class Writer(NamedTuple):
    """Who wrote a text last, and when, in words."""

    who: str
    when: str


def last_written(owner: Owner, locale: str) -> dict[str, Writer]:
    """Who wrote each text of one thing in one language last, where the record knows."""
    query = (
        select(AuditEntry, Person.name)
        .join(Person, Person.id == AuditEntry.person_id, isouter=True)
        .where(
            AuditEntry.object_kind == owner[0], AuditEntry.object_id == owner[1], AuditEntry.action == "text_written"
        )
        .order_by(AuditEntry.id.desc())
        .limit(ENTRIES)
    )
    found: dict[str, Writer] = {}
    for entry, name in db.session.execute(query):
        if entry.facts.get("language") == locale:
            for field in entry.facts.get("fields", []):
                found.setdefault(field, Writer(name or "", moment(entry.at)))
    return found


def moment(at: datetime, zone: str = "") -> str:
    """A moment in words, in the zone of the district."""
    zone, tag = zone or rows.home_zone(), i18n.speaking()
    return f"{dates.full_date(at, zone, tag)}, {dates.time(at, zone, tag)}"


def title(owner: Owner) -> Said:
    """What the thing is called."""
    field = FIELDS[owner[0]][0]
    found = texts.load([owner])
    return texts.say(found, *owner, field, i18n.speaking(), source_language())
