"""An announcement as a test to who wrote it: a mail of its own in the outbox, counted, to nobody else."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.i18n import gettext, spoken
from registration.mail.letter import Builder, Letter, Queued, Superseded
from registration.mail.models import OutboxMessage
from registration.mail.queue import enqueue
from registration.reminders.messages import ANNOUNCEMENT
from registration.reminders.models import AnnouncementMeeting
from registration.staff.telling import own_words
from registration.staff.telling.look import look

MESSAGE = "announcement_test"
SUBJECT = "person"
# Enough to try every language a few times.
MOST_AN_HOUR = 20
EXPIRES = timedelta(hours=1)


class TooMany(Exception):
    """This person has sent MOST_AN_HOUR tests within the last hour."""


def send(announcement_id: int, version: int, tag: str, person: Person, now: datetime) -> None:
    """Queue a test in the page language `tag`; the caller commits. Raises TooMany."""
    row = OutboxMessage
    mine = (row.subject_kind == SUBJECT, row.subject_id == person.id, row.message == MESSAGE)
    # The person's row is the lock: two presses at once are counted one after the other.
    db.session.get_one(Person, person.id, with_for_update=NO_KEY)
    if (db.session.scalar(select(func.count()).where(*mine, row.created_at > now - EXPIRES)) or 0) >= MOST_AN_HOUR:
        raise TooMany
    number = db.session.scalar(select(func.count()).where(*mine)) or 0
    enqueue(
        MESSAGE,
        subject=(SUBJECT, person.id),
        occurrence=f"{announcement_id}:{tag}:{version}:{number + 1}",
        channel="mail",
        address=person.email,
        expires_at=now + EXPIRES,
        facts={"announcement": announcement_id, "language": tag},
    )


def build(queued: Queued) -> Letter | Superseded:
    """The test, as a made-up family of the first meeting would get it; its links lead nowhere."""
    person = db.session.get(Person, queued.subject_id)
    if person is None or not person.active:
        return Superseded("this person may not sign in")
    announcement_id, tag = queued.facts["announcement"], queued.facts["language"]
    of_it = select(AnnouncementMeeting.meeting_id).where(AnnouncementMeeting.announcement_id == announcement_id)
    meeting_ids = db.session.scalars(of_it.order_by(AnnouncementMeeting.meeting_id)).all()
    letter = look(ANNOUNCEMENT, own_words.load(ANNOUNCEMENT, announcement_id), tag, meeting_ids).letter
    if letter is None:
        return Superseded("its words are gone")
    with spoken(letter.locale):
        subject = gettext("Test: %(subject)s", subject=letter.subject)
    return replace(letter, recipient=person.email, subject=subject)


BUILDERS: dict[str, Builder] = {MESSAGE: build}
