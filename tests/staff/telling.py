"""What tests of reminders and announcements do, in a line each."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.mail.deliver import Delivery
from registration.mail.models import OutboxMessage
from registration.reminders.models import Announcement, ReminderRule, ReminderRun
from registration.reminders.queue import queue_due
from tests.mail.carriers import Recording
from tests.pages import Browser, Page
from tests.staff.coming import comes, meeting_of

LOCALES = ("en", "es", "vi")
SUBJECTS = {"en": "Bring your questions", "es": "Traiga sus preguntas", "vi": "Hãy mang theo câu hỏi"}
BODIES = {
    "en": "We meet on {date}.\n\nPlace: {place}",
    "es": "Nos vemos el {date}.\n\nLugar: {place}",
    "vi": "Hẹn gặp ngày {date}.\n\nNơi họp: {place}",
}


def words(*tags: str) -> dict[str, str]:
    """Own words in these languages, as a form has them; the other languages empty."""
    return {
        f"{field}-{tag}": texts[tag] if tag in tags else ""
        for field, texts in (("subject", SUBJECTS), ("body", BODIES))
        for tag in LOCALES
    }


def families() -> None:
    """Two families that read English, three that read Spanish (one without email), one that reads Vietnamese."""
    by_telephone: dict[str, Any] = {"email": None, "phone": "+13035550144"}
    for number, tag in enumerate(("en", "en", "es", "es", "es", "vi")):
        asked = ("es",) if tag == "es" else ()
        more = by_telephone if number == 4 else {}
        comes(f"Family {number}", locale=tag, contact_language=tag, spoken=asked, **more)


def queue(now: datetime) -> None:
    """Queue everything that is due at `now`; committed."""
    while queue_due(now):
        db.session.commit()
    db.session.commit()


def deliver(app: Flask, now: datetime, carrier: Recording | None = None) -> Recording:
    """Send everything that is due at `now`."""
    carrier = carrier or Recording()
    with clock.at(now):
        delivery = Delivery(app, by=carrier)
        while delivery.batch(now):
            pass
    return carrier


def rules() -> list[ReminderRule]:
    """The rules of the English meeting."""
    db.session.rollback()
    query = select(ReminderRule).where(ReminderRule.meeting_id == meeting_of().id).order_by(ReminderRule.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def runs() -> list[ReminderRun]:
    """All runs."""
    db.session.rollback()
    return list(db.session.scalars(select(ReminderRun).order_by(ReminderRun.id)))


def the_announcement() -> Announcement:
    """The only announcement."""
    db.session.rollback()
    return db.session.scalars(select(Announcement).execution_options(populate_existing=True)).one()


def write(staff: Browser, *tags: str, **given: Any) -> Page:
    """Write an announcement to families of the English meeting in these languages; the page that comes."""
    form = staff.get("/staff/announcements/new").form("per_minute")
    return staff.send(form, **({"meetings": [str(meeting_of().id)]} | words(*tags) | given))


def messages(name: str) -> list[OutboxMessage]:
    """The messages of one kind."""
    db.session.rollback()
    query = select(OutboxMessage).where(OutboxMessage.message == name).order_by(OutboxMessage.id)
    return list(db.session.scalars(query))


def table(page: Page, number: int = 0) -> dict[str, list[str]]:
    """A table of a page: by the first cell of a row, the others."""
    body = page.main.all("table")[number].one("tbody")
    return {row.all("th")[0].text: [cell.text for cell in row.all("td")] for row in body.all("tr")}
