"""A message as its reader gets it, looked at by staff: in every language, opening nothing, sending nothing."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import links
from registration.extensions import db
from registration.families.messages import BUILDERS
from registration.families.models import Registration
from registration.mail import BUILDERS as MESSAGE_BUILDERS
from registration.mail.deliver import deliver_batch
from registration.mail.letter import Letter, Queued
from registration.mail.models import OutboxMessage
from registration.meetings.models import InterpretationService, MeetingChange
from registration.meetings.published import touch
from registration.staff.mail import preview
from tests.conftest import NOW
from tests.families.steps import meeting
from tests.pages import Browser, parse
from tests.signing_in import signed_in
from tests.staff.messages import LOCALES, NAME, message, registered

# Whatever could be a token of links.py: a public id, a version, a signature.
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}~\d+~[A-Za-z0-9_-]{16,}")


# What a change of plan may have kept of what was true before.
BEFORE = {
    "starts_at": "2027-05-03T23:30:00+00:00",
    "ends_at": "2027-05-04T00:30:00+00:00",
    "time_zone": "America/Denver",
}


@pytest.fixture
def family(app: Flask) -> Registration:
    """A family that reads Spanish and whose confirmation waits."""
    return registered(Browser(app))


@pytest.fixture
def staff(app: Flask, family: Registration) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


def everything() -> list[tuple[Any, ...]]:
    """All that the tables of messages and families hold."""
    db.session.rollback()
    tables = (OutboxMessage.__table__, Registration.__table__)
    return [tuple(row) for table in tables for row in db.session.execute(select(table).order_by("id"))]


def frame(staff: Browser, row: OutboxMessage, language: str = "") -> Any:
    """The answer to the address of the frame."""
    return staff.raw("get", f"/staff/mail/{row.id}/preview.html" + (f"?language={language}" if language else ""))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_mail_is_shown_in_each_page_language(staff: Browser, locale: str) -> None:
    row = message()
    answer = frame(staff, row, locale)
    assert parse(answer.text).one("html").get("lang") == locale
    assert answer.headers["Content-Language"] == locale
    page = staff.get(f"/staff/mail/{row.id}/?language={locale}")
    assert page.html.get("lang") == "en"
    (shown,) = page.main.all("iframe")
    assert f"language={locale}" in shown.get("src")
    (heading,) = [one.text for one in parse(answer.text).all("h1")]
    letter = preview.rendered(row.queued(), locale)
    assert isinstance(letter, Letter)
    assert letter.locale == locale
    assert letter.subject in page.text
    assert heading in parse(letter.html).text


def test_without_a_choice_it_is_in_the_familys_own_language(staff: Browser) -> None:
    assert parse(frame(staff, message()).text).one("html").get("lang") == "es"
    assert parse(frame(staff, message(), "xx").text).one("html").get("lang") == "es"


def test_the_preview_is_what_will_be_sent(app: Flask, staff: Browser, family: Registration) -> None:
    row = message()
    seen = preview.rendered(row.queued(), "es")
    db.session.rollback()
    sent = BUILDERS["confirmation"](row.queued())
    assert isinstance(seen, Letter)
    assert isinstance(sent, Letter)
    token = sent.secrets[0]
    assert token in sent.text
    assert seen.subject == sent.subject
    assert seen.text == sent.text.replace(token, "…").replace(sent.secrets[1], "…")
    assert parse(seen.html).text == parse(sent.html).text


def test_no_valid_link_leaves_the_server(app: Flask, staff: Browser, family: Registration) -> None:
    row = message()
    tokens = [links.token(one, family.public_id, family.link_version) for one in links.Purpose]
    answers = [staff.raw("get", f"/staff/mail/{row.id}/?language={one}") for one in LOCALES]
    answers += [frame(staff, row, one) for one in LOCALES]
    for answer in answers:
        assert answer.status_code == 200
        assert not TOKEN.search(answer.text)
        assert family.public_id not in answer.text
        assert links.CANARY not in answer.text
        assert not [one for one in tokens if one in answer.text]
    for answer in answers[3:]:
        assert not [one for one in parse(answer.text).all() if one.get("href") or one.get("src")]
        assert not parse(answer.text).all("form", "script", "link", "img", "base", "meta", http_equiv="refresh")
    # The canary is one: outside a preview the same builder makes tokens that open something.
    letter = BUILDERS["confirmation"](row.queued())
    assert isinstance(letter, Letter)
    assert TOKEN.search(letter.html)


def prepared(family: Registration, name: str) -> dict[str, Any]:
    """Make the message of this name true, and the facts that are kept with it."""
    found = meeting("english-meeting")
    family.status = {"waiting": "waiting", "withdrawn": "withdrawn"}.get(name, "registered")
    family.attendance = "online" if name == "way_in" else family.attendance
    service = db.session.scalars(select(InterpretationService).where(InterpretationService.language == "es")).first()
    assert service is not None
    if name.startswith("interpreter_"):
        service.state, service.way = name.removeprefix("interpreter_"), "telephone" if "way" in name else None
    kinds = {"room_changed": "room", "moved": "moved", "now_online": "online"} | {
        one: one for one in ("postponed", "cancelled")
    }
    change = MeetingChange(meeting_id=found.id, kind=kinds.get(name, "room"), at=NOW, before=BEFORE)
    db.session.add(change)
    if name in ("postponed", "cancelled"):
        found.status = name
    touch()
    db.session.commit()
    asked = {"service": service.id, "version": service.version, "language": "es", "modality": "spoken"}
    return asked | {"change": change.id}


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_every_message_to_families_can_be_looked_at_in_every_language(app: Flask, name: str) -> None:
    family = registered(Browser(app), interpretation="es")
    facts = prepared(family, name)
    queued = Queued(0, name, "registration", family.id, str(family.version), NOW, False, facts=facts)
    for locale in LOCALES:
        letter = preview.rendered(queued, locale)
        assert isinstance(letter, Letter), letter
        assert letter.locale == locale
        assert parse(letter.html).one("html").get("lang") == locale
        assert not TOKEN.search(letter.html + letter.text + letter.subject)


def test_looking_sends_nothing_and_writes_nothing(app: Flask, staff: Browser) -> None:
    row = message()
    before = everything()
    for locale in LOCALES:
        assert frame(staff, row, locale).status_code == 200
        staff.get(f"/staff/mail/{row.id}/?language={locale}")
    assert everything() == before
    assert not list((Path(app.instance_path) / "mail").glob("*"))


def test_the_frame_runs_nothing_and_stands_only_in_our_page(staff: Browser) -> None:
    row = message()
    policy = frame(staff, row).headers["Content-Security-Policy"]
    directives = dict((one.strip().partition(" ")[::2]) for one in policy.split(";"))
    assert directives["sandbox"] == ""
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'self'"
    assert directives["form-action"] == "'none'"
    assert "script-src" not in directives
    page = staff.get(f"/staff/mail/{row.id}/")
    (shown,) = page.main.all("iframe")
    assert "sandbox" in shown.attributes
    assert shown.get("sandbox") == ""
    assert shown.get("title")
    assert "frame-src 'self'" in page.response.headers["Content-Security-Policy"]
    assert frame(staff, row).headers["Cache-Control"] == "no-store"


def test_a_sent_message_is_shown_as_it_was_kept(staff: Browser, family: Registration) -> None:
    deliver_batch(NOW)
    row = message()
    assert row.state == "sent"
    family.name = "Another Name"
    db.session.commit()
    page = staff.get(f"/staff/mail/{row.id}/")
    assert "What was sent" in page.text
    assert NAME in page.text
    assert row.sent_subject
    assert row.sent_subject in page.text


def test_what_would_not_be_sent_now_says_why(staff: Browser, family: Registration) -> None:
    row = message()
    meeting("english-meeting", status="cancelled")
    page = staff.get(f"/staff/mail/{row.id}/")
    assert "It would not be sent now. The meeting is over or called off." in page.text
    assert page.main.all("iframe") == []
    assert frame(staff, row).status_code == 404


def test_a_builder_that_fails_is_said_and_breaks_no_page(
    app: Flask, staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = message()

    def broken(_queued: Queued) -> Letter:
        raise KeyError("canary")

    monkeypatch.setitem(app.extensions[MESSAGE_BUILDERS], "confirmation", broken)
    page = staff.get(f"/staff/mail/{row.id}/")
    assert page.status == 200
    assert "could not write this message" in page.text
    assert "canary" not in page.text


def test_what_signs_somebody_in_is_never_shown(app: Flask, staff: Browser) -> None:
    row = OutboxMessage(
        message="sign_in",
        subject_kind="person",
        subject_id=1,
        occurrence="x",
        state="queued",
        send_at=NOW,
        message_id="<x@example.org>",
    )
    db.session.add(row)
    db.session.commit()
    shown = staff.get(f"/staff/mail/{row.id}/")
    assert "This message is not shown." in shown.text
    assert "Somebody who signs in" in shown.text
    assert frame(staff, row).status_code == 404


def test_text_and_calendar_can_be_read(staff: Browser, family: Registration) -> None:
    page = staff.get(f"/staff/mail/{message().id}/?language=vi")
    sources = [one.text for one in page.main.all(class_="source")]
    assert any("BEGIN:VCALENDAR" in one for one in sources)
    assert any(NAME in one and family.code in one for one in sources)


@pytest.mark.parametrize("role", ["administrator", "greeter", "interpreter"])
def test_others_see_no_messages(app: Flask, family: Registration, role: str) -> None:
    browser = signed_in(app, role)
    for where in ("/staff/mail/", f"/staff/mail/{message().id}/", f"/staff/mail/{message().id}/preview.html"):
        answer = browser.raw("get", where)
        assert answer.status_code == 403
        assert NAME not in answer.text
