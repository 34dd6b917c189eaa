"""What a coordinator writes in the tests, and what the database holds afterwards."""

from typing import Any

from sqlalchemy import delete, select, update

from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.meetings.models import Meeting, TranslatedText
from registration.meetings.published import touch
from tests.pages import Browser, Page

# A meeting with all that it must have: Thursday 20 May 2027 in Denver.
MEETING: dict[str, Any] = {
    "title": "Bus routes",
    "series": "1",
    "floor_language": "es",
    "day": "2027-05-20",
    "starts": "17:30",
    "ends": "18:30",
    "time_zone": "America/Denver",
    "in_person": "1",
    "place": "1",
    "recording": "no",
}


def errors(page: Page) -> dict[str, str]:
    """What the summary of errors says, by the field it leads to."""
    return {link.get("href").removeprefix("#"): link.text for link in page.root.one(class_="errors").all("a")}


def meeting(slug: str = "english-meeting") -> Meeting:
    """A meeting as it is now."""
    db.session.rollback()
    return db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()


def newest() -> Meeting:
    """The meeting written last."""
    db.session.rollback()
    return db.session.scalars(select(Meeting).order_by(Meeting.id.desc()).limit(1)).one()


def send(browser: Browser, address: str, /, **answers: Any) -> Page:
    """Fill the main form of a page and send it; None unticks or empties."""
    page = browser.get(address)
    form = page.form("csrf_token")
    for candidate in page.forms():
        if candidate.action.endswith(address.partition("?")[0]):
            form = candidate
            break
    for name, value in answers.items():
        form.values.setlist(name, [] if value is None else value if isinstance(value, list) else [str(value)])
    return browser.send(form)


def write(browser: Browser, **answers: Any) -> Page:
    """A new meeting with the answers of MEETING but for those given."""
    return send(browser, "/staff/meetings/new", **(MEETING | answers))


def text(owner: str, owner_id: int, field: str, locale: str) -> TranslatedText | None:
    """One text as it is now."""
    db.session.rollback()
    row = TranslatedText
    query = select(row).where(row.owner == owner, row.owner_id == owner_id, row.field == field, row.locale == locale)
    return db.session.scalar(query)


def words(owner: str, owner_id: int, field: str, locale: str) -> str:
    """What it says."""
    found = text(owner, owner_id, field, locale)
    return found.text if found else ""


def set_text(owner: str, owner_id: int, field: str, locale: str, **columns: Any) -> None:
    """Change one text behind everybody's back; without columns take it out."""
    row = TranslatedText
    this = (row.owner == owner, row.owner_id == owner_id, row.field == field, row.locale == locale)
    db.session.execute((update(row).values(**columns) if columns else delete(row)).where(*this))
    touch()
    db.session.commit()


def recorded(action: str) -> AuditEntry:
    """The last entry of the record with this action."""
    db.session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).limit(1)
    return db.session.scalars(query).one()
