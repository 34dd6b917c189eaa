"""Who is there and when their work was done: said by interpreters, approved by staff."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.interpretation import book, states
from registration.interpretation.day import alarms, attending
from registration.interpretation.day.models import Alarm, Danger
from registration.interpretation.day.overtime import minutes_over
from registration.interpretation.models import Assignment, AssignmentEvent
from registration.meetings.models import Meeting, Mode
from tests.families.steps import meeting
from tests.interpretation.cast import assignment_of, interpreter, state_of, team
from tests.interpretation.test_races import at_once, outcome
from tests.signing_in import person_with


@pytest.fixture
def hodan(app: Flask) -> int:
    """Somebody who is booked for the English meeting."""
    one = interpreter()
    (seat,) = team()
    book.book(seat, one, by=None, now=clock.now())
    db.session.commit()
    return one


def arrive(one: int, at: datetime) -> None:
    """Said to be there, and committed."""
    with clock.at(at):
        attending.arrive(assignment_of(one).id, actor="interpreter", by=person_with("interpreter"), now=clock.now())
        db.session.commit()


def finish(one: int, ended_at: datetime, note: str = "", now: datetime | None = None) -> None:
    """Said when it was done, and committed; an hour after that unless said otherwise."""
    with clock.at(now or ended_at + timedelta(hours=1)):
        attending.finish(assignment_of(one).id, ended_at, note, by=person_with("interpreter"), now=clock.now())
        db.session.commit()


def events(one: int) -> list[tuple[str, str, int | None]]:
    """State, reason and account of what the interpreter did."""
    query = select(AssignmentEvent).where(AssignmentEvent.assignment_id == assignment_of(one).id)
    rows = db.session.scalars(query.order_by(AssignmentEvent.id))
    return [(row.state, row.reason, row.person_id) for row in rows if row.actor == "interpreter"]


def there() -> Meeting:
    """The English meeting."""
    return meeting()


def test_who_arrives_is_checked_in_and_twice_is_once(hodan: int) -> None:
    early = there().starts_at - timedelta(minutes=20)
    arrive(hodan, early)
    arrive(hodan, early + timedelta(minutes=5))
    assert (state_of(hodan), assignment_of(hodan).arrived_at) == ("checked_in", early)
    assert events(hodan) == [("checked_in", "arrived", person_with("interpreter").id)]


@pytest.mark.parametrize(("minutes", "from_end"), [(-181, False), (0, True), (60, True)])
def test_arriving_can_be_said_from_three_hours_before_until_the_end(hodan: int, minutes: int, from_end: bool) -> None:
    found = there()
    at = (found.ends_at if from_end else found.starts_at) + timedelta(minutes=minutes)
    with pytest.raises(attending.NotNow) as refused:
        arrive(hodan, at)
    db.session.rollback()
    assert refused.value.opens == found.starts_at - timedelta(hours=3)
    assert state_of(hodan) == "confirmed"
    arrive(hodan, found.starts_at - attending.EARLIEST)
    assert state_of(hodan) == "checked_in"


def test_who_arrives_late_settles_the_alarm(hodan: int) -> None:
    alarms.sound(assignment_of(hodan), Danger.NOT_THERE, now=clock.now())
    db.session.commit()
    late = there().starts_at + timedelta(minutes=10)
    arrive(hodan, late)
    alarm = db.session.scalars(select(Alarm)).one()
    assert (alarm.settled_at, alarm.how) == (late, "arrived")


def test_who_was_marked_as_not_come_may_come_late_but_not_finish_without_coming(hodan: int) -> None:
    found = there()
    assignment_of(hodan).state = states.Assignment.NO_SHOW.value
    db.session.commit()
    with pytest.raises(states.NotAllowed):
        finish(hodan, found.ends_at)
    db.session.rollback()
    arrive(hodan, found.starts_at + timedelta(minutes=30))
    assert state_of(hodan) == "checked_in"


def test_who_comes_late_and_finds_the_seat_taken_is_refused(hodan: int) -> None:
    seat, farah = assignment_of(hodan).seat_id, interpreter("Farah Nur")
    assignment_of(hodan).state = states.Assignment.NO_SHOW.value
    db.session.commit()
    book.book(seat, farah, by=None, now=clock.now())
    db.session.commit()
    with pytest.raises(states.NotAllowed):
        arrive(hodan, there().starts_at)
    db.session.rollback()
    assert (state_of(hodan), state_of(farah)) == ("no_show", "confirmed")


def test_who_was_marked_as_not_come_and_works_elsewhere_by_now_is_refused(hodan: int) -> None:
    assignment_of(hodan).state = states.Assignment.NO_SHOW.value
    db.session.commit()
    found = there()
    meeting("spanish-meeting", starts_at=found.starts_at, ends_at=found.ends_at)
    other = team(slug="spanish-meeting", language="so", mode=Mode.CONSECUTIVE)[0]
    first = assignment_of(hodan).id
    book.book(other, hodan, by=None, now=clock.now())
    db.session.commit()
    with pytest.raises(states.NotAllowed), clock.at(there().starts_at):
        attending.arrive(first, actor="staff", by=None, now=clock.now())
    db.session.rollback()
    assert db.session.get_one(Assignment, first).state == "no_show"


def test_who_is_not_booked_cannot_arrive(app: Flask) -> None:
    one = interpreter()
    (seat,) = team()
    book.book(seat, one, by=None, now=clock.now())
    db.session.commit()
    book.release(assignment_of(one).id, "", by=None, now=clock.now())
    db.session.commit()
    with pytest.raises(states.NotAllowed):
        arrive(one, there().starts_at)
    db.session.rollback()


def test_the_end_is_declared_with_a_note_and_waits_for_staff(hodan: int) -> None:
    found = there()
    arrive(hodan, found.starts_at - timedelta(minutes=10))
    ended = found.ends_at + timedelta(minutes=25)
    for _ in range(2):
        finish(hodan, ended, "The booth had no light")
    done = assignment_of(hodan)
    assert (done.state, done.ended_at, done.note) == ("checked_in", ended, "The booth had no light")
    assert minutes_over(done.ends_at, ended) == 25
    assert [reason for _, reason, _ in events(hodan)] == ["arrived", "ended"]


def test_until_staff_approve_the_end_can_be_put_right(hodan: int) -> None:
    found = there()
    arrive(hodan, found.starts_at)
    finish(hodan, found.ends_at)
    finish(hodan, found.ends_at + timedelta(minutes=5), now=found.ends_at + timedelta(days=1))
    assert assignment_of(hodan).ended_at == found.ends_at + timedelta(minutes=5)
    assignment_of(hodan).state = states.Assignment.COMPLETED.value
    db.session.commit()
    with pytest.raises(attending.Approved):
        finish(hodan, found.ends_at)
    db.session.rollback()


def test_the_end_is_not_before_the_start_or_the_arrival_nor_ahead_nor_hours_later(hodan: int) -> None:
    found = there()
    came = found.starts_at + timedelta(minutes=15)
    arrive(hodan, came)
    wrong = {
        found.starts_at - timedelta(minutes=1): None,
        came - timedelta(minutes=1): None,
        found.ends_at: found.ends_at - timedelta(minutes=1),
        found.ends_at + timedelta(hours=6, minutes=1): None,
    }
    for ended, now in wrong.items():
        with pytest.raises(attending.WrongTime):
            finish(hodan, ended, now=now)
        db.session.rollback()
    finish(hodan, came, now=came)
    assert assignment_of(hodan).ended_at == came


def test_who_forgot_to_say_that_they_came_can_still_say_when_they_finished(hodan: int) -> None:
    alarms.sound(assignment_of(hodan), Danger.NOT_THERE, now=clock.now())
    db.session.commit()
    finish(hodan, there().ends_at)
    done = assignment_of(hodan)
    assert (done.state, done.arrived_at, done.ended_at) == ("checked_in", None, there().ends_at)
    assert db.session.scalars(select(Alarm.how)).all() == ["finished"]


def test_a_note_is_kept_and_changes_no_state(hodan: int) -> None:
    for _ in range(2):
        attending.write_note(assignment_of(hodan).id, "I bring my own headset", by=None, now=clock.now())
        db.session.commit()
    assert (state_of(hodan), assignment_of(hodan).note) == ("confirmed", "I bring my own headset")
    assert events(hodan) == [("confirmed", "note", None)]


def test_who_has_no_part_in_a_job_writes_no_note(hodan: int) -> None:
    book.release(assignment_of(hodan).id, "", by=None, now=clock.now())
    db.session.commit()
    with pytest.raises(states.NotAllowed):
        attending.write_note(assignment_of(hodan).id, "hello", by=None, now=clock.now())
    db.session.rollback()


@pytest.mark.parametrize(("seconds", "minutes"), [(-300, 0), (0, 0), (59, 0), (60, 1), (1500, 25)])
def test_overtime_is_whole_minutes_after_the_planned_end(hodan: int, seconds: int, minutes: int) -> None:
    end = there().ends_at
    assert minutes_over(end, end + timedelta(seconds=seconds)) == minutes


def test_said_twice_at_once_is_one_arrival(app: Flask, hodan: int) -> None:
    number, at = assignment_of(hodan).id, there().starts_at

    def act(_: int) -> str:
        return outcome(lambda: attending.arrive(number, actor="interpreter", by=None, now=at))

    assert at_once(app, 4, act) == ["done"] * 4
    assert events(hodan) == [("checked_in", "arrived", None)]
