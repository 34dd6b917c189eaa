"""A database that hangs keeps nobody waiting: the page says so, and the service goes on by itself afterwards."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text

from registration.extensions import db
from registration.timeouts import as_long_as_it_takes
from tests.conftest import SERVER
from tests.pages import Browser
from tests.promises.hanging import HangingServer
from tests.promises.service import Answer, Family, Service, free_port

SLUG = "english-meeting"
FORM = f"/en/meetings/{SLUG}/register"
# The promise is ten seconds; what is above them is for a machine that is busy with other tests.
ANSWERED_WITHIN_SECONDS = 20
RECOVERS_WITHIN_SECONDS = 60


def all_at_once(service: Service, path: str, families: int) -> list[tuple[Answer, float]]:
    """What so many families get who ask at the same time, and after how many seconds."""
    answers: list[tuple[Answer, float]] = []

    def one() -> None:
        began = time.monotonic()
        answer = Family(service).ask("GET", path)
        answers.append((answer, time.monotonic() - began))

    threads = [threading.Thread(target=one) for _ in range(families)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_alive_is_answered_without_the_database(app: Flask, browser: Browser) -> None:
    db.session.rollback()
    db.engine.dispose()
    app.extensions["chosen"].last = None
    asked: list[object] = []

    def note(*about: object) -> None:
        asked.append(about)

    for name in ("do_connect", "checkout"):
        event.listen(db.engine, name, note)
    try:
        assert browser.raw("get", "/healthz").status_code == 200
        assert asked == []
        assert browser.raw("get", "/readyz").status_code == 200
        assert asked
    finally:
        for name in ("do_connect", "checkout"):
            event.remove(db.engine, name, note)


def test_pages_wait_less_for_the_database_than_commands(app: Flask) -> None:
    asked = "PRAGMA busy_timeout" if SERVER is None else "SHOW statement_timeout"
    expected = (4000, 30_000) if SERVER is None else ("5s", "5min")
    found = []
    for context in (app.test_request_context("/"), app.app_context()):
        with context, db.engine.connect() as connection:
            found.append(connection.scalar(text(asked)))
    assert tuple(found) == expected


if SERVER is not None:

    @pytest.fixture
    def database(database_uri: str) -> Iterator[HangingServer]:
        """The server, behind something that can hang."""
        made = HangingServer(database_uri)
        yield made
        made.close()

    @pytest.fixture
    def service(app: Flask, database: HangingServer, tmp_path: Path) -> Iterator[Service]:
        """The service on a database that can hang."""
        db.session.rollback()
        made = Service(database.uri, free_port(), tmp_path)
        yield made
        made.end()

    def test_a_server_that_hangs_is_a_page_that_says_so_for_everybody(
        service: Service, database: HangingServer
    ) -> None:
        service.start()
        assert {answer.status for answer, _ in all_at_once(service, FORM, 20)} == {200}
        database.hang()
        # More families than there are threads and connections.
        answers = all_at_once(service, FORM, 60)
        assert {answer.status for answer, _ in answers} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer, _ in answers)
        assert max(seconds for _, seconds in answers) < ANSWERED_WITHIN_SECONDS
        assert Family(service).ask("GET", "/healthz").status == 200
        assert Family(service).ask("GET", "/readyz").status == 503
        database.go_on()
        until = time.monotonic() + RECOVERS_WITHIN_SECONDS
        while Family(service).ask("GET", FORM).status != 200:
            assert time.monotonic() < until
            time.sleep(0.2)

    def test_migrations_take_the_time_they_need(app: Flask) -> None:
        with db.engine.connect() as connection:
            as_long_as_it_takes(connection)
            assert connection.scalar(text("SHOW statement_timeout")) == "0"
        with db.engine.connect() as connection:
            assert connection.scalar(text("SHOW statement_timeout")) == "5min"
