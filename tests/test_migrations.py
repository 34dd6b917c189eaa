"""Migrations give the schema the program expects, over databases with rows in them, and can be taken back."""

from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, select

from registration import create_app, demo
from registration.demo_families import load_families
from registration.extensions import db
from registration.families.models import RegistrationWord
from registration.families.recount import differences
from registration.meetings.models import Meeting
from tests.conftest import settings
from tests.pages import Browser

NOW = datetime(2027, 3, 30, 20, 0, tzinfo=UTC)


def tables() -> set[str]:
    """The tables there are, but for Alembic's own."""
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_migrated_schema_is_the_one_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=app.extensions["migrate"].configure_args)
        assert compare_metadata(context, db.metadata) == []
    assert tables() == set(db.metadata.tables)


def test_every_constraint_has_a_name(app: Flask) -> None:
    unnamed = [
        (table, constraint)
        for table in tables()
        for constraint in [
            *inspect(db.engine).get_check_constraints(table),
            *inspect(db.engine).get_unique_constraints(table),
            *inspect(db.engine).get_foreign_keys(table),
        ]
        if not constraint["name"]
    ]
    assert unnamed == []


def test_migrations_can_be_taken_back_and_run_again_over_a_season(app: Flask) -> None:
    assert db.session.scalars(select(Meeting)).all()
    db.session.commit()
    flask_migrate.downgrade(revision="base")
    assert tables() == set()
    flask_migrate.upgrade()
    demo.load_season(NOW)
    db.session.commit()
    assert len(db.session.scalars(select(Meeting)).all()) == 6


def test_counters_and_search_words_are_made_for_families_that_registered_before_there_were_any(app: Flask) -> None:
    load_families(60, NOW)
    words = {tuple(row) for row in db.session.execute(select(RegistrationWord.word, RegistrationWord.registration_id))}
    db.session.commit()
    flask_migrate.downgrade(revision="0002")
    flask_migrate.upgrade()
    assert differences() == []
    assert {
        tuple(row) for row in db.session.execute(select(RegistrationWord.word, RegistrationWord.registration_id))
    } == words
    assert len(words) > 60


def test_a_service_whose_schema_is_old_says_that_it_is_not_ready(app: Flask, browser: Browser) -> None:
    assert browser.raw("get", "/readyz").status_code == 200
    flask_migrate.downgrade(revision="base")
    answer = browser.raw("get", "/readyz")
    assert answer.status_code == 503
    assert "flask db upgrade" in answer.text


def test_a_service_without_its_database_says_that_it_is_not_ready(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'nowhere' / 'registration.sqlite'}"
    app = create_app(settings(uri), instance_path=str(tmp_path))
    assert app.test_client().get("/readyz").status_code == 503
    assert app.test_client().get("/healthz").status_code == 200
