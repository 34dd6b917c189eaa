"""The fixed cast of the tests: an application on its own database, with the demo season in it and a clock that stands.

SQLite by default; the PostgreSQL server that TEST_DATABASE_URI names otherwise. Migrations make one template a worker,
each test gets a copy of it.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import make_url

from registration import clock, create_app, database, demo, i18n
from registration.extensions import db
from tests.pages import Browser
from tests.season import PostgresqlSeason, Season, SqliteSeason, on_server
from tests.shared_app import Shared

# A Tuesday afternoon in Denver, five weeks before the meetings ahead: every request is in time.
NOW = datetime(2027, 3, 30, 20, 0, tzinfo=UTC)
# The meetings ahead of that day, in Denver: Monday 3, Tuesday 4 and Tuesday 11 May 2027.
SERVER = os.environ.get("TEST_DATABASE_URI")

# What must never be asked for by accident: an address that names the mistake instead of half working.
POISON = "https://base-url-was-not-used.invalid"


# What an installation needs besides to run as in production; mail is not delivered by tests that use it.
PRODUCTION: dict[str, object] = {
    "BASE_URL": "https://meetings.example.org",
    "SECRET_KEY": "a key of the tests that is long enough",
    "MAIL_SERVER": "127.0.0.1",
}


def settings(uri: str) -> dict[str, object]:
    """Settings of a test's application."""
    return {
        "SQLALCHEMY_DATABASE_URI": uri,
        "SECRET_KEY": "a key of the tests",
        "BASE_URL": "http://meetings.example.org",
        "MAIL_DEFAULT_SENDER": "meetings@example.org",
        "MAIL_REPLY_TO": "office@example.org",
        "TESTING": True,
    }


def _named(database: str) -> str:
    assert SERVER
    return make_url(SERVER).set(database=database).render_as_string(hide_password=False)


def _fill(uri: str, instance: Path) -> None:
    app = create_app(settings(uri), instance_path=str(instance))
    with app.app_context(), clock.at(NOW):
        flask_migrate.upgrade()
        demo.load_season(NOW)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def season_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database with the demo season: the path of a SQLite file, or the name of a database on the server."""
    folder = tmp_path_factory.mktemp("template")
    if SERVER is None:
        path = folder / "season.sqlite"
        _fill(f"sqlite:///{path}", folder)
        yield str(path)
        return
    name = f"season_{secrets.token_hex(6)}"
    on_server(SERVER, f"CREATE DATABASE {name}")
    _fill(_named(name), folder)
    yield name
    on_server(SERVER, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def season(season_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    """Where the tests of this worker find their database."""
    if SERVER is None:
        yield SqliteSeason(season_template, tmp_path_factory.mktemp("database") / "registration.sqlite")
        return
    on_worker = PostgresqlSeason(SERVER, season_template)
    yield on_worker
    on_worker.close()


@pytest.fixture
def database_uri(season: Season, shared_apps: dict[str, Shared], request: pytest.FixtureRequest) -> str:
    """The test's own copy of the season."""
    assert not request.node.get_closest_marker("no_database"), "it asks for a database, so it runs on both"
    if not season.put_back():
        for shared in shared_apps.values():
            shared.close_connections()
    return season.uri


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once a worker, not once an application: that took most of the time of the tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app_settings() -> dict[str, object]:
    """More settings of the test's application; a test changes them before it asks for `app`."""
    return {}


@pytest.fixture(scope="session")
def shared_apps() -> Iterator[dict[str, Shared]]:
    """Applications of this worker by the address of their database."""
    shared_apps: dict[str, Shared] = {}
    yield shared_apps
    for shared in shared_apps.values():
        shared.close_connections()


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    database_uri: str,
    tmp_path: Path,
    app_settings: dict[str, object],
    compiled_templates: FileSystemBytecodeCache,
    shared_apps: dict[str, Shared],
) -> Iterator[Flask]:
    """The application on its own database, within an application context, at NOW.

    All tests of a worker share one, but for those with settings of their own or the mark `own_app`.
    """
    instance = tmp_path / "instance"

    def make() -> Flask:
        made = create_app(settings(database_uri) | app_settings, instance_path=str(instance))
        made.jinja_env.bytecode_cache = compiled_templates
        return made

    shared = None
    if not app_settings and request.node.get_closest_marker("own_app") is None:
        shared = shared_apps.get(database_uri) or shared_apps.setdefault(database_uri, Shared(make()))
    made = shared.as_new(instance) if shared else make()
    # A command that only reads says so until its process ends, and so does a page of its language; here both would hold
    # for every test that follows.
    database.may_write()
    with made.app_context(), clock.at(NOW), i18n.spoken("en"):
        yield made
        db.session.remove()
        if not (shared and SERVER):
            db.engine.dispose()
    if shared and (changed := shared.changed()):
        shared.close_connections()
        del shared_apps[database_uri]
        pytest.fail(f"changes the application that tests share ({', '.join(changed)}): mark it own_app")


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Somebody who reads pages, checks each, and sends forms."""
    return Browser(app)


@pytest.fixture
def another_browser(app: Flask) -> Callable[[], Browser]:
    """Somebody else, with cookies of their own."""
    return lambda: Browser(app)
