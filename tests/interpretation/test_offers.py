"""Offers: one, one after the other, several at once; silence is never a yes; families are told once it is certain."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.interpretation import answer, book, offers, teams
from registration.interpretation.models import Assignment, AssignmentEvent, Kind, Offer, OfferWay
from registration.meetings.models import Meeting
from tests.conftest import NOW
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, link_of, named, service_state, state_of, team, told
from tests.pages import Browser


def offer(seat: int, people: list[int], way: OfferWay = OfferWay.ONE) -> None:
    """Offered and committed."""
    offers.offer(seat, people, way, by=None, now=clock.now())
    db.session.commit()


def accept(one: int) -> answer.Accepted:
    """Accepted and committed."""
    done = answer.accept(assignment_of(one).id, now=clock.now())
    db.session.commit()
    return done


def move_on() -> int:
    """What the delivery loop does."""
    ended = offers.move_on(clock.now())
    db.session.commit()
    return ended


def test_from_demand_to_the_familys_mail(app: Flask, browser: Browser) -> None:
    register(browser, interpretation="so")
    hodan = interpreter()
    (seat,) = team()
    assert service_state() == "looking"
    offer(seat, [hodan])
    page = browser.get(link_of(hodan))
    assert state_of(hodan) == "offered"
    assert "$60.00 an hour" in page.text
    page = browser.send(next(form for form in page.forms() if form.values.get("answer") == "accept"))
    assert page.heading == "This job is confirmed"
    assert (state_of(hodan), service_state()) == ("confirmed", "confirmed")
    assert len(told("interpreter_confirmed")) == 1
    assert told("job_confirmed") == [assignment_of(hodan).id]
    events = db.session.scalars(select(AssignmentEvent.state).order_by(AssignmentEvent.id)).all()
    assert events == ["proposed", "offered", "accepted", "confirmed"]


def test_a_team_is_complete_with_its_last_seat(app: Flask, browser: Browser) -> None:
    register(browser, interpretation="so")
    hodan, farah = interpreter(), interpreter("Farah Nur")
    first, second = team(2)
    offer(first, [hodan])
    accept(hodan)
    assert service_state() == "looking"
    offer(second, [farah])
    assert accept(farah).told == 1
    assert service_state() == "confirmed"


def test_accepted_is_not_confirmed_where_acceptance_alone_does_not_confirm(app: Flask) -> None:
    hodan = interpreter()
    (seat,) = team(confirmed_by_acceptance=False)
    offer(seat, [hodan])
    accept(hodan)
    assert (state_of(hodan), service_state()) == ("accepted", "looking")
    book.confirm(assignment_of(hodan).id, by=None, now=clock.now())
    db.session.commit()
    assert (state_of(hodan), service_state()) == ("confirmed", "confirmed")


def test_of_several_the_first_wins_and_the_others_are_told(app: Flask, browser: Browser) -> None:
    hodan, farah = interpreter(), interpreter("Farah Nur")
    (seat,) = team()
    offer(seat, [hodan, farah], OfferWay.SEVERAL)
    address = link_of(farah)
    accept(hodan)
    assert (state_of(hodan), state_of(farah)) == ("accepted", "released")
    assert told("job_taken") == [assignment_of(farah).id]
    with pytest.raises(answer.Taken):
        answer.accept(assignment_of(farah).id, now=clock.now())
    db.session.rollback()
    assert browser.get(address).heading == "You are not needed for this job any more"


def test_what_nobody_answers_goes_to_the_next_in_working_hours(app: Flask) -> None:
    people = [interpreter(name) for name in ("Hodan Ali", "Farah Nur", "Ubah Said")]
    (seat,) = team()
    offer(seat, people, OfferWay.SEQUENCE)
    # Tuesday 14:00 in Denver; 8 working hours are Wednesday 13:00.
    assert move_on() == 0
    with clock.at(NOW + timedelta(hours=22, minutes=59)):
        assert move_on() == 0
    with clock.at(NOW + timedelta(hours=23)):
        with pytest.raises(offers.NotOpen):
            accept(people[0])
        assert move_on() == 1
        assert [state_of(people[0]), state_of(people[1])] == ["released", "offered"]
        answer.decline(assignment_of(people[1]).id, "a wedding", now=clock.now())
        db.session.commit()
        assert [state_of(people[1]), state_of(people[2])] == ["declined", "offered"]
        accept(people[2])
        assert move_on() == 0
    assert service_state() == "confirmed"


def test_who_does_not_fit_any_more_is_passed_over(app: Flask) -> None:
    people = [interpreter(name) for name in ("Hodan Ali", "Farah Nur", "Ubah Said")]
    (seat,) = team()
    offer(seat, people, OfferWay.SEQUENCE)
    named(people[1]).blocked = True
    db.session.commit()
    answer.decline(assignment_of(people[0]).id, "", now=clock.now())
    db.session.commit()
    assert state_of(people[2]) == "offered"


def test_overlap_with_travel_is_refused_and_names_the_job(app: Flask) -> None:
    hodan = interpreter()
    there = meeting("english-meeting")
    starts = there.ends_at + timedelta(minutes=30)
    meeting(
        "spanish-meeting", starts_at=starts, ends_at=starts + timedelta(hours=1), place_id=None, floor_language="en"
    )
    (seat,), (other,) = team(), team(slug="spanish-meeting")
    offer(seat, [hodan])
    offer(other, [hodan])
    accept(hodan)
    first = db.session.scalars(select(Assignment).where(Assignment.seat_id == seat)).one()
    with pytest.raises(answer.Conflict) as refused:
        answer.accept(first.id, now=clock.now())
    assert refused.value.reasons[0].job == assignment_of(hodan).id
    db.session.rollback()


def test_one_person_never_fills_two_seats_of_a_team_and_an_agency_may(app: Flask) -> None:
    hodan, agency = interpreter(), interpreter("Words & Co", kind=Kind.AGENCY.value)
    first, second = team(2)
    book.book(first, hodan, by=None, now=clock.now())
    with pytest.raises(offers.DoesNotFit):
        book.book(second, hodan, by=None, now=clock.now())
    db.session.rollback()
    first, second = team(2, slug="english-meeting", language="am")
    for seat in (first, second):
        book.book(seat, agency, by=None, now=clock.now(), order_number=f"PO-{seat}")
    db.session.commit()
    assert service_state("am") == "confirmed"


def test_a_withdrawn_offer_cannot_be_accepted(app: Flask) -> None:
    hodan = interpreter()
    (seat,) = team()
    offer(seat, [hodan])
    offers.withdraw(assignment_of(hodan).id, by=None, now=clock.now())
    db.session.commit()
    with pytest.raises(offers.NotOpen):
        accept(hodan)
    db.session.rollback()
    assert told("job_withdrawn") == [assignment_of(hodan).id]


def test_a_lost_interpreter_puts_it_back_to_looking_and_families_are_not_told(app: Flask, browser: Browser) -> None:
    register(browser, interpretation="so")
    hodan = interpreter()
    (seat,) = team()
    offer(seat, [hodan])
    accept(hodan)
    book.release(assignment_of(hodan).id, "ill", by=None, now=clock.now())
    db.session.commit()
    assert service_state() == "looking"
    assert told("interpreter_looking") == []
    assert told("job_released") == [assignment_of(hodan).id]


def test_released_inside_the_window_is_owed(app: Flask) -> None:
    hodan = interpreter()
    (seat,) = team()
    offer(seat, [hodan])
    accept(hodan)
    with clock.at(meeting().starts_at - timedelta(hours=47)):
        book.release(assignment_of(hodan).id, "not needed", by=None, now=clock.now())
        db.session.commit()
    assert assignment_of(hodan).payable_cents == 12000


def test_fewer_than_the_rule_needs_a_reason(app: Flask) -> None:
    with pytest.raises(teams.NeedsReason):
        team(1, fewer_reason="")
    db.session.rollback()


def test_a_no_needs_no_reason_and_pressing_twice_is_no_fault(app: Flask) -> None:
    hodan = interpreter()
    (seat,) = team()
    offer(seat, [hodan])
    for _ in range(2):
        answer.decline(assignment_of(hodan).id, "", now=clock.now())
        db.session.commit()
    assert state_of(hodan) == "declined"
    offer(seat, [interpreter("Farah Nur")])


def test_a_second_yes_is_the_first_one(app: Flask) -> None:
    hodan = interpreter()
    (seat,) = team()
    offer(seat, [hodan])
    accept(hodan)
    assert accept(hodan).again
    assert len(told("job_confirmed")) == 1


def test_nobody_is_asked_to_a_meeting_that_is_over(app: Flask) -> None:
    hodan = interpreter()
    (seat,) = team()
    with clock.at(meeting().starts_at), pytest.raises(offers.NotNow):
        offer(seat, [hodan])
    db.session.rollback()
    assert db.session.scalars(select(Offer)).all() == []


def test_the_sums_stand_only_where_they_belong(app: Flask, browser: Browser) -> None:
    hodan, farah = interpreter(), interpreter("Farah Nur", rate_cents=9900)
    first, second = team(2)
    offer(first, [hodan])
    accept(hodan)
    offer(second, [farah])
    page = browser.get(link_of(farah))
    assert "You work with Hodan Ali." in page.text
    assert "$60.00" not in page.text
    assert db.session.scalars(select(Meeting.id)).all()
