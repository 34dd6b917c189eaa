"""Registering for a meeting, from the form to the confirmation."""

from sqlalchemy import select

from registration.extensions import db
from registration.families.models import Registration, Status
from registration.families.recount import differences
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting
from tests.pages import Browser

REGISTER = "/es/meetings/english-meeting/register"
ROSA = {"name": "Rosa Méndez Xol", "email": "rosa@example.org", "interpretation": "es", "adults": "2", "listeners": "2"}


def test_a_family_registers_in_spanish_and_its_message_is_queued(browser: Browser) -> None:
    check = browser.send(browser.get(REGISTER).form("submission_id"), **ROSA)
    assert check.status == 200
    assert db.session.scalars(select(Registration)).all() == []

    first = check.forms()[0]
    assert "submission_id" in first.values
    assert len(first.buttons) == 1
    confirmation = browser.send(first)
    assert confirmation.status == 200

    registration = db.session.scalars(select(Registration)).one()
    assert registration.code in confirmation.text.replace(" ", "")
    assert (registration.name, registration.locale, registration.status) == (ROSA["name"], "es", Status.REGISTERED)
    assert db.session.scalars(select(Meeting).where(Meeting.slug == "english-meeting")).one().seats_taken == 2
    message = db.session.scalars(select(OutboxMessage)).one()
    assert (message.message, message.state, message.subject_id) == ("confirmation", "queued", registration.id)
    assert differences() == []
