"""Families found a page at a time: as many places of an index are looked at as a page needs, up to a limit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import phonenumbers
from flask import current_app
from sqlalchemy import ColumnElement, Select, String, and_, cast, select, true

from registration.extensions import db
from registration.families import codes
from registration.families.models import (
    ENDING,
    InterpretationEvent,
    InterpretationRequest,
    Registration,
    Status,
)
from registration.families.names import words
from registration.staff.families_list import ways
from registration.staff.families_list.asked import OTHER_NEED, Asked, Mark
from registration.staff.families_list.ways import Condition, Key, Way

PAGE = 50
# Where few families fit, so many places are looked at for one page; the page then offers to look on.
STEPS = (200, 800, 3000)
# Shorter ones would name half of a region's telephones.
LEAST_DIGITS = 3

_TELEPHONE = re.compile(r"[\d\s+().\-/]+")


class Kind(StrEnum):
    """What a text was taken for."""

    CODE = "code"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of families, as ids in their order. `after`: the id to go on after, None when this is the last page.

    `kind`: what the text was taken for, None where nothing fits it. `looked_at`: how many families were looked at,
    where there are more and looking stopped before the page was full; else None.
    """

    ids: tuple[int, ...]
    after: int | None
    kind: Kind | None = None
    looked_at: int | None = None


class _Page(NamedTuple):
    ids: tuple[int, ...]
    after: Key | None
    looked_at: int | None = None


Reading = tuple[Kind | None, Way]


def find(meeting_ids: Sequence[int], asked: Asked, keys: Sequence[tuple[str, str]], most: int) -> Found:
    """A page of the families of these meetings that fit. Filters without a text need one meeting, and its `keys`."""
    if not meeting_ids:
        return Found((), None)
    first = _with_code(meeting_ids, asked)
    last = db.session.get(Registration, asked.after) if asked.after else None
    for kind, way in _readings(meeting_ids, asked, keys):
        after = way.place(last) if last else None
        if last and after is None:
            # The page before was found in another way.
            continue
        page = _page(way, after, conditions(asked), most)
        if page.ids or page.after is not None:
            rest = tuple(one for one in page.ids if one not in first)
            return Found(first + rest, page.after[-1] if page.after else None, kind, page.looked_at)
    return Found(first, None, Kind.CODE if first else None)


def every(meeting_id: int, asked: Asked, keys: Sequence[tuple[str, str]], at_a_time: int) -> Iterator[tuple[int, ...]]:
    """All families that fit, so many at a time, for files."""
    first = _with_code([meeting_id], asked)
    if first:
        yield first
    for _, way in _readings([meeting_id], asked, keys):
        page = _page(way, None, conditions(asked), at_a_time)
        found = bool(page.ids) or page.after is not None
        while page.ids or page.after is not None:
            if rest := tuple(one for one in page.ids if one not in first):
                yield rest
            if page.after is None:
                break
            page = _page(way, page.after, conditions(asked), at_a_time)
        if found:
            return


def _with_code(meeting_ids: Sequence[int], asked: Asked) -> tuple[int, ...]:
    code = codes.read(asked.text)
    if asked.after or len(code) != codes.LENGTH or not set(code) <= set(codes.ALPHABET):
        return ()
    row = Registration
    query = select(row.id).where(row.code == code, row.meeting_id.in_(meeting_ids), *conditions(asked))
    return tuple(db.session.scalars(query))


def _readings(meeting_ids: Sequence[int], asked: Asked, keys: Sequence[tuple[str, str]]) -> Iterator[Reading]:
    """What a text may mean, the likeliest first."""
    text = asked.text
    if not text:
        yield None, ways.by_filters(meeting_ids[0], asked, keys)
        return
    digits = "".join(letter for letter in text if letter.isdigit() and letter.isascii())
    if _TELEPHONE.fullmatch(text) and len(digits) >= LEAST_DIGITS:
        yield Kind.PHONE, ways.by_phone(meeting_ids, telephones(digits, current_app.config["PHONE_REGION"]))
    if "@" not in text and (folded := words(text)):
        yield Kind.NAME, ways.by_name(meeting_ids, folded)
    if " " not in text:
        yield Kind.EMAIL, ways.by_email(meeting_ids, text)


