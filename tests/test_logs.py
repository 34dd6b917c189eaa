"""Logs carry no token, no name, no address and no query string, whatever goes wrong."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from registration import links
from registration.extensions import db
from registration.logs import JsonLines, without_secrets
from registration.mail.deliver import Delivery
from registration.mail.smtp import Refused
from tests.conftest import NOW
from tests.families.steps import register, the_only
from tests.mail.carriers import Recording
from tests.pages import Browser

CANARIES = ("Rosa Canary", "canary@example.org", "3035550177", "Canary chair", "Canary question")


class Lines(logging.Handler):
    """What production would write, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@pytest.fixture
def lines(app: Flask) -> Iterator[Lines]:
    """Everything any logger says, as production writes it."""
    kept = Lines()
    loggers = [logging.getLogger(name) for name in ("registration", "", "werkzeug", "sqlalchemy")]
    for logger in loggers:
        logger.addHandler(kept)
    yield kept
    for logger in loggers:
        logger.removeHandler(kept)


@pytest.fixture
def family(browser: Browser, lines: Lines) -> Browser:
    """A family whose every word is a canary."""
    register(
        browser,
        name=CANARIES[0],
        email=CANARIES[1],
        phone="303 555 0177",
        needs_other=CANARIES[3],
        question=CANARIES[4],
    )
    return browser


def assert_silent(lines: Lines) -> None:
    """Nothing of the family stands in any line."""
    found = the_only()
    written = "\n".join(lines.written)
    token = links.token(links.Purpose.REGISTRATION, found.public_id, found.link_version)
    for secret in (*CANARIES, "canary", token, found.public_id, found.code, "a key of the tests"):
        assert secret not in written


def test_an_ordinary_day_leaves_nothing_of_a_family_in_the_logs(family: Browser, lines: Lines) -> None:
    link = family.get("/en/registration/").root.one(class_="secret").get("href")
    family.get(link)
    family.send(family.get("/en/registration/change").form("registration"), adults=2)
    family.send(family.get("/en/lost-link").form("code"), code=the_only().code, contact=CANARIES[1])
    family.raw("get", "/en/r/forged-token?email=canary@example.org")
    assert_silent(lines)


def test_a_database_error_in_the_middle_is_logged_without_its_values(
    family: Browser, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = family.get("/en/registration/change").form("registration")
    db.session.rollback()
    # The statement that fails holds name, email and question among its values.
    db.session.execute(text("DROP TABLE interpretation_event"))
    db.session.commit()
    page = family.send(form, name="Rosa Canary the second")
    assert page.status in (500, 503)
    assert any('"level": "error"' in line for line in lines.written)
    assert_silent(lines)


@pytest.mark.own_app
def test_an_error_of_ours_is_logged_by_its_place_and_not_by_its_words(app: Flask, lines: Lines) -> None:
    app.testing = False

    @app.get("/<locale>/broken")
    def broken() -> str:
        raise ValueError("Rosa Canary, canary@example.org")

    assert Browser(app).get("/en/broken").status == 500
    (entry,) = [json.loads(line) for line in lines.written if "unexpected" in line]
    assert entry["error"] == "ValueError"
    assert entry["endpoint"] == "broken"
    assert any("broken" in place for place in entry["trace"])
    assert "Canary" not in "\n".join(lines.written)


def test_a_mail_server_that_repeats_the_address_leaves_it_out_of_the_logs(
    app: Flask, family: Browser, lines: Lines
) -> None:
    def refuse(_message: object) -> None:
        raise Refused(f"550 5.1.1 <{CANARIES[1]}> {CANARIES[0]}: user unknown")

    Delivery(app, by=Recording(refuse)).batch(NOW)
    assert_silent(lines)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("GET /en/r/abc~1~xyz HTTP/1.1", "GET /en/r/… HTTP/1.1"),
        ("GET /vi/not-me/abc~1~xyz?x=1", "GET /vi/not-me/…"),
        ("/interpreter/calendar/abc.ics", "/interpreter/calendar/…"),
        ("/en/registration/?new=1&held=1 200", "/en/registration/ 200"),
    ],
)
def test_tokens_and_query_strings_are_blanked(line: str, left: str) -> None:
    assert without_secrets(line) == left


def test_a_line_of_production_is_json_with_a_time_and_no_more_than_needed(app: Flask) -> None:
    record: Any = logging.LogRecord("registration.x", logging.INFO, "", 0, "at /en/r/%s", ("token",), None)
    entry = json.loads(JsonLines().format(record))
    assert entry == {
        "time": NOW.isoformat(timespec="milliseconds"),
        "level": "info",
        "logger": "registration.x",
        "message": "at /en/r/…",
    }
