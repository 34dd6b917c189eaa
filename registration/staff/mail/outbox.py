"""The outbox as staff look through it: a page costs what it shows, however many messages there are.

Each state of a topic is read in the order of an index. What no index knows (kind, language) is looked for in a window
of so many messages; where the window ends before the page is full, the next page goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select, tuple_, union_all

from registration.database import UtcDateTime
from registration.extensions import db
from registration.families.models import Registration
from registration.families.tell import SUBJECT
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import Meeting

AnySelect = Select[*tuple[Any, ...]]

PAGE = 50
WINDOW = 2000
# Retried together; more are retried by pressing again.
MOST_AT_ONCE = 500

# In the order in which somebody must do something about them.
STATES = (
    State.FAILED,
    State.RESTORED,
    State.HELD,
    State.CALL,
    State.QUEUED,
    State.SENDING,
    State.SENT,
    State.SUPERSEDED,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to. `day`: local day of the district on which a message was or is due."""

    meeting: int | None = None
    state: State | None = None
    message: str = ""
    language: str = ""
    day: date | None = None

    @property
    def sifted(self) -> bool:
        """Whether it asks for what no index knows."""
        return bool(self.message or self.language)


class Place(NamedTuple):
    """Where a page begins: beyond this message, older unless `newer`."""

    at: datetime
    id: int
    newer: bool = False

    def written(self) -> str:
        """As it stands in an address."""
        since = (self.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        return f"{'n' if self.newer else 'o'}{since}.{self.id}"


class Entry(NamedTuple):
    """A message and the family it is for; all of that is None where it is for nobody of the families."""

    message: OutboxMessage
    name: str | None
    locale: str | None
    contact_language: str | None
    erased: bool

    @property
    def language(self) -> str:
        """The language it was, is or would be written or spoken in; "" where that is not known."""
        if self.message.state == State.CALL:
            return self.contact_language or ""
        return self.message.sent_locale or self.locale or ""

    @property
    def meeting_id(self) -> int | None:
        """The meeting it tells of."""
        return meeting_of(self.message.topic)


class Found(NamedTuple):
    """One page. `broken_off`: the window ended before the page was full."""

    entries: list[Entry]
    older: Place | None
    newer: Place | None
    broken_off: bool


def topic(meeting_id: int) -> str:
    """What families/tell.py files messages about a meeting under."""
    return f"meeting:{meeting_id}"


def meeting_of(text: str | None) -> int | None:
    """The meeting of a topic."""
    kind, _, number = (text or "").partition(":")
    return int(number) if kind == "meeting" and number.isascii() and number.isdigit() and len(number) < 10 else None


_KEY = (OutboxMessage.send_at, OutboxMessage.id)
_spoken_in: ColumnElement[str | None] = case(
    (OutboxMessage.state == State.CALL.value, Registration.contact_language),
    else_=func.coalesce(OutboxMessage.sent_locale, Registration.locale),
)


def find(wanted: Wanted, place: Place | None = None) -> Found:
    """A page of the messages that are wanted, the latest due first. Two statements at most."""
    newer = place is not None and place.newer
    size = WINDOW if wanted.sifted else PAGE + 1
    window = _window(wanted, place, size)
    entries = _entries(_read(window, wanted, newer).limit(PAGE + 1))
    more, entries = len(entries) > PAGE, entries[:PAGE]
    end = _place_of(entries[-1], newer) if more else None
    broken_off = False
    if not more and wanted.sifted:
        end = _end(window, newer)
        broken_off = end is not None
    if newer:
        entries.reverse()
        back = _place_of(entries[-1], False) if entries else place and place._replace(newer=False)
        return Found(entries, back, end, broken_off)
    back = place and (_place_of(entries[0], True) if entries else place._replace(newer=True))
    return Found(entries, end, back, broken_off)


def _place_of(entry: Entry, newer: bool) -> Place:
    return Place(entry.message.send_at, entry.message.id, newer)


def _window(wanted: Wanted, place: Place | None, size: int) -> Subquery:
    """Keys of the first messages beyond `place`, merged from one short piece of the index for each state."""
    newer = place is not None and place.newer
    states = [wanted.state] if wanted.state else STATES
    pieces = [_ordered(select(*_KEY).where(*_indexed(wanted, s, place)), _KEY, newer).limit(size) for s in states]
    merged = union_all(*(select(piece.subquery()) for piece in pieces)).subquery()
    return _ordered(select(merged), (merged.c.send_at, merged.c.id), newer).limit(size).subquery()


def _ordered(query: AnySelect, key: Sequence[Any], newer: bool) -> AnySelect:
    return query.order_by(*(column.asc() if newer else column.desc() for column in key))


def _indexed(wanted: Wanted, state: State, place: Place | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [OutboxMessage.state == state.value]
    if wanted.meeting is not None:
        conditions.append(OutboxMessage.topic == topic(wanted.meeting))
    if wanted.day is not None:
        first, last = bounds(wanted.day)
        conditions += [OutboxMessage.send_at >= first, OutboxMessage.send_at < last]
    if place is not None:
        key, here = tuple_(*_KEY), tuple_(literal(place.at, UtcDateTime), literal(place.id))
        conditions.append(key > here if place.newer else key < here)
    return conditions


def bounds(day: date) -> tuple[datetime, datetime]:
    """From when to when (excluded) a day of the district lasts."""
    zone = ZoneInfo(current_app.config["TIME_ZONE"])
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def _family(query: AnySelect) -> AnySelect:
    mine = and_(OutboxMessage.subject_kind == SUBJECT, OutboxMessage.subject_id == Registration.id)
    return query.outerjoin(Registration, mine)


_COLUMNS = (
    OutboxMessage,
    Registration.name,
    Registration.locale,
    Registration.contact_language,
    Registration.erased_at,
)


def _read(window: Subquery, wanted: Wanted, newer: bool) -> AnySelect:
    query = select(*_COLUMNS).select_from(window).join(OutboxMessage, OutboxMessage.id == window.c.id)
    return _ordered(_family(query).where(*_sifting(wanted)), _KEY, newer)


def _sifting(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.message:
        conditions.append(OutboxMessage.message == wanted.message)
    if wanted.language:
        conditions.append(_spoken_in == wanted.language)
    return conditions


def _entries(query: AnySelect) -> list[Entry]:
    return [
        Entry(row[0], row.name, row.locale, row.contact_language, row.erased_at is not None)
        for row in db.session.execute(query)
    ]


def _end(window: Subquery, newer: bool) -> Place | None:
    """The last key of a full window; None where it holds all there is."""
    key = (window.c.send_at, window.c.id)
    row = db.session.execute(_ordered(select(*key), key, newer).offset(WINDOW - 1).limit(1)).first()
    return Place(row.send_at, row.id, newer) if row else None


def one(message_id: int) -> Entry | None:
    """One message."""
    query = select(*_COLUMNS).select_from(OutboxMessage).where(OutboxMessage.id == message_id)
    return next(iter(_entries(_family(query))), None)


def some(wanted: Wanted, state: State) -> list[int]:
    """Ids of messages in `state` that are wanted, at most MOST_AT_ONCE, in the order of ids, which is that of locks."""
    query = _family(select(OutboxMessage.id)).where(*_indexed(wanted, state, None), *_sifting(wanted))
    return list(db.session.scalars(query.order_by(OutboxMessage.id).limit(MOST_AT_ONCE)))


def without_address(ids: Sequence[int]) -> list[int]:
    """Of these messages those of families that can only be told by telephone: no email, or a language not written."""
    written = current_app.config["LANGUAGES"]
    by_telephone = Registration.email.is_(None) | Registration.contact_language.not_in(written)
    query = _family(select(OutboxMessage.id)).where(OutboxMessage.id.in_(list(ids)), by_telephone)
    return list(db.session.scalars(query))


def is_meeting(meeting_id: int) -> bool:
    """Whether there is such a meeting."""
    return db.session.scalar(select(Meeting.id).where(Meeting.id == meeting_id)) is not None
