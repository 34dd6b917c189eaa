"""Queueing: each reminder once for each family, whatever runs twice, stops in the middle, moves or ends."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from registration import clock
from registration.extensions import db
from registration.families import change
from registration.families.coming import say_yes
from registration.families.models import Attendance, Registration
from registration.families.recount import differences
from registration.mail.models import State
from registration.meetings.models import Meeting
from registration.reminders import announce, rules
from registration.reminders.answers import unsubscribe
from registration.reminders.audience import Audience, preview_counts
from registration.reminders.models import Announcement, ReminderRule, ReminderRun, RunState
from registration.reminders.queue import queue_due
from registration.staff.plan.plans import Kind
from tests.conftest import NOW
from tests.families.news import replan
from tests.mail.test_limit import all_at_once
from tests.reminders.cast import (
    announcement,
    asked_at,
    enter,
    held,
    messages,
    queue_all,
    runs,
    that_morning,
    write,
)


def subjects(message: str) -> list[int]:
    """Whom a message is for."""
    return [row.subject_id for row in messages(message)]


def change_family(registration: Registration, **columns: Any) -> None:
    """Write columns of a family."""
    db.session.execute(update(Registration).where(Registration.id == registration.id).values(**columns))
    db.session.commit()


def test_every_new_meeting_asks_two_days_before_and_reminds_on_the_day(app: Flask) -> None:
    one = enter()
    queue_all(asked_at() - timedelta(minutes=1))
    assert runs() == []
    queue_all(asked_at())
    assert subjects("still_coming") == [one.id]
    queue_all(that_morning())
    assert subjects("same_day") == [one.id]
    assert [(run.state, run.queued) for run in runs()] == [("done", 1), ("done", 1)]


def test_whatever_runs_twice_says_it_once(app: Flask) -> None:
    for number in range(3):
        enter(number)
    for _ in range(3):
        queue_all(asked_at())
    assert len(subjects("still_coming")) == 3


def test_two_schedulers_at_once_say_it_once(app: Flask) -> None:
    for number in range(12):
        enter(number)
    moment = asked_at()

    def schedule(_: int) -> None:
        while queue_due(moment, 2):
            db.session.commit()
        db.session.commit()
        db.session.remove()

    # This thread would hold the database too.
    db.session.rollback()
    with clock.at(moment):
        all_at_once(app, 2, schedule)
    assert sorted(subjects("still_coming")) == sorted({*subjects("still_coming")})
    (run,) = runs()
    assert (len(subjects("still_coming")), run.queued, run.state) == (12, 12, RunState.DONE)


def test_without_its_progress_a_second_scheduler_still_says_nothing_twice(app: Flask) -> None:
    # The outbox itself refuses a second row; a run that forgot how far it had come only counts wrongly.
    for number in range(4):
        enter(number)
    queue_all(asked_at())
    db.session.execute(update(ReminderRun).values(state="queueing", last_registration_id=0))
    db.session.commit()
    queue_all(asked_at())
    assert len(subjects("still_coming")) == 4


def test_stopped_in_the_middle_it_goes_on_where_it_stopped(app: Flask) -> None:
    for number in range(5):
        enter(number)
    with clock.at(asked_at()):
        for _ in range(2):
            queue_due(asked_at(), 2)
            db.session.commit()
        # A kill: the batch under way is never committed.
        queue_due(asked_at(), 2)
        db.session.rollback()
    (run,) = runs()
    assert (run.state, run.queued, len(subjects("still_coming"))) == ("queueing", 2, 2)
    queue_all(asked_at(), batch=2)
    assert (runs()[0].queued, len(subjects("still_coming"))) == (5, 5)


def test_after_an_outage_what_is_stale_is_dropped_and_recorded(app: Flask) -> None:
    enter()
    queue_all(held().starts_at - timedelta(hours=6))
    first, second = runs()
    assert (first.state, first.dropped_reason, first.queued) == ("dropped", "stale", 0)
    assert (second.state, second.queued) == ("done", 1)
    assert subjects("still_coming") == []


def test_a_run_that_goes_stale_in_the_middle_is_dropped(app: Flask) -> None:
    for number in range(4):
        enter(number)
    with clock.at(asked_at()):
        for _ in range(2):
            queue_due(asked_at(), 2)
            db.session.commit()
    queue_all(held().starts_at - timedelta(hours=20))
    assert (runs()[0].state, runs()[0].dropped_reason, runs()[0].queued) == ("dropped", "stale", 2)


def test_who_registers_shortly_before_is_passed_over(app: Flask) -> None:
    early = enter(1)
    with clock.at(asked_at() - timedelta(hours=2)):
        enter(2)
    queue_all(asked_at())
    assert subjects("still_coming") == [early.id]
    assert (runs()[0].queued, runs()[0].skipped) == (1, 1)


def test_who_is_not_to_be_told_never_is(app: Flask) -> None:
    gone, silent, bounced, stranger, erased, comes = (enter(number) for number in range(6))
    change.withdraw(gone.id, gone.meeting_id, now=NOW, actor="family")
    unsubscribe(silent.id, NOW)
    db.session.commit()
    change_family(bounced, bounced_at=NOW)
    change_family(stranger, not_me_at=NOW)
    change.erase(erased.id, erased.meeting_id, now=NOW)
    db.session.commit()
    queue_all(asked_at())
    queue_all(that_morning())
    assert subjects("still_coming") == [comes.id]
    assert subjects("same_day") == [comes.id]
    row = announcement(send_at=NOW, state="scheduled")
    queue_all(NOW)
    assert subjects("announcement") == [comes.id]
    assert runs()[-1].announcement_id == row.id


def test_a_family_without_email_or_with_a_language_we_do_not_write_is_called(app: Flask) -> None:
    enter(1, email=None, phone="+13035550148")
    enter(2, phone="+13035550149", contact_language="so")
    bounced = enter(3, phone="+13035550150")
    change_family(bounced, bounced_at=NOW)
    enter(4)
    queue_all(asked_at())
    assert [row.state for row in messages("still_coming")] == [State.CALL, State.CALL, State.CALL, State.QUEUED]
    assert (runs()[0].queued, runs()[0].called) == (1, 3)


def test_a_cancelled_meeting_ends_its_reminders(app: Flask) -> None:
    enter()
    replan(Kind.CANCELLED, held())
    db.session.commit()
    queue_all(asked_at())
    assert runs() == []


def test_a_meeting_cancelled_in_the_middle_queues_no_more(app: Flask) -> None:
    for number in range(4):
        enter(number)
    with clock.at(asked_at()):
        for _ in range(2):
            queue_due(asked_at(), 2)
            db.session.commit()
        replan(Kind.CANCELLED, held(), now=asked_at())
        db.session.commit()
    queue_all(asked_at())
    assert (runs()[0].state, runs()[0].dropped_reason) == ("dropped", "called_off")


def test_a_moved_meeting_takes_its_reminders_along_over_the_change_of_clocks(app: Flask) -> None:
    one = enter()
    starts = held().starts_at
    with clock.at(NOW):
        # From May to December: the clocks go back in between.
        later = starts + timedelta(days=217, hours=1)
        replan(Kind.MOVED, held(), starts_at=later, ends_at=later + timedelta(hours=1))
        db.session.commit()
    queue_all(starts - timedelta(days=2))
    assert runs() == []
    queue_all(later - timedelta(days=2, minutes=31))
    assert runs() == []
    queue_all(later - timedelta(days=2, minutes=30))
    assert subjects("still_coming") == [one.id]


def test_a_meeting_moved_after_it_was_asked_asks_again_for_its_new_day(app: Flask) -> None:
    one = enter()
    queue_all(asked_at())
    with clock.at(asked_at()):
        say_yes(one.id, one.meeting_id, asked_at())
        db.session.commit()
        replan(Kind.MOVED, held(), now=asked_at())
        db.session.commit()
    assert (held().said_yes, held().asked_until) == (0, None)
    assert differences() == []
    queue_all(asked_at())
    assert subjects("still_coming") == [one.id, one.id]
    assert len({row.occurrence for row in messages("still_coming")}) == 2


def test_a_meeting_that_only_begins_later_that_day_is_not_reminded_of_twice(app: Flask) -> None:
    enter()
    queue_all(that_morning())
    with clock.at(that_morning()):
        later = held().starts_at + timedelta(hours=1)
        replan(Kind.MOVED, held(), now=that_morning(), starts_at=later, ends_at=later + timedelta(hours=1))
        db.session.commit()
    queue_all(that_morning() + timedelta(hours=1))
    assert len(subjects("same_day")) == 1


def test_a_rule_of_the_series_takes_the_place_of_what_meetings_begin_with(app: Flask) -> None:
    series = ReminderRule(
        series_id=held().series_id, kind="still_coming", days_before=3, at_time=12 * 60, since=NOW, audience={}
    )
    db.session.add(series)
    db.session.commit()
    one = enter()
    queue_all(held().starts_at - timedelta(days=3))
    assert (subjects("still_coming"), runs()[0].rule_id) == ([one.id], series.id)
    queue_all(asked_at())
    assert len(runs()) == 1


def test_a_rule_that_somebody_changed_stands_against_that_of_the_series(app: Flask) -> None:
    own = db.session.scalars(
        select(ReminderRule).where(ReminderRule.meeting_id == held().id, ReminderRule.kind == "still_coming")
    ).one()
    own.active = False
    db.session.add(
        ReminderRule(
            series_id=held().series_id, kind="still_coming", days_before=3, at_time=720, since=NOW, audience={}
        )
    )
    db.session.commit()
    enter()
    queue_all(asked_at())
    assert runs() == []


def test_own_words_go_to_their_audience(app: Flask) -> None:
    rule = ReminderRule(
        meeting_id=held().id,
        kind="own",
        days_before=5,
        at_time=12 * 60,
        since=NOW,
        audience=Audience(asked=True, languages=("so",)).plain(),
    )
    db.session.add(rule)
    db.session.flush()
    write("reminder", rule.id)
    somali = enter(1)
    enter(2, spoken=("am",))
    queue_all(held().starts_at - timedelta(days=5))
    assert subjects("reminder_own") == [somali.id]


def test_a_copy_of_a_meeting_has_its_rules_with_their_words(app: Flask) -> None:
    rule = ReminderRule(meeting_id=held().id, kind="own", hours_before=30, since=NOW, audience={})
    db.session.add(rule)
    db.session.flush()
    write("reminder", rule.id)
    other = held("spanish-meeting")
    before = len(db.session.scalars(select(ReminderRule).where(ReminderRule.meeting_id == other.id)).all())
    rules.copy(held().id, other.id)
    db.session.commit()
    query = select(ReminderRule).where(ReminderRule.meeting_id == other.id).order_by(ReminderRule.id)
    copied = db.session.scalars(query).all()[before:]
    assert [one.kind for one in copied] == ["still_coming", "same_day", "own"]


AUDIENCES = [
    (Audience(), {1, 3, 4}),
    (Audience(standing=("waiting",)), {5}),
    (Audience(standing=("registered", "waiting")), {1, 3, 4, 5}),
    (Audience(attendance="online"), {4}),
    (Audience(asked=True), {1, 3, 4}),
    (Audience(asked=True, languages=("es",)), {3}),
    (Audience(languages=("vi",)), {4}),
]


@pytest.mark.parametrize(("audience", "expected"), AUDIENCES)
def test_an_audience_is_whom_it_says(app: Flask, audience: Audience, expected: set[int]) -> None:
    numbers = {
        enter(1).id: 1,
        enter(3, "es").id: 3,
        enter(4, "vi", attendance=Attendance.ONLINE).id: 4,
    }
    db.session.execute(update(Meeting).where(Meeting.slug == "english-meeting").values(capacity=Meeting.seats_taken))
    db.session.commit()
    numbers[enter(5).id] = 5
    row = announcement(send_at=NOW, state="scheduled", audience=audience.plain())
    queue_all(NOW)
    assert {numbers[one] for one in subjects("announcement")} == expected
    told = preview_counts(audience, [held().id])
    assert sum(one.mail + one.call for one in told) == len(expected)
    assert db.session.get_one(Announcement, row.id).state == "done"


def test_an_announcement_goes_to_families_of_all_its_meetings_when_its_time_comes(app: Flask) -> None:
    one, other = enter(1), enter(2, slug="spanish-meeting", spoken=())
    row = announcement("english-meeting", "spanish-meeting")
    announce.schedule(row.id, NOW + timedelta(hours=1))
    db.session.commit()
    queue_all(NOW)
    assert subjects("announcement") == []
    queue_all(NOW + timedelta(hours=1))
    assert sorted(subjects("announcement")) == sorted([one.id, other.id])
    with pytest.raises(announce.TooLate):
        announce.schedule(row.id, NOW)


def test_an_announcement_keeps_its_pace(app: Flask) -> None:
    for number in range(5):
        enter(number)
    announcement(send_at=NOW, state="scheduled", per_minute=2)
    queue_all(NOW, batch=2)
    waits = [round((row.send_at - NOW).total_seconds() / 60) for row in messages("announcement")]
    assert waits == [0, 0, 1, 1, 2]


def test_a_stopped_announcement_sends_no_more(app: Flask) -> None:
    for number in range(4):
        enter(number)
    enter(9, email=None, phone="+13035550148")
    row = announcement(send_at=NOW, state="scheduled")
    with clock.at(NOW):
        for _ in range(2):
            queue_due(NOW, 2)
            db.session.commit()
    assert announce.stop_announcement(row.id, "stopped by person 1", NOW) == 2
    db.session.commit()
    queue_all(NOW)
    assert [one.state for one in messages("announcement")] == [State.SUPERSEDED] * 2
    assert (runs()[-1].state, db.session.get_one(Announcement, row.id).state) == ("stopped", "stopped")


def test_what_was_stopped_while_its_first_batch_was_queued_is_stopped_whole(app: Flask) -> None:
    for number in range(6):
        enter(number)
    announcement_id = announcement(send_at=NOW, state="scheduled").id

    def act(number: int) -> None:
        if number:
            announce.stop_announcement(announcement_id, "stopped by person 1", NOW)
            db.session.commit()
        else:
            for _ in range(8):
                queue_due(NOW, 2)
                db.session.commit()
        db.session.remove()

    with clock.at(NOW):
        queue_due(NOW)
        db.session.commit()
        all_at_once(app, 2, act)
        queue_all(NOW)
    assert {one.state for one in messages("announcement")} <= {State.SUPERSEDED}


def test_families_of_a_meeting_are_asked_on_their_page_once_they_were_asked_by_mail(app: Flask) -> None:
    enter()
    queue_all(asked_at())
    assert held().asked_until == asked_at() - timedelta(hours=24)
