"""What families do in the tests, in a line each."""

from typing import Any

from sqlalchemy import select

from registration.extensions import db
from registration.families.models import InterpretationRequest, Registration
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting
from tests.pages import Browser, Page

# Somebody who reads English and needs no interpreter.
ADA = {"name": "Ada Okafor", "email": "ada@example.org", "interpretation": "none"}


def address(slug: str = "english-meeting", locale: str = "en") -> str:
    """Where one registers for a meeting."""
    return f"/{locale}/meetings/{slug}/register"


def check(browser: Browser, where: str | None = None, **given: Any) -> Page:
    """The page after the form, with ADA's answers but for those given; what is None is left out."""
    where = where or address()
    form = browser.get(where).form("submission_id")
    for name, value in (ADA | given).items():
        form.values.setlist(name, [] if value is None else value if isinstance(value, list) else [str(value)])
    return browser.send(form)


def register(browser: Browser, where: str | None = None, **given: Any) -> Page:
    """The confirmation."""
    page = check(browser, where, **given)
    assert page.status == 200, page.text
    contact = given.get("contact_language")
    last = page.form("submission_id")
    assert "checked" in last.values
    page = browser.send(last, **({"contact_language": contact} if contact else {}))
    assert page.status == 200, page.text
    return page


def errors(page: Page) -> dict[str, str]:
    """What the summary of errors says, by the field it leads to."""
    found = {}
    for link in page.root.one(class_="errors").all("a"):
        found[link.get("href").removeprefix("#")] = link.text
    return found


def registrations() -> list[Registration]:
    """All of them, in order, as they are now."""
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


def the_only() -> Registration:
    """The one registration there is."""
    (found,) = registrations()
    return found


def requests_of(registration: Registration) -> list[tuple[str, str, int]]:
    """Language, modality and listeners of what a family has asked for."""
    query = select(InterpretationRequest).where(InterpretationRequest.registration_id == registration.id)
    return [(row.language, row.modality, row.listeners) for row in db.session.scalars(query.order_by("id"))]


def messages() -> list[tuple[str, str]]:
    """Name and state of every message."""
    db.session.rollback()
    return [(row.message, row.state) for row in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


def meeting(slug: str = "english-meeting", **columns: Any) -> Meeting:
    """A meeting, changed as given; committed."""
    db.session.rollback()
    found = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
    for name, value in columns.items():
        setattr(found, name, value)
    db.session.commit()
    return found
