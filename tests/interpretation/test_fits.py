"""Whether somebody can take a seat, and why not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registration.interpretation.fits import (
    Days,
    Hours,
    Job,
    Pair,
    Somebody,
    Wanted,
    Why,
    conflicts,
    reasons,
)
from registration.interpretation.policy import FIGURES, Profile

# Monday 3 May 2027, 17:30 to 18:30 in Denver.
START = datetime(2027, 5, 3, 23, 30, tzinfo=UTC)
FIGURES_COURT = FIGURES[Profile.COURT]
BOTH = (Pair("en", "es", frozenset({"simultaneous"})), Pair("es", "en", frozenset({"simultaneous"})))


def job(minutes_after: int = 0, *, place: int | None = 1, remote: bool = False, number: int = 7) -> Job:
    start = START + timedelta(minutes=minutes_after)
    return Job(number, start, start + timedelta(minutes=60), None if remote else place, remote)


def why(one: Somebody, **changed: object) -> set[Why]:
    seat = Wanted(job(number=0), "en", "es", "simultaneous", bool(changed.get("needs_credential")))
    return {reason.why for reason in reasons(one, seat, FIGURES_COURT)}


def somebody(**given: object) -> Somebody:
    return Somebody(**({"zone": "America/Denver", "pairs": BOTH} | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        # Call time is 15 minutes, the way between two places 45.
        (job(75), False),
        (job(74), True),
        (job(119, place=2), True),
        (job(120, place=2), False),
        (job(80, remote=True), True),
        (job(-75), False),
        (job(-119, place=2), True),
    ],
)
def test_overlap_counts_call_time_and_travel_and_names_the_job(other: Job, overlaps: bool) -> None:
    assert conflicts(job(number=0), [other], FIGURES_COURT) == ([other] if overlaps else [])


def test_remote_to_remote_needs_a_rest_and_no_travel() -> None:
    assert conflicts(job(remote=True), [job(89, remote=True)], FIGURES_COURT)
    assert not conflicts(job(remote=True), [job(90, remote=True)], FIGURES_COURT)


def test_nothing_speaks_against_who_fits() -> None:
    assert why(somebody()) == set()


def test_pairs_are_directional_and_questions_need_both() -> None:
    assert why(somebody(pairs=BOTH[:1])) == {Why.ONE_WAY}
    assert why(somebody(pairs=BOTH[1:])) == {Why.NO_PAIR}


def test_a_credential_that_ends_before_the_meeting_blocks_where_one_is_required_and_warns_elsewhere() -> None:
    old = somebody(credentials=[date(2027, 5, 2)])
    assert why(old) == {Why.CREDENTIAL_ENDS}
    assert why(old, needs_credential=True) == {Why.CREDENTIAL}
    assert why(somebody(credentials=[date(2027, 5, 3)]), needs_credential=True) == set()
    assert why(somebody()) == set()


def test_school_staff_on_duty_are_not_free_and_untested_ones_show_it() -> None:
    duty = somebody(hours=[Hours(0, 16 * 60, 18 * 60, True)], tested=False)
    assert why(duty) == {Why.DUTY, Why.UNTESTED}


def test_days_off_forbid_and_free_days_open_what_the_week_does_not() -> None:
    mornings = [Hours(0, 8 * 60, 12 * 60, False)]
    day = date(2027, 5, 3)
    assert why(somebody(hours=mornings)) == {Why.HOURS}
    assert why(somebody(hours=mornings, days=[Days(day, day, True)])) == set()
    assert why(somebody(days=[Days(day, day, False)])) == {Why.DAY_OFF}


def test_an_agency_sends_somebody_to_each_of_two_meetings_at_once() -> None:
    assert why(somebody(jobs=[job()])) == {Why.OVERLAP}
    assert why(somebody(jobs=[job()], exclusive=False)) == set()


def test_most_minutes_a_day_and_a_week_are_said() -> None:
    found = why(somebody(most_day=90, most_week=90, jobs=[job(-300)]))
    assert found == {Why.TOO_MUCH_DAY, Why.TOO_MUCH_WEEK}
