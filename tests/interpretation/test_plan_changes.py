"""A change of plan reaches interpreters by the verb that families are told by (domain.md, 10)."""

from datetime import timedelta
from typing import Any

from flask import Flask

from registration import clock
from registration.extensions import db
from registration.interpretation import answer, offers
from registration.interpretation.models import OfferWay
from registration.staff.plan.change_of_plan import change_of_plan
from registration.staff.plan.plans import Kind, Plan
from tests.conftest import NOW
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, link_of, service_state, state_of, team, told
from tests.pages import Browser


def booked(name: str = "Hodan Ali", size: int = 1) -> int:
    """Somebody confirmed for the English meeting, whose team is complete."""
    one = interpreter(name)
    seat = team(size)[0]
    offers.offer(seat, [one], OfferWay.ONE, by=None, now=NOW)
    db.session.commit()
    answer.accept(assignment_of(one).id, now=NOW)
    db.session.commit()
    return one


def planned(kind: Kind, **new: Any) -> None:
    """Staff change the plan, committed."""
    change_of_plan(meeting().id, Plan(kind, **new), version=meeting().version, by=None, now=clock.now())
    db.session.commit()


def press(browser: Browser, one: int, said: str) -> str:
    """Answer with a button of the job's page; gives the heading after."""
    page = browser.get(link_of(one))
    return browser.send(next(form for form in page.forms() if form.values.get("answer") == said)).heading


def test_another_room_is_seen_and_nothing_more(app: Flask, browser: Browser) -> None:
    one = booked()
    planned(Kind.ROOM, place_id=meeting("spanish-meeting").place_id or 1, room={"en": "Gym"})
    assert (state_of(one), service_state(), told("job_changed")) == ("confirmed", "confirmed", [assignment_of(one).id])
    assert assignment_of(one).asks == "room"
    assert press(browser, one, "yes") == "This job is confirmed"
    assert assignment_of(one).asks is None


def test_another_time_asks_everybody_again_and_silence_is_no_yes(app: Flask, browser: Browser) -> None:
    register(browser, interpretation="so")
    one = booked()
    start = meeting().starts_at + timedelta(days=1)
    planned(Kind.MOVED, starts_at=start, ends_at=start + timedelta(hours=1))
    assert (state_of(one), service_state()) == ("offered", "looking")
    assert assignment_of(one).starts_at == start
    assert told("interpreter_looking") == []
    assert len(told("job_offer")) == 2
    assert press(browser, one, "accept") == "This job is confirmed"
    assert service_state() == "confirmed"


def test_who_does_not_answer_the_new_time_is_free(app: Flask) -> None:
    one = booked()
    start = meeting().starts_at + timedelta(days=1)
    planned(Kind.MOVED, starts_at=start, ends_at=start + timedelta(hours=1))
    with clock.at(NOW + timedelta(days=2)):
        assert offers.move_on(clock.now()) == 1
        db.session.commit()
    assert (state_of(one), service_state()) == ("released", "looking")


def test_online_asks_and_keeps_confirmed_until_a_no(app: Flask, browser: Browser) -> None:
    one = booked()
    planned(Kind.ONLINE)
    assert (state_of(one), service_state(), assignment_of(one).asks) == ("confirmed", "confirmed", "remote")
    assert press(browser, one, "no") == "You have said no"
    assert (state_of(one), service_state()) == ("declined", "looking")


def test_called_off_inside_the_window_is_owed_and_outside_it_is_not(app: Flask) -> None:
    one = booked()
    with clock.at(meeting().starts_at - timedelta(hours=20)):
        planned(Kind.CANCELLED)
    assert (state_of(one), assignment_of(one).payable_cents) == ("cancelled", 12000)
    assert told("job_cancelled") == [assignment_of(one).id]
    assert service_state() == "looking"


def test_postponed_lets_everybody_go_and_those_only_asked_are_told_too(app: Flask) -> None:
    one, asked = booked(size=2), interpreter("Farah Nur")
    offers.offer(next_seat(one), [asked], OfferWay.ONE, by=None, now=NOW)
    db.session.commit()
    planned(Kind.POSTPONED)
    assert (state_of(one), state_of(asked)) == ("cancelled", "cancelled")
    assert assignment_of(one).payable_cents == 0
    assert len(told("job_cancelled")) == 2


def next_seat(one: int) -> int:
    """The seat after somebody's."""
    return assignment_of(one).seat_id + 1
