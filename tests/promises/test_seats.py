"""No seat is sold twice, however many ask at once; and it is the guard of the UPDATE that sees to it."""

import threading

import pytest
from flask import Flask
from sqlalchemy import event, text, update

from registration import database
from registration.extensions import db
from registration.families import seats
from registration.families.recount import differences
from registration.meetings.models import Meeting
from tests.conftest import NOW
from tests.promises.crowd import all_at_once, registers, set_capacity, statuses, waiting_that_fit

SLUG = "english-meeting"
# The fixture below changes the connections of the application.
pytestmark = pytest.mark.own_app


@pytest.fixture
def without_check(app: Flask) -> None:
    """This test's database accepts more seats taken than there are, so that only the code can refuse them."""
    if database.is_sqlite():
        db.session.remove()
        db.engine.dispose()
        # SQLite drops no constraint; it can leave them unchecked, connection by connection.
        event.listen(db.engine, "connect", lambda c, _: c.execute("PRAGMA ignore_check_constraints=ON"))
        return
    db.session.execute(text("ALTER TABLE meeting DROP CONSTRAINT ck_meeting_seats"))
    db.session.commit()


@pytest.mark.usefixtures("without_check")
def test_two_hundred_at_once_for_fifty_seats_give_fifty_confirmed_and_one_hundred_and_fifty_waiting(app: Flask) -> None:
    set_capacity(SLUG, 50)
    all_at_once(app, 200, lambda number: registers(SLUG, number))
    assert statuses(SLUG) == {"registered": 50, "waiting": 150}
    db.session.rollback()
    meeting = db.session.query(Meeting).filter_by(slug=SLUG).one()
    assert (meeting.seats_taken, meeting.waiting) == (50, 150)
    assert differences() == []


@pytest.mark.usefixtures("without_check")
def test_parties_of_several_never_pass_the_capacity(app: Flask) -> None:
    set_capacity(SLUG, 50)
    all_at_once(app, 60, lambda number: registers(SLUG, number, adults=1 + number % 4, children=number % 3))
    meeting = db.session.query(Meeting).filter_by(slug=SLUG).one()
    assert meeting.capacity == 50
    # The smallest party is one person, so no seat is left free while sixty ask.
    assert meeting.seats_taken == 50
    assert differences() == []


@pytest.mark.usefixtures("without_check")
def test_who_looks_first_and_takes_then_sells_seats_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the same crowd, with a guard that looks in one statement and takes in another."""
    everyone_has_looked = threading.Barrier(15)

    def look_then_enter(meeting_id: int, attendance: str, people: int, children: int) -> seats.Entered | None:
        db.session.rollback()
        database.reads_only()
        meeting = db.session.get_one(Meeting, meeting_id)
        fits = meeting.seats_taken + people <= (meeting.capacity or 0)
        db.session.rollback()
        database.may_write()
        everyone_has_looked.wait(60)
        if fits:
            taking = update(Meeting).where(Meeting.id == meeting_id).values(seats_taken=Meeting.seats_taken + people)
            db.session.execute(taking.execution_options(synchronize_session=False))
        return seats.Entered(people, NOW.date()) if fits else None

    set_capacity(SLUG, 5)
    monkeypatch.setattr(seats, "enter", look_then_enter)
    all_at_once(app, 15, lambda number: registers(SLUG, number))
    assert statuses(SLUG) == {"registered": 15}
    assert db.session.query(Meeting).filter_by(slug=SLUG).one().seats_taken == 15


def test_the_database_too_refuses_more_seats_taken_than_there_are(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    set_capacity(SLUG, 5)
    for number in range(5):
        registers(SLUG, number)

    def enter_anyway(meeting_id: int, attendance: str, people: int, children: int) -> seats.Entered:
        db.session.execute(
            update(Meeting).where(Meeting.id == meeting_id).values(seats_taken=Meeting.seats_taken + people)
        )
        return seats.Entered(people, NOW.date())

    monkeypatch.setattr(seats, "enter", enter_anyway)
    with pytest.raises(RuntimeError, match="no unused code"):
        registers(SLUG, 5)
    db.session.rollback()
    assert statuses(SLUG) == {"registered": 5}
    assert differences() == []


def test_a_seat_that_comes_free_between_looking_and_locking_is_not_left_empty(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a full row is not locked: who holds the last seat may withdraw before the newcomer waits."""
    set_capacity(SLUG, 5)
    entering, tried = seats.enter, []

    def full_at_first(*asked: object) -> seats.Entered | None:
        tried.append(asked)
        return entering(*asked) if len(tried) > 1 else None  # type: ignore[arg-type]

    monkeypatch.setattr(seats, "enter", full_at_first)
    registers(SLUG, 1)
    assert len(tried) == 2
    assert statuses(SLUG) == {"registered": 1}
    assert differences() == []
    assert waiting_that_fit() == []
