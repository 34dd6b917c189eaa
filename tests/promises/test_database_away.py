"""Database away, locked or full: 503 in the page's language with Retry-After, never a false "you are registered"."""

import http.client
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.pool import NullPool

from registration.extensions import db
from registration.families.models import Registration
from registration.mail.models import OutboxMessage
from tests.conftest import SERVER
from tests.pages import Browser, Form, Page
from tests.promises.service import ROOT, free_port

REGISTER = "/es/meetings/english-meeting/register"
ROSA = {"name": "Rosa Méndez Xol", "email": "rosa@example.org", "interpretation": "es"}
Away = Callable[[str], AbstractContextManager[None]]


@contextmanager
def no_file(uri: str) -> Iterator[None]:
    """The file of the database is gone."""
    path = Path(str(make_url(uri).database))
    kept = [one for one in (path, Path(f"{path}-wal"), Path(f"{path}-shm")) if one.exists()]
    for one in kept:
        one.rename(f"{one}.away")
    path.mkdir()
    yield
    path.rmdir()
    for one in kept:
        Path(f"{one}.away").rename(one)


@contextmanager
def another_writer(uri: str) -> Iterator[None]:
    """Somebody else writes for longer than we wait."""
    engine = create_engine(uri, poolclass=NullPool)
    with engine.connect() as connection:
        if SERVER is None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("LOCK TABLE meeting IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()


@contextmanager
def no_connections(uri: str) -> Iterator[None]:
    """The server takes no connections to this database, and has ended those there were."""
    name = str(make_url(uri).database)
    engine = create_engine(str(SERVER), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
        connection.execute(text(ended), {"name": name})
        yield
        connection.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"))


WAYS: list[Away] = [no_file, another_writer] if SERVER is None else [no_connections, another_writer]


@pytest.fixture
def app_settings() -> dict[str, object]:
    """Waits of half a second for a lock."""
    return {"DATABASE_LOCK_TIMEOUT": 0.5}


@pytest.fixture
def last_form(browser: Browser) -> Form:
    """The form of the check page: one press from being registered."""
    return browser.send(browser.get(REGISTER).form("submission_id"), **ROSA).forms()[0]


def press(app: Flask, browser: Browser, form: Form) -> Page:
    """Press Register with no connection open from before."""
    db.session.rollback()
    return browser.send(form)


def assert_sorry(page: Page, browser: Browser) -> None:
    """The page says in Spanish that nothing was saved, and when to try again."""
    assert page.status == 503
    assert browser.last is not None
    assert int(browser.last.headers["Retry-After"]) > 0
    assert page.html.get("lang") == "es"
    assert browser.last.headers["Cache-Control"] in ("no-cache", "no-store")
    assert not page.root.all(class_="code")


@pytest.mark.parametrize("away", WAYS)
def test_registering_while_the_database_is_away_says_so_and_works_afterwards(
    away: Away, app: Flask, browser: Browser, last_form: Form, database_uri: str
) -> None:
    db.session.rollback()
    if away is no_file:
        db.engine.dispose()
    with away(database_uri):
        assert_sorry(press(app, browser, last_form), browser)
    if away is no_file:
        db.engine.dispose()
    assert db.session.scalars(select(Registration)).all() == []
    assert db.session.scalars(select(OutboxMessage)).all() == []
    assert browser.send(last_form).status == 200
    assert db.session.scalars(select(Registration.name)).all() == [ROSA["name"]]


@pytest.mark.parametrize("away", WAYS[:1])
@pytest.mark.parametrize("address", ["/es/", REGISTER, "/es/meetings/english-meeting/", "/es/contact"])
def test_every_page_says_in_its_language_that_the_database_is_away(
    away: Away, address: str, app: Flask, browser: Browser, database_uri: str
) -> None:
    db.session.rollback()
    db.engine.dispose()
    with away(database_uri):
        page = browser.get(address)
        if page.status != 200:
            assert_sorry(page, browser)
        else:
            assert address == "/es/contact"
        assert browser.raw("get", "/healthz").status_code == 200
        assert browser.raw("get", "/readyz").status_code == 503
    db.engine.dispose()
    assert browser.get(address).status == 200


def fill_the_disk() -> None:
    """Let the file of the database grow no further; the pool's only connection knows."""
    db.engine.dispose()
    opened = db.engine.raw_connection()
    cursor = opened.cursor()
    (pages,) = cursor.execute("PRAGMA page_count").fetchone()
    cursor.execute(f"PRAGMA max_page_count = {pages}")
    cursor.close()
    opened.close()


if SERVER is None:
    # A full disk cannot be had of a PostgreSQL server without filling the disk of whoever runs the tests.
    def test_when_the_disk_is_full_only_what_is_there_was_acknowledged(app: Flask) -> None:
        db.session.rollback()
        fill_the_disk()
        statuses: list[int] = []
        waits: str | None = None
        while 503 not in statuses and len(statuses) < 200:
            family = Browser(app)
            typed = ROSA | {"email": f"family{len(statuses)}@example.org", "name": "Rosa " * 20}
            first = family.send(family.get(REGISTER).form("submission_id"), **typed)
            answer = family.raw("post", REGISTER, data=first.forms()[0].values)
            statuses.append(answer.status_code)
            waits = answer.headers.get("Retry-After")
        assert statuses == [303] * (len(statuses) - 1) + [503]
        assert int(waits or 0) > 0
        db.session.rollback()
        assert db.session.query(Registration).count() == db.session.query(OutboxMessage).count() == len(statuses) - 1


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("en", "Cottonwood Public Schools"),
        ("es", "Escuelas Públicas de Cottonwood"),
        ("vi", "Học khu Công lập Cottonwood"),
    ],
)
def test_a_process_that_starts_without_its_database_still_says_whom_to_call(
    app: Flask, database_uri: str, tmp_path: Path, locale: str, name: str
) -> None:
    # Whoever came before read English; the copies are in every language all the same.
    Browser(app).get("/en/")
    copies = list(Path(app.instance_path).glob("district-*.json"))
    assert sorted(path.name for path in copies) == ["district-en.json", "district-es.json", "district-vi.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in copies} == {0o600}
    nowhere = {
        "SQLALCHEMY_DATABASE_URI": unreachable(database_uri, tmp_path),
        "BASE_URL": "http://meetings.example.org",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLASK_")}
    environment |= {f"FLASK_{name}": value for name, value in nowhere.items()}
    environment |= {"FLASK_INSTANCE_PATH": app.instance_path, "FLASK_SECRET_KEY": "a key of the tests"}
    port = free_port()
    command = [sys.executable, "-m", "flask", "--app", "registration", "serve", "--no-mail", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        service = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        status, text = answer_of(port, f"/{locale}/meetings/english-meeting/register", tmp_path / "log")
    finally:
        os.killpg(service.pid, signal.SIGKILL)
        service.wait()
    assert status == 503, (tmp_path / "log").read_text()
    assert "(303) 555-0100" in text
    assert name in text


def unreachable(uri: str, folder: Path) -> str:
    """A database of the same kind that cannot be reached."""
    if SERVER is None:
        (folder / "no-database").mkdir()
        return f"sqlite:///{folder / 'no-database'}"
    return make_url(uri).set(host="127.0.0.1", port=free_port(), query={}).render_as_string(hide_password=False)


def answer_of(port: int, path: str, log: Path) -> tuple[int, str]:
    """What the service answers, once it listens."""
    until = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        finally:
            connection.close()
