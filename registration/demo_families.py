"""Made-up families, as a real district has them: registered over weeks, some changed, some withdrawn, some waiting.

They are written many at a time, but what holds of real ones holds of them: counters agree with their rows, no seat is
given twice, nobody waits who would fit, and each message stands in the outbox as if it had been handled.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click
from flask import current_app
from sqlalchemy import func, insert, select

from registration import demo_people
from registration.extensions import Declarative, db
from registration.families import codes, demand
from registration.families.answers import Answers, Wish
from registration.families.demand import Counts, Key
from registration.families.hearing import is_late
from registration.families.models import (
    Attendance,
    InterpretationEvent,
    InterpretationRequest,
    Registration,
    Status,
)
from registration.families.tell import SUBJECT
from registration.mail.address import address_key, own_domain
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import DistrictView, content

# Families in one transaction: few enough that somebody who registers meanwhile hardly waits.
BATCH = 1000
REGISTERING = timedelta(weeks=5)

PAST = 0.12
WITHDRAWN, CHANGED, PROMOTED, NOT_ME, SHARED_ADDRESS = 0.08, 0.08, 0.25, 0.004, 0.03
# Where the room is full, many take part online instead of waiting.
RATHER_ONLINE = 0.5


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


def load_families(number: int, now: datetime) -> None:
    """Add `number` families to the meetings ahead and some to past ones, committing every thousand.

    The same database and moment give the same families; calling again adds others. Raises click.ClickException when
    there is no meeting.
    """
    loading = Loading(number, now)
    with click.progressbar(length=number, label="Made-up families", file=sys.stderr) as bar:
        while loading.done < number:
            size = min(BATCH, number - loading.done)
            loading.batch(size)
            db.session.commit()
            bar.update(size)


class Loading:
    """One call of `load_families`."""

    def __init__(self, number: int, now: datetime) -> None:
        self.number, self.now, self.done = number, now, 0
        # Ids only grow, so no two calls on one database begin with the same chance.
        self.last: int = db.session.scalar(select(func.max(Registration.id))) or 0
        self.chance = Random(f"made-up families after {self.last}")
        self.district: DistrictView = content("en").district
        self.pages: list[str] = current_app.config["LANGUAGES"]
        self.domain = own_domain()
        self.addresses: dict[tuple[int, str], str] = {}
        self.meetings: list[Meeting] = []

    def batch(self, size: int) -> None:
        """Add some families in the caller's transaction; their meetings are locked first, in the order of ids."""
        query = select(Meeting).where(Meeting.status == MeetingStatus.SCHEDULED).order_by(Meeting.id)
        self.meetings = [*db.session.scalars(query.with_for_update().execution_options(populate_existing=True))]
        if not self.meetings:
            raise click.ClickException("There is no meeting that families could register for.")
        families = []
        for _ in range(size):
            families.append(self._family())
            self.done += 1
        self._write(families)

    def _family(self) -> Family:
        chance = self.chance
        origin = demo_people.origin(chance)
        meeting = self._meeting(origin)
        created_at = self._registered_at(meeting)
        shared = self.addresses.get((meeting.id, origin.language)) if chance.random() < SHARED_ADDRESS else None
        serial = self.last + self.done + 1
        said = demo_people.answers(chance, origin, meeting, created_at, serial, shared, self.pages)
        if not _fits(meeting, said.attendance, said.party) and meeting.online and chance.random() < RATHER_ONLINE:
            said = replace(said, attendance=Attendance.ONLINE, childcare_children=0)
        if said.email:
            self.addresses[meeting.id, origin.language] = said.email
        family = Family(meeting, said, created_at, self._row(meeting, said, created_at))
        family.row["same_address"] = shared is not None and said.email == shared
        self._happens(family)
        return family

    def _meeting(self, origin: demo_people.Origin) -> Meeting:
        past = self.chance.random() < PAST
        ahead = [one for one in self.meetings if one.ends_at > self.now]
        over = [one for one in self.meetings if one.ends_at <= self.now and not _crowded(one)]
        these = (over if past else ahead) or ahead or self.meetings
        return self.chance.choices(these, [demo_people.likes(origin, one.floor_language) for one in these])[0]

    def _registered_at(self, meeting: Meeting) -> datetime:
        """Later families later, so that those who wait are those who came late; more of them towards the end."""
        end = min(self.now, meeting.starts_at, meeting.closes_at or meeting.starts_at)
        begin = max(end - REGISTERING, min(meeting.opens_at or end - REGISTERING, end))
        share = (self.done + self.chance.random()) / self.number
        return _awake(begin, end, share**0.7, ZoneInfo(meeting.time_zone))

    def _later(self, family: Family, after: datetime) -> datetime:
        end = max(after, min(self.now, family.meeting.starts_at))
        return _awake(after, end, self.chance.random(), ZoneInfo(family.meeting.time_zone))

    def _row(self, meeting: Meeting, said: Answers, created_at: datetime) -> dict[str, Any]:
        return {
            "public_id": f"{self.chance.getrandbits(128):032x}"[:22],
            "code": "",
            "meeting_id": meeting.id,
            "submission_id": f"{self.chance.getrandbits(128):032x}",
            "answers_hash": said.digest(),
            "attendance": said.attendance.value,
            "name": said.name,
            "email": said.email,
            "email_folded": said.email.casefold() if said.email else None,
            "phone": said.phone,
            "locale": said.locale,
            "contact_language": said.contact_language,
            "adults": said.adults,
            "children": said.children,
            "needs": list(said.needs),
            "needs_other": said.needs_other,
            "childcare_children": said.childcare_children,
            "childcare_granted": False,
            "question": said.question,
            "call_me": said.call_me,
            "waiting_since": None,
            "created_at": created_at,
            "changed_at": None,
            "withdrawn_at": None,
            "not_me_at": None,
            "version": 1,
        }

    def _happens(self, family: Family) -> None:
        """Seats, requests and what came of the family since."""
        row, said, chance = family.row, family.answers, self.chance
        wishes = said.wishes(family.meeting.floor_language)
        family.asked = [Asked(wish, family.created_at, None) for wish in wishes]
        seated = _fits(family.meeting, said.attendance, said.party)
        row["status"] = (Status.REGISTERED if seated else Status.WAITING).value
        promoted = seated and _nearly_full(family.meeting, said.attendance) and chance.random() < PROMOTED
        family.told = [Told("confirmation" if seated and not promoted else "waiting", "", family.created_at)]
        what = chance.random()
        if promoted:
            self._step(family, "promoted")
        if WITHDRAWN <= what < WITHDRAWN + CHANGED:
            self._step(family, "changed")
            self._asked_otherwise(family)
        if what < WITHDRAWN:
            self._withdrawn(family)
        else:
            _take(family)
        if said.email and said.contact_language in self.pages and chance.random() < NOT_ME:
            row["not_me_at"] = self._later(family, row["changed_at"] or family.created_at)

    def _step(self, family: Family, message: str) -> None:
        """Something that made a new version, and its message."""
        row = family.row
        row["changed_at"] = self._later(family, row["changed_at"] or family.created_at)
        row["version"] += 1
        family.told.append(Told(message, str(row["version"]), row["changed_at"]))

    def _asked_otherwise(self, family: Family) -> None:
        """The change was about listeners: the record keeps what was asked before."""
        at = family.row["changed_at"]
        if not family.asked or self.chance.random() < 0.4:
            return
        now_asked = [replace(one.wish, listeners=one.wish.listeners % 3 + 1) for one in family.asked]
        before = [Asked(wish, family.created_at, at) for wish in now_asked]
        family.asked = [*before, *(Asked(one.wish, at, None) for one in family.asked)]

    def _withdrawn(self, family: Family) -> None:
        self._step(family, "withdrawn")
        at = family.row["withdrawn_at"] = family.row["changed_at"]
        family.row["status"] = Status.WITHDRAWN.value
        family.asked = [one._replace(ended=one.ended or at) for one in family.asked]

    def _write(self, families: Sequence[Family]) -> None:
        for family, code in zip(families, self._codes(len(families)), strict=True):
            family.row["code"] = code
            family.row["calendar_sequence"] = family.row["version"] - 1
        ids = _insert(Registration.__tablename__, [family.row for family in families])
        self._write_requests(families, ids)
        self._write_messages(families, ids)
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
        pairs = [(one, family, id_) for family, id_ in zip(families, ids, strict=True) for one in family.asked]
        rows = [self._request(one, family.meeting, id_) for one, family, id_ in pairs]
        request_ids = _insert(InterpretationRequest.__tablename__, rows)
        events = [
            {"request_id": request_id, "event": "withdrawn", "actor": "family", "at": one.ended}
            for (one, _, _), request_id in zip(pairs, request_ids, strict=True)
            if one.ended is not None
        ]
        _insert(InterpretationEvent.__tablename__, events)

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
        _insert(OutboxMessage.__tablename__, rows)

    def _message(self, told: Told, family: Family, registration_id: int) -> dict[str, Any]:
        said = family.answers
        # As families/tell.py decides it.
        mailed = said.email is not None and said.contact_language in self.pages
        sent_at = min(self.now, told.at + timedelta(seconds=self.chance.randint(1, 40))) if mailed else None
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


