"""What a page says, piece by piece, and which of it is data: names, dates, numbers, addresses, never sentences."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from registration import dates, languages, phones
from registration.extensions import db
from registration.families.models import Registration
from registration.meetings.models import District, Meeting, Place
from tests import walk
from tests.pages import Element, Page

# What stands within a line of text; everything else begins a new one.
INLINE = {"a", "b", "bdi", "br", "span", "svg", "use", "strong", "em", "img"}
# A textarea shows what was typed.
UNSEEN = {"script", "style", "svg", "head", "textarea"}
SPOKEN = ("alt", "aria-label", "title", "placeholder")
ADDRESS = re.compile(r"https?://\S+")


class Piece(NamedTuple):
    """Words and the innermost element they stand in."""

    words: str
    element: Element


def lines(page: Page) -> Iterator[tuple[str, list[Piece]]]:
    """Everything a reader or listener is given, by block of text or attribute: (where, pieces in their order)."""
    head = page.root.one("head")
    yield "title", [Piece(head.one("title").text, head)]
    for meta in head.all("meta", name="description"):
        yield "description", [Piece(meta.get("content"), head)]
    body = page.root.one("body")
    for element in [body, *body.all()]:
        for name in SPOKEN:
            if element.get(name):
                yield f"{element.name} {name}", [Piece(element.get(name), head)]
        if element.name == "input" and element.get("type") in ("submit", "button"):
            yield "input value", [Piece(element.get("value"), head)]
        if element.name not in INLINE and element.name not in UNSEEN:
            yield from _blocks(element)


def _blocks(element: Element) -> Iterator[tuple[str, list[Piece]]]:
    line: list[Piece] = []
    for piece in _inline(element):
        if piece is None:
            if any(each.words.strip() for each in line):
                yield element.name, line
            line = []
        else:
            line.append(piece)
    if any(each.words.strip() for each in line):
        yield element.name, line


def _inline(element: Element) -> Iterator[Piece | None]:
    """Pieces of the block's own lines; None where another block stands between."""
    for one in element.content:
        if isinstance(one, str):
            yield Piece(one, element)
        elif one.name == "br":
            yield None
        elif one.name in UNSEEN:
            continue
        elif one.name in INLINE:
            yield from _inline(one)
        else:
            yield None


def nearest(element: Element, attribute: str) -> Element | None:
    """The element itself or the closest one around it that has the attribute."""
    around: Element | None = element
    while around is not None and attribute not in around.attributes:
        around = around.parent
    return around


def data(tag: str) -> list[str]:
    """All that pages in `tag` show and no catalogue translates, longest first."""
    found: set[str] = set(walk.TYPED)
    for row in languages.LANGUAGES.values():
        name = languages.name_in(row.tag, tag)
        found |= {row.own_name, name, languages.capitalised(name)}
    district = db.session.get_one(District, 1)
    found |= {district.email, phones.display(district.phone)}
    found |= {place.address for place in db.session.scalars(select(Place))}
    for meeting in db.session.scalars(select(Meeting)):
        found |= set(_moments(meeting, tag))
    for registration in db.session.scalars(select(Registration)):
        found |= {registration.code, registration.code[:3], registration.code[3:]}
    return sorted(found - {""}, key=len, reverse=True)


def _moments(meeting: Meeting, tag: str) -> Iterable[str]:
    zone = meeting.time_zone
    when = dates.when(meeting.starts_at, meeting.ends_at, zone, tag)
    yield from (when.date, when.time, when.zone, dates.line(meeting.starts_at, meeting.ends_at, zone, tag))
    tile = dates.tile(meeting.starts_at, zone, tag)
    yield from (tile.weekday, tile.month)
    # When its answers are deleted.
    yield dates.full_date(meeting.ends_at + timedelta(days=meeting.retention_days or 30), zone, tag)
    for days in walk.DEADLINES:
        yield dates.day_month(meeting.starts_at - days, zone, tag)
    for moment in (walk.OPENED, walk.CLOSED):
        yield dates.full_date(moment, zone, tag)
        yield dates.time(moment, zone, tag)


def without(words: str, known: Iterable[str]) -> str:
    """`words` with all data taken out, each as a whole."""
    words = ADDRESS.sub(" ", re.sub(r"\s+", " ", words))
    for one in known:
        one = " ".join(one.split())
        if one in words:
            words = re.sub(rf"(?<![^\W\d_]){re.escape(one)}(?![^\W\d_])", " ", words)
    return words


def left_to_right() -> list[str]:
    """Telephone numbers, addresses and codes: read from left to right in every script."""
    district = db.session.get_one(District, 1)
    numbers = (phones.display(number) for number in (district.phone, walk.PHONE_WRITTEN))
    codes = db.session.scalars(select(Registration.code))
    return [*numbers, walk.PHONE, walk.EMAIL, district.email, "http://", *codes]


def report(found: dict[str, list[str]]) -> str:
    """Each leak once, with the first page that shows it."""
    first: dict[str, str] = {}
    for page, words in found.items():
        for one in words:
            first.setdefault(one, page)
    return "\n".join(f"{page}: {one}" for one, page in first.items())
