"""/readyz says whether pages can be served: writing included, and by a program that is older than the schema."""

import shutil
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from registration import health
from registration.extensions import db
from registration.health import SchemaSupport, WriteProbe
from tests.conftest import SERVER
from tests.pages import Browser

NEWER = """
revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None
additive = {additive}


def upgrade():
    pass


def downgrade():
    pass
"""


@pytest.fixture(autouse=True)
def every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try to write whenever asked."""
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.0)


def ready(browser: Browser) -> tuple[int, str]:
    """What /readyz says."""
    answer = browser.raw("get", "/readyz")
    return answer.status_code, answer.text


@pytest.mark.parametrize("additive", [True, False])
def test_a_program_is_ready_on_a_newer_schema_that_still_serves_it(
    additive: bool, app: Flask, browser: Browser, tmp_path: Path
) -> None:
    ours = app.extensions["migrate"].directory
    head = health._scripts().get_current_head()
    newer = tmp_path / "migrations"
    shutil.copytree(ours, newer)
    (newer / "versions" / "9999_newer.py").write_text(NEWER.format(head=head, additive=additive))
    db.session.rollback()
    flask_migrate.upgrade(directory=str(newer))
    assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    db.session.rollback()
    status, words = ready(browser)
    assert status == (200 if additive else 503)
    assert additive or "update" in words


def test_taking_migrations_back_says_again_which_program_is_served(app: Flask) -> None:
    db.session.rollback()
    before = db.session.scalars(select(SchemaSupport.oldest_program)).all()
    db.session.rollback()
    flask_migrate.downgrade(revision="0015")
    flask_migrate.upgrade()
    assert db.session.scalars(select(SchemaSupport.oldest_program)).all() == before
    assert len(before) == 1


@pytest.mark.own_app
def test_a_service_that_cannot_write_is_not_ready(app: Flask, browser: Browser) -> None:
    assert ready(browser)[0] == 200
    db.session.rollback()
    db.engine.dispose()

    def fill(connection: object, *_: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        if SERVER is None:
            # The row that is there is all there is room for.
            (pages,) = cursor.execute("PRAGMA page_count").fetchone()
            cursor.execute(f"PRAGMA max_page_count = {pages}")
        else:
            cursor.execute("SET default_transaction_read_only = on")
        cursor.close()

    event.listen(db.engine, "connect", fill)
    if SERVER is None:
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM write_probe"))
            connection.execute(text("CREATE TABLE rest (filler BLOB)"))
            many = text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 9999) "
                "INSERT INTO rest SELECT zeroblob(1000) FROM n"
            )
            with pytest.raises(OperationalError, match="full"):
                connection.execute(many)
    status, words = ready(browser)
    assert status == 503
    assert "cannot be written" in words
    event.remove(db.engine, "connect", fill)
    db.engine.dispose()
    if SERVER is not None:
        assert ready(browser)[0] == 200


def test_a_write_is_tried_once_in_a_while_however_often_anybody_asks(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 1000.0)
    for _ in range(5):
        assert ready(browser)[0] == 200
    app.extensions["write_probe"].next = 0.0
    first = db.session.scalars(select(WriteProbe.id)).all()
    db.session.rollback()
    for _ in range(5):
        assert ready(browser)[0] == 200
    assert db.session.scalars(select(WriteProbe.id)).all() == [one + 1 for one in first]
