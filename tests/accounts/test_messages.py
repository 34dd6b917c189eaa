"""Mails to people who sign in, in every language, kept whole beside those to families."""

from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock, links
from registration.accounts import people, sign_in, tokens
from registration.accounts.models import Person, SignInLink
from registration.extensions import db
from registration.mail import BUILDERS
from registration.mail.compose import compose
from registration.mail.letter import Letter, Superseded
from registration.mail.models import OutboxMessage
from tests.conftest import NOW
from tests.signing_in import person_with
from tests.snapshots import LOCALES, compare

MESSAGES = ("invitation", "sign_in")


def queued(message: str, locale: str, monkeypatch: pytest.MonkeyPatch) -> OutboxMessage:
    """The row of that message to a coordinator, with a link that is the same in every run."""
    monkeypatch.setattr(links, "new_public_id", lambda: "p" * 22)
    person = person_with("coordinator", "greeter", locale=locale)
    if message == "sign_in":
        sign_in.ask_for_link(person.email, NOW)
    else:
        people.send_invitation(person)
    db.session.commit()
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.message == message)).one()


def letter_of(app: Flask, row: OutboxMessage) -> Letter | Superseded:
    """What the row would send."""
    letter: Letter | Superseded = app.extensions[BUILDERS][row.message](row.queued())
    return letter


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", MESSAGES)
def test_the_mail_reads_as_its_snapshot(app: Flask, message: str, locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = letter_of(app, queued(message, locale, monkeypatch))
    assert isinstance(letter, Letter)
    compare(f"{message}-{locale}.txt", f"Subject: {letter.subject}\nTo: {letter.recipient}\n\n{letter.text}")
    compare(f"{message}-{locale}.html", letter.html)
    mail = message_from_bytes(compose(letter, "<id@example.org>").as_bytes(), policy=policy.default)
    assert mail["Subject"] == letter.subject


def test_the_row_of_a_link_and_of_its_mail_hold_neither_link_nor_token(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queued("sign_in", "en", monkeypatch)
    token = tokens.token("p" * 22)
    signature = token.split("~")[1]
    letter = letter_of(app, row)
    assert isinstance(letter, Letter)
    assert token in letter.text
    assert letter.secrets == [token]
    for table in (OutboxMessage.__table__, SignInLink.__table__):
        for kept in db.session.execute(select(table)):
            assert signature not in repr(kept)


def test_a_link_that_is_used_old_or_of_somebody_deactivated_is_not_mailed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queued("sign_in", "en", monkeypatch)
    with clock.at(NOW + sign_in.LIFE):
        assert isinstance(letter_of(app, row), Superseded)
    app.config["SECRET_KEY"], kept = "another key", app.config["SECRET_KEY"]
    assert isinstance(letter_of(app, row), Superseded)
    app.config["SECRET_KEY"] = kept
    assert isinstance(letter_of(app, row), Letter)
    db.session.get_one(Person, row.subject_id).active = False
    assert isinstance(letter_of(app, row), Superseded)


def test_links_in_mail_lead_where_the_setting_says(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = letter_of(app, queued("sign_in", "es", monkeypatch))
    assert isinstance(letter, Letter)
    assert "http://meetings.example.org/sign-in/" in letter.text