def _insert(table: str, rows: list[dict[str, Any]]) -> Sequence[int]:
    """Add rows; their ids in the same order."""
    if not rows:
        return []
    into = Declarative.metadata.tables[table]
    return db.session.scalars(insert(into).returning(into.c.id, sort_by_parameter_order=True), rows).all()


def _awake(begin: datetime, end: datetime, share: float, zone: ZoneInfo) -> datetime:
    """A moment `share` of the way from `begin` to `end`, when people are awake; a larger share is never earlier."""
    moment = (begin + (end - begin) * share).astimezone(zone)
    of_day = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    seven = moment.replace(hour=7, minute=0, second=0)
    return min(max(seven + of_day * 0.64, begin), end)


def _room(meeting: Meeting, attendance: str) -> tuple[int, int | None]:
    if attendance == Attendance.IN_PERSON:
        return meeting.seats_taken, meeting.capacity
    return meeting.online_taken, meeting.online_capacity


def _fits(meeting: Meeting, attendance: str, people: int) -> bool:
    taken, capacity = _room(meeting, attendance)
    return capacity is None or taken + people <= capacity


def _nearly_full(meeting: Meeting, attendance: str) -> bool:
    taken, capacity = _room(meeting, attendance)
    return capacity is not None and taken >= capacity * 0.85


def _crowded(meeting: Meeting) -> bool:
    """Whether a past meeting has all the waiting families that one believes."""
    return meeting.capacity is not None and meeting.waiting + meeting.waiting_online > meeting.capacity // 8


def _take(family: Family) -> None:
    """Seats or a place on the waiting list, and childcare while there is some. The meeting row is locked."""
    meeting, said, row = family.meeting, family.answers, family.row
    in_person = said.attendance == Attendance.IN_PERSON
    if row["status"] == Status.WAITING:
        row["waiting_since"] = family.created_at
        meeting.waiting += in_person
        meeting.waiting_online += not in_person
    else:
        meeting.seats_taken += said.party if in_person else 0
        meeting.online_taken += 0 if in_person else said.party
    wanted, places = said.childcare_children, meeting.childcare_capacity
    if wanted and (places is None or meeting.childcare_taken + wanted <= places):
        meeting.childcare_taken += wanted
        row["childcare_granted"] = True
