"""What the pages of announcements read. Lists are read page by page, along a key."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from registration.accounts.models import Person
from registration.extensions import db
from registration.families.models import Registration
from registration.reminders.audience import Audience, way, where
from registration.reminders.models import Announcement, AnnouncementMeeting, ReminderRun

PAGE = 30
FAMILIES = 50


class Page(NamedTuple):
    """Some announcements, newest first; `older`: the id before which the next page begins, 0 for none."""

    rows: Sequence[Announcement]
    older: int


def announcements(before: int = 0) -> Page:
    """The newest announcements, of those before an id where one is given."""
    query = select(Announcement).order_by(Announcement.id.desc()).limit(PAGE + 1)
    if before:
        query = query.where(Announcement.id < before)
    rows = db.session.scalars(query).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else 0)


def meetings_of(ids: Collection[int]) -> dict[int, list[int]]:
    """The meetings of these announcements, by id; one statement."""
    row = AnnouncementMeeting
    query = select(row.announcement_id, row.meeting_id).where(row.announcement_id.in_(ids)).order_by(row.meeting_id)
    found: dict[int, list[int]] = {}
    for one, meeting_id in db.session.execute(query) if ids else ():
        found.setdefault(one, []).append(meeting_id)
    return found


def runs_of(ids: Collection[int]) -> dict[int, list[ReminderRun]]:
    """What was made of these announcements, by id; one statement."""
    query = select(ReminderRun).where(ReminderRun.announcement_id.in_(ids)).order_by(ReminderRun.id)
    found: dict[int, list[ReminderRun]] = {}
    for run in db.session.scalars(query.execution_options(populate_existing=True)) if ids else ():
        found.setdefault(run.announcement_id or 0, []).append(run)
    return found


def writers(rows: Collection[Announcement]) -> dict[int, str]:
    """The names of who wrote these announcements, by their own ids."""
    ids = {one.created_by_id for one in rows if one.created_by_id}
    query = select(Person.id, Person.name).where(Person.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(query)} if ids else {}


class Family(NamedTuple):
    """A family that would get it: how (mail, call), and in which language."""

    id: int
    name: str
    locale: str
    contact_language: str
    meeting_id: int
    way: str


class Families(NamedTuple):
    """Some of them in the order of their ids; `after`: where the next page begins, 0 for none."""

    rows: Sequence[Family]
    after: int


def families(audience: Audience, meeting_ids: Sequence[int], after: int) -> Families:
    """Families that would get it, of those after an id."""
    told = way()
    query = (
        select(
            Registration.id,
            Registration.name,
            Registration.locale,
            Registration.contact_language,
            Registration.meeting_id,
            told.label("way"),
        )
        .where(where(audience, meeting_ids), told != "none", Registration.id > after)
        .order_by(Registration.id)
        .limit(FAMILIES + 1)
    )
    rows = [Family(*row) for row in db.session.execute(query)]
    return Families(rows[:FAMILIES], rows[FAMILIES - 1].id if len(rows) > FAMILIES else 0)


def is_for(audience: Audience, meeting_ids: Sequence[int], registration_id: int) -> bool:
    """Whether a family is one of those that would get it."""
    mine = Registration.id == registration_id
    query = select(func.count()).select_from(Registration).where(mine, where(audience, meeting_ids))
    return bool(db.session.scalar(query))
