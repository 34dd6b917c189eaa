"""A bare application around the outbox: mail knows no meeting and no family, so its tests need none.

On SQLite, or on the PostgreSQL that TEST_DATABASE_URI names; there each test has a schema of its own.
"""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from registration import config, database, i18n, mail
from registration.extensions import db
from registration.extensions import mail as sender
from registration.mail.letter import Builder
from tests.mail.letters import hello

ROOT = Path(__file__).parents[2]
# A Tuesday.
NOON = datetime(2027, 5, 18, 18, 0, tzinfo=UTC)


@pytest.fixture
def mail_settings() -> dict[str, object]:
    """Settings of the test's application; a test changes them before it asks for `bare_app`."""
    return {}


@pytest.fixture
def builders() -> dict[str, Builder]:
    """Who writes the messages of the test."""
    return {"hello": hello}


@pytest.fixture
def mail_database_uri(tmp_path: Path) -> Iterator[str]:
    """A database of the test's own."""
    server = os.environ.get("TEST_DATABASE_URI")
    if not server:
        yield f"sqlite:///{tmp_path / 'outbox.sqlite'}"
        return
    schema = f"mail_{secrets.token_hex(6)}"
    engine = create_engine(server, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture
def bare_app(
    tmp_path: Path, mail_database_uri: str, mail_settings: dict[str, object], builders: dict[str, Builder]
) -> Iterator[Flask]:
    """The application, with the tables of the outbox and an application context."""
    app = Flask("registration", instance_path=str(tmp_path / "instance"), template_folder=str(ROOT / "templates"))
    overrides: dict[str, object] = {
        "SQLALCHEMY_DATABASE_URI": mail_database_uri,
        "BASE_URL": "http://meetings.example.org",
        "SECRET_KEY": "a key of the tests",
        "MAIL_DEFAULT_SENDER": "meetings@example.org",
        "MAIL_REPLY_TO": "office@example.org",
        "MAIL_TIMEOUT": 2.0,
        "TESTING": True,
    }
    config.load(app, ROOT / "translations", overrides | mail_settings)
    database.init_engine_options(app)
    db.init_app(app)
    database.prepare_engine(app)
    sender.init_app(app)
    i18n.init_app(app, ROOT / "translations")
    mail.init_app(app, builders)
    with app.app_context():
        db.metadata.create_all(
            db.engine,
            tables=[
                db.metadata.tables[name]
                for name in ("outbox", "address_allowance", "mail_pace", "mail_generation", "mail_worker")
            ],
        )
        yield app
        db.session.remove()
        db.engine.dispose()
