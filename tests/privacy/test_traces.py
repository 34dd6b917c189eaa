"""After answers are deleted no trace of them is left in files: the database's own, its dump, and written mails."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from registration import clock, database
from registration.extensions import db
from registration.families.change import erase
from registration.mail import deliver
from registration.mail.deliver import Delivery, deliver_batch
from registration.mail.models import OutboxMessage, State
from registration.mail.smtp import Folder
from registration.privacy import compact
from tests.conftest import NOW
from tests.families.steps import meeting, messages, register, registrations
from tests.pages import Browser
from tests.privacy.canary import family, on_disk, sing
from tests.privacy.test_purge import due

OTHERS = {"name": "Somebody Else", "email": "else@example.org"}
OWN = "/en/registration/"


def purged(app: Flask) -> None:
    """Run the command as an operator does who wants no remains in PostgreSQL's files either."""
    done = app.test_cli_runner().invoke(args=["privacy", "purge", "--full"])
    assert done.exit_code == 0, done.output


def sampled() -> None:
    """Let PostgreSQL take samples of all values, as it does by itself every now and then."""
    if not database.is_sqlite():
        db.session.execute(text("ANALYZE"))
        db.session.commit()


@pytest.mark.parametrize("others", [True, False], ids=["other families stay", "no family is left"])
def test_after_the_purge_no_file_holds_a_canary(app: Flask, others: bool) -> None:
    if others:
        register(Browser(app), "/en/meetings/vietnamese-meeting/register", **OTHERS)
    sing(app)
    sampled()
    found = on_disk(app)
    assert [name for name in found if name.endswith(".eml")]
    assert [name for name in found if not name.endswith(".eml")]
    with clock.at(due()):
        purged(app)
    assert on_disk(app) == {}


def test_after_families_deleted_their_data_no_file_holds_a_canary(app: Flask) -> None:
    register(Browser(app), **OTHERS)
    numbers = sing(app, briefing=False) + [family(app, email=f"zeisig{number}@example.org") for number in range(20)]
    while deliver_batch(NOW):
        pass
    sampled()
    assert on_disk(app)
    for number in numbers:
        erase(number, meeting().id, now=NOW)
        db.session.commit()
    # Written mails are gone with the rows.
    assert [name for name in on_disk(app) if name.endswith(".eml")] == []
    purged(app)
    assert on_disk(app) == {}


def test_the_loop_cleans_up_after_each_deletion_and_rewrites_the_file_at_most_once_an_hour(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten: list[bool] = []
    really = compact.compact

    def compacted(now: datetime, *, rewrites: bool) -> None:
        rewritten.append(rewrites)
        really(now, rewrites=rewrites)

    monkeypatch.setattr(compact, "compact", compacted)
    for minutes in (0, 1, 59, 61):
        now = NOW + timedelta(minutes=minutes)
        erase(family(app, email=f"zeisig{minutes}@example.org"), meeting().id, now=now)
        db.session.commit()
        with clock.at(now):
            deliver.More(app).queue(now)
    assert rewritten == [True, False, False, True]
    if database.is_sqlite():
        assert on_disk(app) == {}


class Slow(Folder):
    """Somebody deletes their data while their mail is being written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.erase = True

    def send(self, message: object, name: str) -> None:
        super().send(message, name)  # type: ignore[arg-type]
        if self.erase:
            self.erase = False
            (one,) = registrations()
            erase(one.id, one.meeting_id, now=NOW)
            db.session.commit()
            (self.folder / f"late-{name}.eml").write_text("zeisig")


def test_a_mail_that_is_under_way_while_data_is_deleted_is_recorded_without_its_words(app: Flask) -> None:
    family(app)
    Delivery(app, by=Slow(Path(app.instance_path) / "mail")).batch(NOW)
    assert messages() == [("confirmation", State.SENT)]
    row = db.session.get_one(OutboxMessage, 1)
    assert (row.sent_subject, row.sent_text, row.facts, row.address_key) == (None, None, {}, None)
    assert row.forgotten_at is not None
    with clock.at(NOW):
        deliver.More(app).queue(NOW)
    assert [name for name in on_disk(app) if name.endswith(".eml")] == []


def test_no_free_page_is_left_in_a_sqlite_file(app: Flask) -> None:
    def free() -> int:
        return int(db.session.scalar(text("PRAGMA freelist_count")) or 0)

    if database.is_sqlite():
        db.session.execute(text("CREATE TABLE spare AS SELECT randomblob(100000) AS data"))
        db.session.execute(text("DROP TABLE spare"))
        db.session.commit()
        assert free()
        db.session.rollback()
        purged(app)
        assert free() == 0


def test_sqlite_overwrites_what_is_deleted(app: Flask) -> None:
    if database.is_sqlite():
        connection = db.engine.raw_connection()
        assert isinstance(connection.driver_connection, sqlite3.Connection)
        assert connection.cursor().execute("PRAGMA secure_delete").fetchone() == (1,)
        connection.close()
