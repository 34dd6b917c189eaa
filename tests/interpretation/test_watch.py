"""Who is not there at call time: one alarm, mailed to each coordinator, settled by what helps."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts import people
from registration.extensions import db
from registration.families.models import Registration
from registration.interpretation import answer, book, offers
from registration.interpretation.day import absence, alarms, attending, calling_off, messages
from registration.interpretation.day.models import Alarm
from registration.interpretation.day.watch import watch
from registration.interpretation.models import Delivery, OfferWay
from registration.mail.letter import Letter, Superseded
from registration.mail.models import OutboxMessage
from registration.meetings.models import MeetingStatus
from registration.staff.plan.change_of_plan import change_of_plan
from registration.staff.plan.plans import Kind, Plan
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, state_of, team, told
from tests.pages import Browser
from tests.signing_in import person_with
from tests.snapshots import LOCALES, compare


@pytest.fixture
def booked(app: Flask) -> int:
    """Somebody who is booked for the meeting in English; their number. One coordinator works here."""
    person_with("coordinator")
    one = interpreter()
    book.book(team()[0], one, by=None, now=clock.now())
    db.session.commit()
    return one


def call_time() -> datetime:
    """When interpreters are to be there."""
    return meeting().starts_at - timedelta(minutes=15)


def look(at: datetime) -> int:
    """What the loop does at a moment, until it has nothing to do; how many alarms."""
    raised = 0
    while step := watch(at):
        db.session.commit()
        raised += step
    db.session.rollback()
    return raised


def rows() -> list[Alarm]:
    """All alarms, as they are now."""
    db.session.rollback()
    return list(db.session.scalars(select(Alarm).order_by(Alarm.id)))


def test_who_is_not_there_at_call_time_raises_one_alarm(booked: int) -> None:
    assert look(call_time() - timedelta(seconds=1)) == 0
    assert look(call_time()) == 1
    assert look(call_time() + timedelta(minutes=5)) == 0
    (alarm,) = rows()
    assert (alarm.danger, alarm.settled_at) == ("not_there", None)
    assert told("job_alarm") == [alarm.id]


def test_whoever_works_from_elsewhere_is_waited_for_too(app: Flask) -> None:
    one = interpreter()
    book.book(team(delivery=Delivery.REMOTE)[0], one, by=None, now=clock.now())
    db.session.commit()
    assert look(call_time()) == 1


def test_who_is_there_in_time_raises_none(booked: int) -> None:
    at = call_time() - timedelta(minutes=5)
    attending.arrive(assignment_of(booked).id, actor="interpreter", by=None, now=at)
    db.session.commit()
    assert look(call_time()) == 0


def test_who_comes_after_it_settles_it(booked: int) -> None:
    look(call_time())
    attending.arrive(assignment_of(booked).id, actor="interpreter", by=None, now=call_time() + timedelta(minutes=4))
    db.session.commit()
    (alarm,) = rows()
    assert (alarm.how, alarm.settled_at) == ("arrived", call_time() + timedelta(minutes=4))


@pytest.mark.parametrize("status", [MeetingStatus.CANCELLED, MeetingStatus.POSTPONED])
def test_a_meeting_that_is_not_held_raises_none(booked: int, status: MeetingStatus) -> None:
    meeting(status=status.value)
    assert look(call_time()) == 0


def test_a_meeting_that_is_over_raises_none(booked: int) -> None:
    assert look(meeting().ends_at) == 0


def test_who_has_only_accepted_or_is_only_asked_raises_none(app: Flask) -> None:
    one = interpreter()
    offers.offer(team()[0], [one], OfferWay.ONE, by=None, now=clock.now())
    db.session.commit()
    assert look(call_time()) == 0


def test_a_change_of_plan_settles_it(booked: int) -> None:
    look(call_time())
    change_of_plan(meeting().id, Plan(Kind.CANCELLED), version=meeting().version, by=None, now=call_time())
    db.session.commit()
    assert [one.how for one in rows()] == ["plan_changed"]


def test_after_a_move_it_is_raised_again_for_the_new_day(booked: int) -> None:
    look(call_time())
    there = meeting()
    plan = Plan(Kind.MOVED, starts_at=there.starts_at + timedelta(days=7), ends_at=there.ends_at + timedelta(days=7))
    change_of_plan(there.id, plan, version=there.version, by=None, now=call_time())
    db.session.commit()
    answer.accept(assignment_of(booked).id, now=call_time() - timedelta(days=6, hours=23))
    db.session.commit()
    assert look(call_time() - timedelta(seconds=1)) == 0
    assert look(call_time()) == 1
    (alarm,) = rows()
    assert (alarm.raised_at, alarm.settled_at, alarm.how) == (call_time(), None, "")
    assert len(told("job_alarm")) == 2


def test_several_meetings_are_looked_at_one_after_the_other(booked: int) -> None:
    other, there = interpreter("Ubah Said"), meeting()
    seat = team(1, "spanish-meeting")[0]
    meeting("spanish-meeting", starts_at=there.starts_at, ends_at=there.ends_at)
    book.book(seat, other, by=None, now=clock.now())
    db.session.commit()
    assert watch(call_time()) == 1
    db.session.commit()
    assert watch(call_time()) == 1


def test_each_coordinator_who_is_active_is_told(booked: int) -> None:
    second = person_with("coordinator", email="second@staff.example.org")
    gone = person_with("coordinator", email="gone@staff.example.org")
    person_with("greeter")
    people.deactivate(gone, person_with("administrator"), clock.now())
    db.session.commit()
    look(call_time())
    assert len(told("job_alarm")) == 2
    query = select(OutboxMessage).where(OutboxMessage.message == "job_alarm").order_by(OutboxMessage.id)
    letters = [messages.build(row.queued()) for row in db.session.scalars(query)]
    addresses = [one.recipient for one in letters if isinstance(one, Letter)]
    assert addresses == ["coordinator@staff.example.org", second.email]


def built() -> Letter | Superseded:
    """What the newest mail about an alarm would send."""
    db.session.rollback()
    query = select(OutboxMessage).where(OutboxMessage.message == "job_alarm").order_by(OutboxMessage.id.desc())
    return messages.build(db.session.scalars(query.limit(1)).one().queued())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("danger", ["not_there", "ill"])
def test_the_mail_reads_as_its_snapshot(booked: int, danger: str, locale: str) -> None:
    person_with("coordinator", locale=locale)
    if danger == "ill":
        calling_off.ill(assignment_of(booked).id, now=clock.now())
        db.session.commit()
    else:
        look(call_time())
    letter = built()
    assert isinstance(letter, Letter)
    assert f"/staff/jobs/{assignment_of(booked).id}/help" in letter.text
    compare(f"job_alarm_{danger}-{locale}.txt", f"Subject: {letter.subject}\nTo: {letter.recipient}\n\n{letter.text}")
    compare(f"job_alarm_{danger}-{locale}.html", letter.html)


def test_an_alarm_that_is_settled_is_not_mailed_any_more(booked: int) -> None:
    look(call_time())
    absence.no_show(assignment_of(booked).id, by=None, now=call_time())
    db.session.commit()
    assert isinstance(built(), Superseded)


def test_who_may_not_sign_in_any_more_gets_none(booked: int) -> None:
    look(call_time())
    people.deactivate(person_with("coordinator"), person_with("administrator"), clock.now())
    db.session.commit()
    assert isinstance(built(), Superseded)


def test_no_family_is_told_by_an_alarm(app: Flask, booked: int) -> None:
    register(Browser(app), interpretation="so")
    query = select(OutboxMessage.id).where(OutboxMessage.subject_kind == "registration")
    before = list(db.session.scalars(query))
    look(call_time())
    absence.no_show(assignment_of(booked).id, by=None, now=call_time())
    db.session.commit()
    assert list(db.session.scalars(query)) == before
    assert db.session.scalars(select(Registration.id)).all()


def test_nobody_is_missing_before_the_call_time_and_twice_is_once(booked: int) -> None:
    number, at = assignment_of(booked).id, call_time()
    with pytest.raises(absence.TooEarly):
        absence.no_show(number, by=None, now=at - timedelta(seconds=1))
    absence.no_show(number, by=None, now=at)
    absence.no_show(number, by=None, now=at)
    db.session.commit()
    assert state_of(booked) == "no_show"
    assert alarms.settle(number, "x", by=None, now=at) == 0