def telephones(digits: str, region: str) -> list[str]:
    """How a kept number may begin of which these digits are the beginning: of this region, or of any."""
    code = str(phonenumbers.country_code_for_region(region))
    trunk = phonenumbers.ndd_prefix_for_region(region, True) or ""
    national = digits.removeprefix(trunk) if trunk and trunk != code else digits
    return list(dict.fromkeys((f"+{digits}", f"+{code}{national}")))


def _page(way: Way, after: Key | None, fits: Sequence[Condition], most: int) -> _Page:
    ids: dict[int, None] = {}
    looked = 0
    narrow = bool(fits) or way.beginnings
    for step in STEPS if narrow else (most + 1,):
        size = max(step, most + 1)
        rows = _step(way, after, size, fits)
        looked += len(rows)
        for row in rows:
            at = tuple(row)[: len(way.order)]
            if not _first_place(way, row):
                continue
            if row.fits and _named(way, row) and row.id not in ids:
                if len(ids) == most:
                    return _Page(tuple(ids), after)
                ids[row.id] = None
            after = at
        if len(rows) < size:
            return _Page(tuple(ids), None)
    return _Page(tuple(ids), after, looked)


def _first_place(way: Way, row: Any) -> bool:
    """A family stands under each of its words that begin as asked; it is shown under the first."""
    if not way.beginnings:
        return True
    fitting = (word for word in words(row.name) if word.startswith(way.beginnings[0]))
    return bool(row.k1 == min(fitting, default=None))


def _named(way: Way, row: Any) -> bool:
    own = words(row.name)
    return all(any(word.startswith(one) for word in own) for one in way.beginnings)


def _step(way: Way, after: Key | None, most: int, fits: Sequence[Condition]) -> Sequence[Any]:
    places = way.step(after, most).subquery()
    keys = list(places.c)
    order = [key.desc() if way.descending else key.asc() for key in keys]
    query = (
        select(*keys, Registration.id, Registration.name, (and_(*fits) if fits else true()).label("fits"))
        .join(Registration, Registration.id == keys[-1])
        .order_by(*order)
    )
    return db.session.execute(query).all()


def conditions(asked: Asked) -> list[ColumnElement[bool]]:
    """What a family must be, besides having the text."""
    row = Registration
    found: list[ColumnElement[bool]] = []
    if asked.status:
        found.append(row.status == asked.status)
    if asked.attendance:
        found.append(row.attendance == asked.attendance)
    if asked.need:
        found.append(row.needs_other != "" if asked.need == OTHER_NEED else _needs(asked.need))
    late = Mark.LATE in asked.marks
    if asked.language or asked.modality or late:
        found.append(_requests(asked, late))
    found += [_MARKS[mark] for mark in asked.marks if mark in _MARKS]
    return found


_MARKS: dict[Mark, ColumnElement[bool]] = {
    Mark.NO_EMAIL: Registration.email.is_(None),
    Mark.CALL_ME: Registration.call_me.is_(True),
    Mark.SAME_ADDRESS: ways.unseen_double(),
    Mark.NOT_ME: Registration.not_me_at.is_not(None),
}


def _needs(need: str) -> ColumnElement[bool]:
    # A list of words in JSON; each stands in quotes.
    return cast(Registration.needs, String).contains(f'"{need}"', autoescape=True)


def _requests(asked: Asked, late: bool) -> ColumnElement[bool]:
    request = InterpretationRequest
    query = select(request.id).where(request.registration_id == Registration.id)
    if asked.language:
        query = query.where(request.language == asked.language)
    if asked.modality:
        query = query.where(request.modality == asked.modality)
    if late:
        query = query.where(request.late)
    # With the family all it asked for was taken back; who looks for such families means what they had asked.
    if asked.status != Status.WITHDRAWN:
        ended = select(InterpretationEvent.id).where(
            InterpretationEvent.request_id == request.id, InterpretationEvent.event.in_(ENDING)
        )
        query = query.where(~_there_is(ended))
    return _there_is(query)


def _there_is(query: Select[int]) -> ColumnElement[bool]:
    """As a value: for EXISTS PostgreSQL may read a whole table first, however few places are looked at."""
    return query.limit(1).scalar_subquery().is_not(None)
