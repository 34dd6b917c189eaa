"""Families and moments of the tests of reminders."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from registration import clock, i18n
from registration.extensions import db
from registration.families.models import Registration
from registration.families.register import register
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting, TranslatedText
from registration.meetings.published import content
from registration.reminders.models import Announcement, AnnouncementMeeting, ReminderRun
from registration.reminders.queue import queue_due
from tests.families.test_messages import family

# The English meeting begins at 17:30 in Denver on Monday 3 May 2027: asked on Saturday at 17:00, reminded that morning.
ASKED = timedelta(days=2, minutes=30)
THAT_MORNING = timedelta(hours=9, minutes=30)

WORDS = {
    "en": ("About {date}", "Hello {name},\n\nbring your questions to {place}. {interpreter}\n{how_to_get_in}\n{link}"),
    "es": ("Sobre {date}", "Hola, {name}:\n\ntraiga sus preguntas a {place}. {interpreter}\n{how_to_get_in}\n{link}"),
    "vi": ("Về {date}", "Chào {name},\n\nmang câu hỏi đến {place}. {interpreter}\n{how_to_get_in}\n{link}"),
}


def held(slug: str = "english-meeting") -> Meeting:
    """A meeting of the season, as it is now."""
    query = select(Meeting).where(Meeting.slug == slug).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def enter(number: int = 0, locale: str = "en", slug: str = "english-meeting", **answers: Any) -> Registration:
    """A family registers; committed."""
    given = {"email": f"family-{number}@example.org", **answers}
    with i18n.spoken(locale):
        done = register(
            held(slug),
            family(locale, **given),
            submission_id=f"form {locale} {number} {slug}",
            district=content(locale).district,
            now=clock.now(),
        )
    db.session.commit()
    return db.session.get_one(Registration, done.registration.id)


def queue_all(moment: datetime, batch: int = 1000) -> None:
    """Queue whatever is due at a moment, as the command does."""
    with clock.at(moment):
        while queue_due(moment, batch):
            db.session.commit()
        db.session.commit()


def asked_at() -> datetime:
    """When the English meeting's families are asked whether they still come."""
    return held().starts_at - ASKED


def that_morning() -> datetime:
    """When they are reminded."""
    return held().starts_at - THAT_MORNING


def messages(message: str) -> list[OutboxMessage]:
    """The rows of a message, in their order, as they are now."""
    db.session.rollback()
    query = select(OutboxMessage).where(OutboxMessage.message == message).order_by(OutboxMessage.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def runs(slug: str = "english-meeting") -> list[ReminderRun]:
    """The runs of a meeting, in their order."""
    db.session.rollback()
    query = select(ReminderRun).where(ReminderRun.meeting_id == held(slug).id).order_by(ReminderRun.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def write(owner: str, owner_id: int, words: dict[str, tuple[str, str]] = WORDS) -> None:
    """Own words, by page language."""
    for locale, (subject, body) in words.items():
        for field, text in (("subject", subject), ("body", body)):
            db.session.add(TranslatedText(owner=owner, owner_id=owner_id, field=field, locale=locale, text=text))
    db.session.commit()


def announcement(*slugs: str, words: dict[str, tuple[str, str]] = WORDS, **columns: Any) -> Announcement:
    """A draft for meetings; committed."""
    row = Announcement(created_at=clock.now(), audience=columns.pop("audience", {}), **columns)
    db.session.add(row)
    db.session.flush()
    for slug in slugs or ("english-meeting",):
        db.session.add(AnnouncementMeeting(announcement_id=row.id, meeting_id=held(slug).id))
    write("announcement", row.id, words)
    return row
