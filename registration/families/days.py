"""Registrations a day of a meeting, without counting registrations (see meetings.models.MeetingDay)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update

from registration.extensions import db
from registration.families.models import Registration
from registration.meetings.models import Meeting, MeetingDay

# Rows read at a time when everything is counted again.
AT_A_TIME = 10_000

Days = Mapping[date, int]


class Day(NamedTuple):
    """Registrations made on one day of a meeting's zone."""

    day: date
    registrations: int


def of_meeting(meeting: Meeting) -> list[Day]:
    """Days on which somebody registered, the earliest first. Costs the number of days."""
    query = select(MeetingDay).where(MeetingDay.meeting_id == meeting.id).order_by(MeetingDay.day)
    rows = [(row.day, row.before) for row in db.session.scalars(query)]
    return _differences([*rows, (date.max, meeting.registrations)])


def _differences(rows: Iterable[tuple[date, int]]) -> list[Day]:
    return [Day(day, after - before) for (day, before), (_, after) in pairwise(rows)]


def rewrite(meeting: Meeting, days: Days) -> None:
    """Store these numbers as the days of a meeting whose row is locked; `meeting.registrations` is the caller's."""
    db.session.execute(delete(MeetingDay).where(MeetingDay.meeting_id == meeting.id))
    rows, before = [], 0
    for day in sorted(days):
        rows.append({"meeting_id": meeting.id, "day": day, "before": before})
        before += days[day]
    if rows:
        db.session.execute(insert(MeetingDay), rows)
    statement = update(Meeting).where(Meeting.id == meeting.id).values(last_day=max(days, default=None))
    db.session.execute(statement.execution_options(synchronize_session=False))


def add(meeting: Meeting, days: Days) -> None:
    """Add registrations of any days to a meeting whose row is locked, before `meeting.registrations` counts them."""
    there = Counter({one.day: one.registrations for one in of_meeting(meeting)})
    there.update(days)
    rewrite(meeting, there)


def counted() -> dict[int, Counter[date]]:
    """The true numbers by meeting, from the registrations themselves."""
    zones = {row.id: ZoneInfo(row.time_zone) for row in db.session.execute(select(Meeting.id, Meeting.time_zone))}
    found: dict[int, Counter[date]] = defaultdict(Counter)
    last = 0
    query = select(Registration.id, Registration.meeting_id, Registration.created_at).order_by(Registration.id)
    # By ids: readers have no transaction on PostgreSQL, and so no cursor of the server.
    while rows := db.session.execute(query.where(Registration.id > last).limit(AT_A_TIME)).all():
        last = rows[-1].id
        for _, meeting_id, created_at in rows:
            found[meeting_id][created_at.astimezone(zones[meeting_id]).date()] += 1
    return found
