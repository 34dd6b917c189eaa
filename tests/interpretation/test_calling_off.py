"""An interpreter is ill: the seat is free, staff are alarmed, others are asked at once, families are not told."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock, database
from registration.extensions import db
from registration.interpretation import answer, book, offers, seats, states
from registration.interpretation.day import calling_off
from registration.interpretation.day.models import Alarm
from registration.interpretation.models import Assignment, AssignmentEvent, Candidate, Offer, OfferWay
from registration.mail.models import OutboxMessage
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, service_state, state_of, team, told
from tests.interpretation.test_races import at_once, outcome, taken
from tests.pages import Browser
from tests.signing_in import person_with


@pytest.fixture
def seat(app: Flask) -> int:
    """The one seat of a team."""
    (found,) = team()
    return found


@pytest.fixture
def hodan(seat: int) -> int:
    """Who is booked for it."""
    one = interpreter()
    book.book(seat, one, by=None, now=clock.now())
    db.session.commit()
    return one


def ill(one: int) -> int:
    """Ill, and committed; gives how many others are asked."""
    asked = calling_off.ill(assignment_of(one).id, now=clock.now())
    db.session.commit()
    return asked


def open_offers(seat: int) -> list[tuple[int, str]]:
    """Who is asked for a seat, and how."""
    db.session.rollback()
    rows = seats.open_of_seat(seat)
    ways = {made.assignment_id: made.way for made in db.session.scalars(select(Offer))}
    return [(row.interpreter_id, ways[row.id]) for row in rows]


def test_ill_frees_the_seat_and_alarms_staff_at_once_and_twice_is_once(hodan: int) -> None:
    person_with("coordinator")
    calling_off.ill(assignment_of(hodan).id, now=clock.now(), by=person_with("interpreter"))
    db.session.commit()
    assert ill(hodan) == 0
    assert (state_of(hodan), service_state()) == ("declined", "looking")
    event = db.session.scalars(select(AssignmentEvent).where(AssignmentEvent.reason == "ill")).one()
    assert (event.was, event.actor, event.person_id) == ("confirmed", "interpreter", person_with("interpreter").id)
    assert db.session.scalars(select(Alarm.danger)).all() == ["ill"]
    assert len(told("job_alarm")) == 1


def test_families_are_not_told_by_itself(browser: Browser, hodan: int) -> None:
    register(browser, interpretation="so")
    before = db.session.scalars(select(OutboxMessage.message).where(OutboxMessage.subject_kind == "registration")).all()
    ill(hodan)
    after = db.session.scalars(select(OutboxMessage.message).where(OutboxMessage.subject_kind == "registration")).all()
    assert after == before


def test_whoever_stands_in_line_is_asked_first(seat: int, hodan: int) -> None:
    farah, ubah = interpreter("Farah Nur"), interpreter("Ubah Said")
    db.session.add(Candidate(seat_id=seat, interpreter_id=ubah, sequence=2, answer_hours=8))
    db.session.commit()
    assert ill(hodan) == 1
    assert open_offers(seat) == [(ubah, "sequence")]
    assert farah not in [one for one, _ in open_offers(seat)]


def test_else_those_against_whom_nothing_speaks_are_asked_at_once(seat: int, hodan: int) -> None:
    fits = [interpreter("Farah Nur"), interpreter("Ubah Said")]
    interpreter("Blocked Nur", blocked=True)
    interpreter("Untested Nur", tested=False)
    interpreter("Oneway Nur", pairs=(("en", "so"),))
    interpreter("Silent Nur", email=None)
    interpreter("Spanish Ruiz", pairs=(("en", "es"), ("es", "en")))
    assert ill(hodan) == 2
    assert open_offers(seat) == [(one, "several") for one in fits]
    assert sorted(told("job_offer")) == sorted(assignment_of(one).id for one in fits)


def test_at_most_eight_are_asked_preferred_ones_first(seat: int, hodan: int) -> None:
    plain = [interpreter(f"Plain{number} Nur") for number in range(9)]
    preferred = [interpreter(f"Zahra{number} Nur", preferred=True) for number in range(3)]
    assert ill(hodan) == calling_off.MOST_ASKED == 8
    asked = {one for one, _ in open_offers(seat)}
    assert asked == {*preferred, *plain[:5]}


def test_who_is_in_the_team_or_has_said_no_is_not_asked(app: Flask) -> None:
    first, second = team(2)
    hodan, farah, ubah = interpreter(), interpreter("Farah Nur"), interpreter("Ubah Said")
    book.book(first, hodan, by=None, now=clock.now())
    made = offers.offer(second, [ubah], OfferWay.ONE, by=None, now=clock.now())
    answer.decline(made[0].assignment_id, "", now=clock.now())
    book.book(second, farah, by=None, now=clock.now())
    db.session.commit()
    assert ill(hodan) == 0
    assert open_offers(first) == []


def test_once_it_has_begun_nobody_is_asked_by_mail_but_the_alarm_sounds(hodan: int) -> None:
    interpreter("Farah Nur")
    with clock.at(meeting().starts_at + timedelta(minutes=5)):
        assert ill(hodan) == 0
    assert state_of(hodan) == "declined"
    assert db.session.scalars(select(Alarm.danger)).all() == ["ill"]


def test_an_accepted_job_is_given_back_too(seat: int) -> None:
    hodan, farah = interpreter(), interpreter("Farah Nur")
    made = offers.offer(seat, [hodan, farah], OfferWay.SEVERAL, by=None, now=clock.now())
    answer.accept(made[0].assignment_id, now=clock.now())
    db.session.commit()
    assert state_of(hodan) == "accepted"
    # Whoever was told that it is taken may be asked again.
    assert ill(hodan) == 1
    assert open_offers(seat)[0][0] == farah


def test_over_or_begun_it_is_not_given_back_here(hodan: int) -> None:
    with clock.at(meeting().ends_at), pytest.raises(calling_off.TooLate):
        ill(hodan)
    db.session.rollback()
    assignment_of(hodan).state = states.Assignment.CHECKED_IN.value
    db.session.commit()
    with pytest.raises(calling_off.TooLate):
        ill(hodan)
    db.session.rollback()


def test_who_is_only_asked_says_no_and_not_ill(seat: int) -> None:
    one = interpreter()
    offers.offer(seat, [one], OfferWay.ONE, by=None, now=clock.now())
    db.session.commit()
    with pytest.raises(states.NotAllowed):
        ill(one)
    db.session.rollback()


def test_a_replacement_who_accepts_waits_for_staff(seat: int, hodan: int) -> None:
    farah = interpreter("Farah Nur")
    ill(hodan)
    answer.accept(assignment_of(farah).id, now=clock.now())
    db.session.commit()
    assert (state_of(farah), service_state()) == ("accepted", "looking")


def test_ill_while_staff_release_is_one_of_both(app: Flask, hodan: int) -> None:
    interpreter("Farah Nur")
    number = assignment_of(hodan).id
    acts: list[Any] = [
        lambda: calling_off.ill(number, now=clock.now()),
        lambda: book.release(number, "not needed", by=None, now=clock.now()),
    ]
    came = at_once(app, 2, lambda which: outcome(acts[which]))
    assert sorted(came) == ["NotAllowed", "done"]
    assert state_of(hodan) == ("declined" if came[0] == "done" else "released")
    assert len(db.session.scalars(select(Alarm)).all()) == (came[0] == "done")


@pytest.mark.own_app
def test_without_the_lock_ill_and_released_would_both_be_done(
    app: Flask, hodan: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both look before either writes, as they would without a lock."""
    number = assignment_of(hodan).id
    both_have_looked = threading.Barrier(2)

    def unlocked(assignment_id: int, also: Any = ()) -> Assignment:
        found = db.session.get_one(Assignment, assignment_id, populate_existing=True)
        if not database.is_sqlite():
            both_have_looked.wait(10)
        return found

    monkeypatch.setattr(offers, "lock", unlocked)
    acts: list[Any] = [
        lambda: calling_off.ill(number, now=clock.now()),
        lambda: book.release(number, "not needed", by=None, now=clock.now()),
    ]
    came = at_once(app, 2, lambda which: outcome(acts[which]))
    # SQLite itself lets one write after the other.
    assert sorted(came) == (["NotAllowed", "done"] if database.is_sqlite() else ["done", "done"])


def test_two_of_a_team_who_are_ill_at_once_ask_the_same_people_without_stopping_each_other(app: Flask) -> None:
    both = team(2)
    sick = [interpreter(), interpreter("Farah Nur")]
    for seat, one in zip(both, sick, strict=True):
        book.book(seat, one, by=None, now=clock.now())
    others = [interpreter(f"Other{number} Nur") for number in range(3)]
    db.session.commit()
    ids = [assignment_of(one).id for one in sick]
    came = at_once(app, 2, lambda which: outcome(lambda: calling_off.ill(ids[which], now=clock.now())))
    assert came == ["done", "done"]
    assert taken() == 0
    assert [{one for one, _ in open_offers(seat)} for seat in both] == [set(others)] * 2
