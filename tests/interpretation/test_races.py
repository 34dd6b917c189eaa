"""No race books anybody twice: the meeting's row and the interpreter's are locked; a negative control shows it."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from registration import clock, database
from registration.extensions import db
from registration.interpretation import answer, book, offers, record, seats, states
from registration.interpretation.models import Assignment, Interpreter, OfferWay
from registration.meetings.models import Meeting
from tests.families.steps import meeting
from tests.interpretation.cast import assignment_of, interpreter, state_of, team
from tests.promises.crowd import all_at_once

REFUSED = (answer.Taken, answer.Conflict, offers.NotOpen, states.NotAllowed)


def outcome(act: Any) -> str:
    """What a transaction came to: its word, or the name of what refused it."""
    try:
        act()
        db.session.commit()
    except REFUSED as refused:
        db.session.rollback()
        return type(refused).__name__
    return "done"


def at_once(app: Flask, people: int, act: Any) -> list[str]:
    """What each of several came to who begin at the same moment."""
    # This thread's own transaction would keep SQLite's one writer waiting.
    db.session.rollback()
    return all_at_once(app, people, act)


def taken() -> int:
    """How many have said yes."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Assignment.state.in_(states.TAKEN))) or 0


def offered(seat: int, people: list[int], way: OfferWay = OfferWay.ONE) -> list[int]:
    """Offered and committed; gives the assignments."""
    offers.offer(seat, people, way, by=None, now=clock.now())
    db.session.commit()
    return [assignment_of(one).id for one in people]


def later(slug: str, minutes: int) -> None:
    """A meeting in English so many minutes after the end of the English one, somewhere else."""
    starts = meeting().ends_at + timedelta(minutes=minutes)
    meeting(slug, starts_at=starts, ends_at=starts + timedelta(hours=1), place_id=None, floor_language="en")


def test_of_six_who_accept_at_once_one_has_the_seat(app: Flask) -> None:
    people = [interpreter(f"Interpreter{number} Ali") for number in range(6)]
    (seat,) = team()
    ids = offered(seat, people, OfferWay.SEVERAL)
    came = at_once(app, 6, lambda number: outcome(lambda: answer.accept(ids[number], now=clock.now())))
    assert came.count("done") == 1
    assert set(came) == {"done", "Taken"}
    assert taken() == 1


def test_accepted_and_withdrawn_at_once_is_one_of_both(app: Flask) -> None:
    hodan = interpreter()
    (seat,) = team()
    (number,) = offered(seat, [hodan])
    acts = [
        lambda: answer.accept(number, now=clock.now()),
        lambda: offers.withdraw(number, by=None, now=clock.now()),
    ]
    came = at_once(app, 2, lambda which: outcome(acts[which]))
    assert came.count("done") == 1
    assert (came[0] == "done") == (state_of(hodan) == "confirmed")


@pytest.mark.parametrize("minutes", [-30, 0, 45])
def test_one_person_accepts_two_meetings_at_once_that_are_too_near(app: Flask, minutes: int) -> None:
    later("spanish-meeting", minutes)
    hodan = interpreter()
    (first,), (second,) = team(), team(slug="spanish-meeting")
    ids = [offered(first, [hodan])[0], offered(second, [hodan])[0]]
    came = at_once(app, 2, lambda which: outcome(lambda: answer.accept(ids[which], now=clock.now())))
    assert sorted(came) == ["Conflict", "done"]
    assert taken() == 1


@pytest.mark.own_app
def test_without_the_lock_on_the_interpreter_one_person_is_booked_twice(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both look before either writes, as they would without a lock."""
    later("spanish-meeting", 0)
    hodan = interpreter()
    (first,), (second,) = team(), team(slug="spanish-meeting")
    ids = [offered(first, [hodan])[0], offered(second, [hodan])[0]]
    both_have_looked = threading.Barrier(2)

    def unlocked(ids_: Any) -> dict[int, Interpreter]:
        return {number: db.session.get_one(Interpreter, number) for number in ids_}

    def looks(assignment: Assignment, place: Meeting) -> None:
        usual(assignment, place)
        if database.is_sqlite():
            # One writer at a time: what the other saw is what was there before this one began.
            return
        both_have_looked.wait(10)

    usual = answer._check_free
    monkeypatch.setattr(seats, "lock_interpreters", unlocked)
    monkeypatch.setattr(answer, "_check_free", looks)
    came = at_once(app, 2, lambda which: outcome(lambda: answer.accept(ids[which], now=clock.now())))
    if database.is_sqlite():
        # SQLite itself lets one write after the other.
        assert sorted(came) == ["Conflict", "done"]
    else:
        assert came == ["done", "done"]
        assert taken() == 2


def test_postgresql_itself_refuses_two_places_at_once(app: Flask) -> None:
    later("spanish-meeting", -30)
    hodan = interpreter()
    (first,), (second,) = team(), team(slug="spanish-meeting")
    book.book(first, hodan, by=None, now=clock.now())
    db.session.commit()
    one, other = db.session.get_one(Interpreter, hodan), meeting("spanish-meeting")
    made = record.begin(second, one, other, by=None, now=clock.now())
    made.state = states.Assignment.ACCEPTED.value
    if database.is_sqlite():
        db.session.flush()
    else:
        with pytest.raises(IntegrityError, match="ex_assignment_one_place_at_a_time"):
            db.session.flush()
    db.session.rollback()


def test_a_seat_has_one_holder_in_the_database_itself(app: Flask) -> None:
    hodan, farah = interpreter(), interpreter("Farah Nur")
    (seat,) = team()
    book.book(seat, hodan, by=None, now=clock.now())
    db.session.commit()
    made = record.begin(seat, db.session.get_one(Interpreter, farah), meeting(), by=None, now=clock.now())
    made.state = states.Assignment.ACCEPTED.value
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.own_app
def test_two_meetings_that_ask_the_same_two_in_turn_do_not_stop_each_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = offers.ask_next

    def slowly(*given: Any) -> Any:
        # Long enough that each would hold what the other wants, were they not locked together.
        time.sleep(0.2)
        return usual(*given)

    monkeypatch.setattr(offers, "ask_next", slowly)
    later("spanish-meeting", 600)
    hodan, farah = interpreter(), interpreter("Farah Nur")
    (first,), (second,) = team(), team(slug="spanish-meeting")
    ids = []
    for seat, people in ((first, [hodan, farah]), (second, [farah, hodan])):
        offers.offer(seat, people, OfferWay.SEQUENCE, by=None, now=clock.now())
        db.session.commit()
        ids.append(assignment_of(people[0]).id)
    came = at_once(app, 2, lambda which: outcome(lambda: answer.decline(ids[which], "", now=clock.now())))
    assert came == ["done", "done"]
    assert sorted((state_of(hodan), state_of(farah))) == ["offered", "offered"]
