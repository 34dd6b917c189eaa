"""Announcements are written, changed and thrown away while they are drafts. The caller commits."""

from sqlalchemy import delete, select

from registration import clock
from registration.accounts import audit
from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.reminders.models import Announcement, AnnouncementMeeting, AnnouncementState
from registration.staff.announcements.written import Written
from registration.staff.telling import own_words

OWNER = "announcement"


class ChangedMeanwhile(Exception):
    """Somebody changed, sent or threw away the announcement since it was shown. Nothing was kept."""


def add(written: Written, *, person: Person) -> Announcement:
    """A new draft."""
    row = Announcement(state=AnnouncementState.DRAFT.value, created_by_id=person.id, created_at=clock.now(), version=1)
    row.audience, row.per_minute = dict(written.audience), written.per_minute
    db.session.add(row)
    db.session.flush()
    _put_meetings(row.id, written.meetings)
    own_words.keep(OWNER, row.id, written.words)
    _record("announcement_written", row, person, meetings=len(written.meetings))
    return row


def edit(announcement_id: int, version: int, written: Written, *, person: Person) -> None:
    """Change a draft. Raises ChangedMeanwhile when `version` is an old one, or it is no draft any more."""
    row = locked(announcement_id, version, AnnouncementState.DRAFT)
    row.audience, row.per_minute = dict(written.audience), written.per_minute
    row.version += 1
    if list(written.meetings) != meetings_of(row.id):
        _put_meetings(row.id, written.meetings)
    own_words.keep(OWNER, row.id, written.words)
    _record("announcement_edited", row, person, meetings=len(written.meetings))


def discard(announcement_id: int, version: int, *, person: Person) -> None:
    """Throw a draft away. Raises ChangedMeanwhile."""
    row = locked(announcement_id, version, AnnouncementState.DRAFT)
    _put_meetings(row.id, ())
    own_words.keep(OWNER, row.id, {})
    _record("announcement_discarded", row, person)
    db.session.delete(row)
    db.session.flush()


def locked(announcement_id: int, version: int, *states: AnnouncementState) -> Announcement:
    """The announcement, locked. Raises ChangedMeanwhile when it is gone, of another version, or in no such state."""
    row = db.session.get(Announcement, announcement_id, with_for_update=NO_KEY, populate_existing=True)
    if row is None or row.version != version or row.state not in states:
        raise ChangedMeanwhile
    return row


def meetings_of(announcement_id: int) -> list[int]:
    """The ids of its meetings."""
    query = select(AnnouncementMeeting.meeting_id).where(AnnouncementMeeting.announcement_id == announcement_id)
    return sorted(db.session.scalars(query))


def _put_meetings(announcement_id: int, meeting_ids: tuple[int, ...]) -> None:
    row = AnnouncementMeeting
    db.session.execute(delete(row).where(row.announcement_id == announcement_id))
    db.session.add_all(row(announcement_id=announcement_id, meeting_id=one) for one in meeting_ids)
    db.session.flush()


def _record(action: str, row: Announcement, person: Person, **facts: int) -> None:
    audit.record(action, object_kind="announcement", object_id=row.id, person=person, facts=facts)
