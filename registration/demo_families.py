"""Made-up families, as a real district has them: registered over weeks, some changed, some withdrawn, some waiting.

They are written many at a time, but what holds of real ones holds of them: counters agree with their rows, no seat is
given twice, nobody waits who would fit, and each message stands in the outbox as if it had been handled.
"""

import sys
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import current_app
from sqlalchemy import func, select

from registration import demo_people
from registration.database import NO_KEY
from registration.demo_rows import Asked, Family, Rows, Told
from registration.extensions import db
from registration.families.answers import Answers
from registration.families.models import Attendance, Registration, Status
from registration.mail.address import folded
from registration.meetings.availability import availability
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import content

# Families in one transaction: few enough that somebody who registers meanwhile hardly waits.
BATCH = 1000
REGISTERING = timedelta(weeks=5)

PAST = 0.12
WITHDRAWN, CHANGED, PROMOTED, NOT_ME, SHARED_ADDRESS = 0.08, 0.08, 0.25, 0.004, 0.03
# Where the room is full, many take part online instead of waiting.
RATHER_ONLINE = 0.5


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
        self.number, self.present, self.done = number, now, 0
        # Ids only grow, so no two calls on one database begin with the same chance.
        self.last: int = db.session.scalar(select(func.max(Registration.id))) or 0
        self.chance = Random(f"made-up families after {self.last}")  # nosec B311
        self.pages: list[str] = current_app.config["LANGUAGES"]
        self.rows = Rows(self.chance, now, content("en").district, self.pages)
        self.addresses: dict[tuple[int, str], str] = {}
        self.ahead: list[Meeting] = []
        self.over: list[Meeting] = []

    def batch(self, size: int) -> None:
        """Add some families in the caller's transaction; their meetings are locked first, in the order of ids."""
        query = select(Meeting).where(Meeting.status == MeetingStatus.SCHEDULED).order_by(Meeting.id)
        meetings = db.session.scalars(query.with_for_update(**NO_KEY).execution_options(populate_existing=True)).all()
        self.over = [one for one in meetings if one.ends_at <= self.present]
        self.ahead = [one for one in meetings if availability(one, self.present).open]
        if not self.over and not self.ahead:
            raise click.ClickException("There is no meeting that families could register for.")
        families = []
        for _ in range(size):
            families.append(self._family())
            self.done += 1
        self.rows.write(families)

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
        over = [one for one in self.over if not _crowded(one)] if past else []
        these = over or self.ahead or self.over
        return self.chance.choices(these, [demo_people.likes(origin, one.floor_language) for one in these])[0]

    def _registered_at(self, meeting: Meeting) -> datetime:
        """Later families later, so that those who wait are those who came late; more of them towards the end."""
        end = min(self.present, meeting.starts_at, meeting.closes_at or meeting.starts_at)
        begin = max(end - REGISTERING, min(meeting.opens_at or end - REGISTERING, end))
        share = (self.done + self.chance.random()) / self.number
        return _awake(begin, end, share**0.7, ZoneInfo(meeting.time_zone))

    def _later(self, family: Family, after: datetime) -> datetime:
        end = max(after, min(self.present, family.meeting.starts_at))
        return _awake(after, end, self.chance.random(), ZoneInfo(family.meeting.time_zone))

    def _row(self, meeting: Meeting, said: Answers, created_at: datetime) -> dict[str, Any]:
        return {
            "public_id": urlsafe_b64encode(self.chance.randbytes(16)).decode().rstrip("="),
            "code": "",
            "meeting_id": meeting.id,
            "submission_id": f"{self.chance.getrandbits(128):032x}",
            "answers_hash": said.digest(),
            "attendance": said.attendance.value,
            "name": said.name,
            "email": said.email,
            "email_folded": folded(said.email) if said.email else None,
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


def _awake(begin: datetime, end: datetime, share: float, zone: ZoneInfo) -> datetime:
    """A moment `share` of the way from `begin` to `end`, when people are awake; a larger share is never earlier."""
    moment = (begin + (end - begin) * share).astimezone(zone)
    of_day = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    seven = moment.replace(hour=7, minute=0, second=0)
    # In UTC: moments of a zone are slow to turn into rows, several for each family.
    return min(max((seven + of_day * 0.64).astimezone(UTC), begin), end)


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
        meeting.children_taken += said.children if in_person else 0
        meeting.children_online += 0 if in_person else said.children
    wanted, places = said.childcare_children, meeting.childcare_capacity
    if wanted and (places is None or meeting.childcare_taken + wanted <= places):
        meeting.childcare_taken += wanted
        row["childcare_granted"] = True
