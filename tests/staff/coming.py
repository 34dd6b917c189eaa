"""Families that register at once, for tests of lists."""

import secrets
from dataclasses import replace
from typing import Any

from sqlalchemy import event, select

from registration import clock
from registration.extensions import db
from registration.families.answers import Answers
from registration.families.models import Attendance, Registration
from registration.families.register import register
from registration.meetings.models import Meeting
from registration.meetings.published import content
from tests.pages import Browser, Page

ROSA = Answers(
    name="Rosa Méndez Xol",
    email=None,
    phone=None,
    adults=1,
    children=0,
    attendance=Attendance.IN_PERSON,
    spoken=("es",),
    other_language="",
    listeners=1,
    call_me=False,
    contact_language="es",
    locale="es",
)


def meeting_of(slug: str = "english-meeting") -> Meeting:
    """A meeting of the season."""
    return db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()


def comes(name: str = ROSA.name, slug: str = "english-meeting", **answers: Any) -> Registration:
    """A family that registered; ROSA's answers and an address of its own but for those given; committed."""
    said = replace(ROSA, name=name, **({"email": f"{secrets.token_hex(6)}@example.org"} | answers))
    made = register(
        meeting_of(slug),
        said,
        submission_id=secrets.token_hex(8),
        district=content("en").district,
        now=clock.now(),
        limited=False,
    )
    db.session.commit()
    return db.session.get_one(Registration, made.registration.id)


def where(slug: str = "english-meeting", rest: str = "") -> str:
    """The address of a meeting's page."""
    return f"/staff/meetings/{meeting_of(slug).id}/{rest}"


def names(page: Page) -> list[str]:
    """The names that a list of families shows, in its order."""
    tables = page.main.all("table")
    return [row.all("th")[0].text for row in tables[0].one("tbody").all("tr")] if tables else []


def find(browser: Browser, query: str = "", slug: str = "english-meeting") -> list[str]:
    """The names on the page of a meeting's families that `query` narrows."""
    page = browser.get(where(slug, f"families/?{query}"))
    assert page.status == 200, page.text
    return names(page)


def statements(browser: Browser, address: str) -> list[str]:
    """What a page asks of the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert browser.get(address).status == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return seen
