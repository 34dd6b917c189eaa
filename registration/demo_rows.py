"""Made-up families on their way into the database: rows, many at a time."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from registration.extensions import Declarative, db
from registration.families import codes, days, demand
from registration.families.answers import Answers, Wish
from registration.families.demand import Counts, Key
from registration.families.hearing import is_late
from registration.families.models import InterpretationEvent, InterpretationRequest, Registration, RegistrationWord
from registration.families.names import words
from registration.families.tell import SUBJECT
from registration.mail.address import address_key, own_domain
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import Meeting
from registration.meetings.shown import DistrictView


class Asked(NamedTuple):
    """A request as it will be stored; `ended`: when the family took it back."""

    wish: Wish
    at: datetime
    ended: datetime | None


class Told(NamedTuple):
    """A message as it will be stored."""

    message: str
    occurrence: str
    at: datetime


@dataclass(slots=True)
class Family:
    """One family on its way into the database."""

    meeting: Meeting
    answers: Answers
    created_at: datetime
    row: dict[str, Any]
    asked: list[Asked] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def counted(self) -> demand.Contribution:
        """What it adds to the demand of its meeting."""
        standing = [one.wish for one in self.asked if one.ended is None]
        return demand.counted(self.row["status"], self.row["attendance"], standing)


class Rows:
    """Writes families, their requests and their messages; `pages`: the languages that mail is written in."""

    def __init__(self, chance: Random, now: datetime, district: DistrictView, pages: Sequence[str]) -> None:
        self.chance, self.present, self.district, self.pages = chance, now, district, pages
        self.domain = own_domain()

    def write(self, families: Sequence[Family]) -> None:
        """Add families whose meetings are locked, in the caller's transaction."""
        for family, code in zip(families, self._codes(len(families)), strict=True):
            family.row["code"] = code
            family.row["calendar_sequence"] = family.row["version"] - 1
        ids = _registered([family.row for family in families])
        self._write_requests(families, ids)
        self._write_messages(families, ids)
        _write_words(families, ids)
        _count_days(families)
        summed: dict[int, dict[Key, Counts]] = defaultdict(dict)
        for family in families:
            of_meeting = summed[family.meeting.id]
            for key, counts in family.counted().items():
                of_meeting[key] = of_meeting.get(key, Counts()).plus(counts)
        for meeting_id in sorted(summed):
            demand.apply(meeting_id, {}, summed[meeting_id])

    def _codes(self, number: int) -> list[str]:
        """Codes that nobody has."""
        found: dict[str, None] = {}
        while len(found) < number:
            drawn = ["".join(self.chance.choices(codes.ALPHABET, k=codes.LENGTH)) for _ in range(number - len(found))]
            used = set(db.session.scalars(select(Registration.code).where(Registration.code.in_(drawn))))
            found |= dict.fromkeys(code for code in drawn if code not in used)
        return list(found)

    def _write_requests(self, families: Sequence[Family], ids: Sequence[int]) -> None:
        standing, ended, moments = [], [], []
        for family, registration_id in zip(families, ids, strict=True):
            for one in family.asked:
                row = self._request(one, family.meeting, registration_id)
                if one.ended is None:
                    standing.append(row)
                else:
                    ended.append(row)
                    moments.append(one.ended)
        _add(InterpretationRequest.__tablename__, standing)
        table = Declarative.metadata.tables[InterpretationRequest.__tablename__]
        adding = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        request_ids = db.session.scalars(adding, ended).all() if ended else []
        events = [
            {"request_id": request_id, "event": "withdrawn", "actor": "family", "at": at}
            for request_id, at in zip(request_ids, moments, strict=True)
        ]
        _add(InterpretationEvent.__tablename__, events)

    def _request(self, one: Asked, meeting: Meeting, registration_id: int) -> dict[str, Any]:
        return {
            "registration_id": registration_id,
            "meeting_id": meeting.id,
            "language": one.wish.language,
            "modality": str(one.wish.modality),
            "own_words": one.wish.own_words,
            "listeners": one.wish.listeners,
            "late": is_late(meeting, one.wish, self.district, one.at),
            "created_at": one.at,
        }

    def _write_messages(self, families: Sequence[Family], ids: Sequence[int]) -> None:
        rows = [
            self._message(told, family, id_) for family, id_ in zip(families, ids, strict=True) for told in family.told
        ]
        _add(OutboxMessage.__tablename__, rows)

    def _message(self, told: Told, family: Family, registration_id: int) -> dict[str, Any]:
        said = family.answers
        # As families/tell.py decides it.
        mailed = said.email is not None and said.contact_language in self.pages
        sent_at = min(self.present, told.at + timedelta(seconds=self.chance.randint(1, 40))) if mailed else None
        return {
            "message": told.message,
            "subject_kind": SUBJECT,
            "subject_id": registration_id,
            "occurrence": told.occurrence,
            "topic": f"meeting:{family.meeting.id}",
            "state": (State.SENT if mailed else State.CALL).value,
            "send_at": told.at,
            "expires_at": family.meeting.ends_at,
            "attempts": int(mailed),
            "first_tried_at": sent_at,
            "message_id": f"<{self.chance.getrandbits(128):032x}@{self.domain}>",
            "address_key": address_key(said.email) if mailed and said.email else None,
            "stranger": mailed and not told.occurrence,
            "sent_at": sent_at,
            "sent_locale": said.locale if mailed else None,
            "created_at": told.at,
        }


def _write_words(families: Sequence[Family], ids: Sequence[int]) -> None:
    rows = [
        {"meeting_id": family.meeting.id, "word": word, "registration_id": id_}
        for family, id_ in zip(families, ids, strict=True)
        for word in words(family.answers.name)
    ]
    _add(RegistrationWord.__tablename__, rows)


def _count_days(families: Sequence[Family]) -> None:
    meetings = {family.meeting.id: family.meeting for family in families}
    found: dict[int, Counter[date]] = defaultdict(Counter)
    for family in families:
        local = family.created_at.astimezone(ZoneInfo(family.meeting.time_zone))
        found[family.meeting.id][local.date()] += 1
    for meeting_id, counts in sorted(found.items()):
        days.add(meetings[meeting_id], counts)
        meetings[meeting_id].registrations += counts.total()


def _add(table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(Declarative.metadata.tables[table]), rows)


def _registered(rows: list[dict[str, Any]]) -> list[int]:
    """Add registrations; their ids in the same order."""
    table = Declarative.metadata.tables[Registration.__tablename__]
    # SQLite returns rows in no sure order, and sorting them makes SQLAlchemy send one at a time.
    added = db.session.execute(insert(table).returning(table.c.public_id, table.c.id), rows)
    ids = {row.public_id: row.id for row in added}
    return [ids[row["public_id"]] for row in rows]
