"""What tests of the outbox do, in a line each."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, select

from registration.extensions import Declarative, db
from registration.families.models import Registration
from registration.mail.models import OutboxMessage, State
from tests.conftest import NOW
from tests.families.steps import address, register, the_only
from tests.pages import Browser, Page

LOCALES = ("en", "es", "vi")
NAME = "Rosa Méndez"
REFUSED = "SMTPRecipientsRefused: 550 5.1.1 <…>: User unknown"


def registered(browser: Browser, **given: Any) -> Registration:
    """The only family, which reads Spanish and whose confirmation waits."""
    register(browser, address(locale="es"), **({"name": NAME, "email": "rosa@example.org"} | given))
    return the_only()


def message(**columns: Any) -> OutboxMessage:
    """The only message to a family, changed as given; committed."""
    db.session.rollback()
    found = db.session.scalars(select(OutboxMessage).where(OutboxMessage.subject_kind == "registration")).one()
    for name, value in columns.items():
        setattr(found, name, value)
    db.session.commit()
    return found


def many(registration: Registration, number: int, state: State = State.SENT, **columns: Any) -> None:
    """So many more messages, due a second apart; committed."""
    fixed = {
        "message": "changed",
        "subject_kind": "registration",
        "subject_id": registration.id,
        "topic": f"meeting:{registration.meeting_id}",
        "state": state.value,
        "message_id": "<many@example.org>",
        "attempts": 1,
        "facts": {},
        "stranger": False,
        "created_at": NOW,
        "sent_locale": "es" if state is State.SENT else None,
    }
    rows = [
        fixed | {"occurrence": secrets.token_hex(8), "send_at": NOW - timedelta(seconds=index)} | columns
        for index in range(number)
    ]
    db.session.execute(insert(Declarative.metadata.tables["outbox"]), rows)
    db.session.commit()


def listed(page: Page) -> list[str]:
    """The addresses of the messages of a list, in its order."""
    found = [one.get("href") for one in page.main.all("a")]
    return [href for href in found if href.startswith("/staff/mail/") and href.strip("/").split("/")[-1].isdigit()]


def click(browser: Browser, page: Page, words: str) -> Page:
    """Send the form whose button says this."""
    (form,) = [form for form in page.forms() if any(words in button.text for button in form.buttons)]
    return browser.send(form)


def statements(browser: Browser, where: str) -> int:
    """How many statements a page asks of the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert browser.get(where).status == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)
