"""What a prepared statement reads is what the session reads, and it stands outside the session's transaction."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, bindparam, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from registration import database
from registration.extensions import db
from registration.families import whole
from registration.families.models import Registration
from registration.meetings import views
from registration.meetings.models import District, Meeting
from registration.prepared import Prepared
from tests.conftest import NOW, SERVER
from tests.families.steps import register
from tests.pages import Browser

ENGLISH: dict[str, Any] = {"slug": "english-meeting"}
ASKED_AT = Prepared(select(Meeting.slug, Meeting.starts_at).where(Meeting.starts_at > bindparam("moment")))


def through_the_session(query: Select[*tuple[object, ...]], values: dict[str, Any]) -> list[tuple[object, ...]]:
    """The rows as SQLAlchemy gives them."""
    db.session.rollback()
    rows = [tuple(row) for row in database.run(query, values)]
    db.session.rollback()
    return rows


@pytest.fixture
def phone() -> Prepared:
    """The district's telephone number, which nothing but these tests changes."""
    return Prepared(select(District.phone).where(District.id == 1))


def test_moments_lists_and_nothings_come_as_the_session_gives_them(app: Flask, browser: Browser) -> None:
    register(browser, interpretation=["es", "vi"], needs=["wheelchair", "large_print"])
    public_id = db.session.scalar(select(Registration.public_id))
    asked: list[tuple[Prepared, dict[str, Any]]] = [
        (views.BY_SLUG, ENGLISH),
        (whole._BY_PUBLIC_ID, {"public_id": public_id}),
        (ASKED_AT, {"moment": NOW}),
    ]
    for prepared, values in asked:
        expected = through_the_session(prepared.query, values)
        read = [tuple(row) for row in prepared.read(values)]
        assert read == expected != []
        assert [type(value) for value in read[0]] == [type(value) for value in expected[0]]


def test_names_are_those_of_the_columns_in_their_order(app: Flask) -> None:
    (row,) = views.BY_SLUG.read(ENGLISH)
    named = dict(zip(views.BY_SLUG.names, row, strict=True))
    assert (named["slug"], named["floor_language"]) == ("english-meeting", "en")


def test_reading_begins_no_transaction(app: Flask) -> None:
    db.session.rollback()
    assert views.BY_SLUG.read(ENGLISH)
    assert not db.session().in_transaction()


def test_each_reading_sees_what_is_committed_by_then(app: Flask, phone: Prepared) -> None:
    before = phone.read({})
    db.session.get_one(District, 1).phone = "+13035550177"
    db.session.commit()
    assert [tuple(row) for row in phone.read({})] == [("+13035550177",)] != before


def test_in_an_open_transaction_its_own_changes_are_read(app: Flask, phone: Prepared) -> None:
    db.session.get_one(District, 1).phone = "+13035550178"
    db.session.flush()
    assert [tuple(row) for row in phone.read({})] == [("+13035550178",)]
    db.session.rollback()
    assert [tuple(row) for row in phone.read({})] != [("+13035550178",)]


def test_another_session_does_not_see_what_is_not_committed(app: Flask, phone: Prepared) -> None:
    database.reads_only()
    before = [tuple(row) for row in phone.read({})]
    database.may_write()
    db.session.get_one(District, 1).phone = "+13035550179"
    db.session.flush()
    with app.app_context():
        assert [tuple(row) for row in phone.read({})] == before
    db.session.rollback()


def test_connections_go_back_to_the_pool(app: Flask) -> None:
    db.session.rollback()
    wrong = Prepared(select(func.nothing_called_so(Meeting.id)))
    for _ in range(20):
        assert views.BY_SLUG.read(ENGLISH)
        with pytest.raises(DBAPIError):
            wrong.read({})
        db.session.rollback()
    assert isinstance(db.engine.pool, QueuePool)
    assert db.engine.pool.checkedout() == 0


def test_a_fault_is_one_of_sqlalchemy_and_spoils_nothing(app: Flask) -> None:
    wrong = Prepared(select(func.nothing_called_so(Meeting.id)))
    with pytest.raises(DBAPIError, match="nothing_called_so"):
        wrong.read({})
    db.session.rollback()
    assert views.BY_SLUG.read(ENGLISH)


def test_a_list_of_any_length_is_refused(app: Flask) -> None:
    listed = Prepared(select(Meeting.id).where(Meeting.id.in_(bindparam("ids", expanding=True))))
    with pytest.raises(ValueError, match="how many values"):
        listed.read({"ids": [1, 2]})


if SERVER is not None:
    # A file has no connections that could be lost.
    def test_a_connection_that_was_lost_meanwhile_is_replaced(app: Flask) -> None:
        assert views.BY_SLUG.read(ENGLISH)
        server = create_engine(str(SERVER), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        with server.connect() as connection:
            assert connection.scalars(text(ended), {"name": db.engine.url.database}).all() != []
        assert views.BY_SLUG.read(ENGLISH)
