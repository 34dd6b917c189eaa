"""When reminders are due: over the days on which clocks change, in quiet hours, after meetings are moved, too late."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.reminders import due
from registration.reminders.due import Held, Reason, Rule, Verdict

pytestmark = pytest.mark.no_database

DENVER = ZoneInfo("America/Denver")
LONG_AGO = datetime(2027, 1, 1, tzinfo=UTC)


def denver(text: str) -> datetime:
    """A moment by the clocks of Denver."""
    return datetime.fromisoformat(text).replace(tzinfo=DENVER).astimezone(UTC)


def rule(
    kind: str = due.STILL_COMING, days: int | None = 2, at: int | None = 17 * 60, hours: int | None = None
) -> Rule:
    """By default the first rule of every meeting."""
    return Rule(1, kind, days, hours, at, 21 * 60, 8 * 60, LONG_AGO)


SAME_DAY = rule(due.SAME_DAY, 0, 8 * 60, 3)


def meeting(starts: str) -> Held:
    """A meeting that begins then, by the clocks of Denver."""
    return Held(7, denver(starts), "America/Denver", LONG_AGO)


def local(moment: datetime) -> str:
    """By the clocks of Denver."""
    return moment.astimezone(DENVER).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("2027-03-15 17:30", "2027-03-13 17:00"),  # clocks forward on 14 March
        ("2027-11-08 17:30", "2027-11-06 17:00"),  # and back on 7 November
        ("2027-05-10 17:30", "2027-05-08 17:00"),
    ],
)
def test_days_before_is_that_time_of_day_whatever_the_clocks_do_in_between(starts: str, expected: str) -> None:
    assert local(due.due_at(rule(), meeting(starts))) == expected


def test_hours_before_are_real_hours_over_the_change_of_clocks() -> None:
    three = replace(rule(hours=24, days=None, at=None), quiet_from=0, quiet_to=0)
    forward, back = meeting("2027-03-14 17:30"), meeting("2027-11-07 17:30")
    assert local(due.due_at(three, forward)) == "2027-03-13 16:30"
    assert local(due.due_at(three, back)) == "2027-11-06 18:30"
    for one in (forward, back):
        assert one.starts_at - due.due_at(three, one) == timedelta(hours=24)


def test_a_time_of_day_that_is_skipped_or_comes_twice_is_one_moment() -> None:
    at_half_past_two = replace(rule(days=0, at=150), quiet_from=0, quiet_to=0)
    skipped = due.due_at(at_half_past_two, meeting("2027-03-14 17:30"))
    assert local(skipped) == "2027-03-14 03:30"
    at_half_past_one = replace(rule(days=0, at=90), quiet_from=0, quiet_to=0)
    twice = due.due_at(at_half_past_one, meeting("2027-11-07 17:30"))
    assert twice == datetime(2027, 11, 7, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("2027-05-10 17:30", "2027-05-10 08:00"),
        ("2027-05-10 10:30", "2027-05-10 08:00"),  # half past seven would be in the quiet hours; eight leaves time
        ("2027-05-10 09:00", "2027-05-09 20:00"),  # no mail at 6 for a meeting at 9: the evening before
    ],
)
def test_the_same_day_is_never_in_quiet_hours(starts: str, expected: str) -> None:
    assert local(due.due_at(SAME_DAY, meeting(starts))) == expected


def test_quiet_hours_hold_over_the_nights_on_which_clocks_change() -> None:
    for day in (date(2027, 3, 14), date(2027, 11, 7)):
        for hour in range(24):
            moment = datetime(day.year, day.month, day.day, tzinfo=DENVER).astimezone(UTC) + timedelta(hours=hour)
            until = due.quiet_until(moment, 21 * 60, 8 * 60, DENVER)
            inside = not 8 <= moment.astimezone(DENVER).hour < 21
            assert (until is not None) == inside
            assert until is None or (until > moment and until.astimezone(DENVER).hour == 8)


@given(
    minute=st.integers(0, 364 * 24 * 60),
    days=st.integers(0, 20),
    at=st.integers(0, 1439),
    hours=st.none() | st.integers(1, 60),
    quiet=st.tuples(st.integers(0, 1439), st.integers(0, 1439)),
)
def test_a_reminder_is_always_ahead_of_its_meeting_or_says_that_it_is_stale(
    minute: int, days: int, at: int, hours: int | None, quiet: tuple[int, int]
) -> None:
    one = replace(rule(days=days, at=at, hours=hours), quiet_from=quiet[0], quiet_to=quiet[1])
    held = Held(7, datetime(2027, 1, 2, tzinfo=UTC) + timedelta(minutes=minute), "America/Denver", LONG_AGO)
    at_due = due.run(one, held, due.due_at(one, held))
    if at_due.verdict is Verdict.DUE:
        assert at_due.at <= held.starts_at
    assert due.useful_until(one, held) <= held.starts_at


def test_until_it_is_due_it_is_to_come() -> None:
    held = meeting("2027-05-10 17:30")
    assert due.run(rule(), held, denver("2027-05-08 16:59")).verdict is Verdict.TO_COME
    now = due.run(rule(), held, denver("2027-05-08 17:00"))
    assert (now.verdict, now.occurrence) == (Verdict.DUE, "1:2027-05-10")


def test_after_an_outage_what_still_helps_is_sent_and_what_does_not_is_dropped() -> None:
    held = meeting("2027-05-10 17:30")
    assert due.run(rule(), held, denver("2027-05-09 12:00")).verdict is Verdict.DUE
    stale = due.run(rule(), held, denver("2027-05-09 18:00"))
    assert (stale.verdict, stale.reason) == (Verdict.DROPPED, Reason.STALE)
    assert due.run(SAME_DAY, held, denver("2027-05-10 16:00")).verdict is Verdict.DUE
    assert due.run(SAME_DAY, held, denver("2027-05-10 17:00")).reason is Reason.STALE


def test_an_outage_that_ends_at_night_waits_for_the_morning() -> None:
    late = due.run(rule(), meeting("2027-05-10 17:30"), denver("2027-05-08 23:00"))
    assert (late.verdict, local(late.at)) == (Verdict.TO_COME, "2027-05-09 08:00")
    too_late = due.run(SAME_DAY, meeting("2027-05-10 08:30"), denver("2027-05-10 05:00"))
    assert too_late.reason is Reason.STALE


def test_what_would_have_been_due_before_the_rule_was_made_is_not_made_up_for() -> None:
    held, made = meeting("2027-05-10 17:30"), replace(rule(), since=denver("2027-05-08 18:00"))
    assert due.run(made, held, denver("2027-05-08 18:00")).reason is Reason.MADE_LATER


def test_a_moved_meeting_has_another_reminder_on_its_new_day() -> None:
    before, after = meeting("2027-05-10 17:30"), meeting("2027-05-18 17:30")
    moved = replace(after, settled_at=denver("2027-05-09 10:00"))
    assert due.occurrence(rule(), before) != due.occurrence(rule(), moved)
    assert due.run(rule(), moved, denver("2027-05-09 10:00")).verdict is Verdict.TO_COME
    assert due.run(rule(), moved, denver("2027-05-16 17:00")).verdict is Verdict.DUE


def test_who_has_just_been_told_of_the_new_time_is_not_reminded_of_it_at_once() -> None:
    moved = replace(meeting("2027-05-10 17:30"), settled_at=denver("2027-05-09 09:00"))
    assert due.run(rule(), moved, denver("2027-05-09 09:01")).reason is Reason.PLAN_CHANGED


def test_a_meeting_moved_over_the_change_of_clocks_is_reminded_at_the_time_of_its_own_day() -> None:
    winter, summer = meeting("2027-03-12 17:30"), meeting("2027-03-19 17:30")
    assert local(due.due_at(rule(), winter)) == "2027-03-10 17:00"
    assert local(due.due_at(rule(), summer)) == "2027-03-17 17:00"
    assert (due.due_at(rule(), summer) - due.due_at(rule(), winter)) == timedelta(days=7) - timedelta(hours=1)


def test_who_registers_shortly_before_is_not_reminded() -> None:
    held = meeting("2027-05-10 17:30")
    assert local(due.registered_until(rule(), held)) == "2027-05-07 17:00"
    assert local(due.registered_until(SAME_DAY, held)) == "2027-05-10 04:00"


def test_reminders_come_in_the_order_in_which_they_go_out() -> None:
    held = meeting("2027-05-10 17:30")
    found = due.runs([(replace(SAME_DAY, id=2), held), (rule(), held)], denver("2027-05-01 10:00"))
    assert [one.rule_id for one in found] == [1, 2]
