"""Rules with numbers: they belong to a profile, and a team says which rule made it."""

from datetime import UTC, datetime, timedelta

import pytest

from registration.interpretation import policy
from registration.interpretation.policy import FIGURES, Caution, Pay, Profile
from registration.meetings.models import Mode

# The three real meetings: simultaneous into two languages, then twice consecutive (domain.md).
SERVICES = [(Mode.SIMULTANEOUS, 60), (Mode.SIMULTANEOUS, 60), (Mode.CONSECUTIVE, 90), (Mode.CONSECUTIVE, 90)]
DENVER = "America/Denver"


@pytest.mark.parametrize(("profile", "seats"), [(Profile.DISTRICT, 4), (Profile.COURT, 8), (Profile.CONFERENCE, 8)])
def test_the_three_real_meetings_need_so_many_seats(profile: Profile, seats: int) -> None:
    figures = policy.policy(profile).figures
    assert sum(policy.team(figures, mode, minutes).size for mode, minutes in SERVICES) == seats


def test_the_first_profile_of_a_new_installation_is_court() -> None:
    assert policy.FIRST is Profile.COURT


def test_a_profile_of_ones_own_keeps_the_figures_that_were_given() -> None:
    own = policy.policy(Profile.OWN, {"simultaneous_alone": 90, "nonsense": 3, "call_time": "soon"})
    assert own.figures.simultaneous_alone == 90
    assert own.figures.call_time == FIGURES[policy.FIRST].call_time


def test_a_captioner_writes_alone() -> None:
    assert policy.team(FIGURES[Profile.COURT], Mode.CAPTIONING, 240).size == 1


def test_what_is_unwise_is_said() -> None:
    figures = FIGURES[Profile.COURT]
    said = policy.cautions(figures, Mode.CONSECUTIVE, 60, others=[Mode.CONSECUTIVE], in_the_room=True, listeners=5)
    assert said == [Caution.TOO_SHORT, Caution.TWO_CONSECUTIVE]
    said = policy.cautions(figures, Mode.WHISPERED, 60, others=[], in_the_room=True, listeners=3)
    assert said == [Caution.WHISPERED_MANY]
    assert policy.cautions(figures, Mode.SIMULTANEOUS, 60, others=[], in_the_room=True, listeners=3) == []


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # Friday 16:00 in Denver: one hour is left of the day, the rest is Monday's.
        (datetime(2027, 4, 2, 22, tzinfo=UTC), 8, datetime(2027, 4, 5, 21, tzinfo=UTC)),
        # Saturday counts for nothing.
        (datetime(2027, 4, 3, 15, tzinfo=UTC), 1, datetime(2027, 4, 5, 15, tzinfo=UTC)),
        # Over the change to daylight saving, 14 March 2027.
        (datetime(2027, 3, 12, 23, tzinfo=UTC), 3, datetime(2027, 3, 15, 16, tzinfo=UTC)),
    ],
)
def test_an_offer_is_open_for_working_hours(start: datetime, hours: int, end: datetime) -> None:
    assert policy.after_working_hours(FIGURES[Profile.COURT], start, hours, DENVER) == end


def test_a_job_is_paid_for_the_minimum_at_least() -> None:
    pay = Pay(rate=6000, minimum=120, travel=1500)
    assert pay.of(60, on_site=True) == 13500
    assert pay.of(180, on_site=False) == 18000


def test_what_is_called_off_inside_the_window_is_paid_without_travel() -> None:
    figures, pay = FIGURES[Profile.COURT], Pay(rate=6000, minimum=120, travel=1500)
    start = datetime(2027, 5, 3, 23, 30, tzinfo=UTC)
    assert policy.payable(figures, pay, start, 60, start - timedelta(hours=47)) == 12000
    assert policy.payable(figures, pay, start, 60, start - timedelta(hours=48)) == 0
