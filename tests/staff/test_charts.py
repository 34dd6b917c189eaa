"""Drawings tell the truth: lengths follow numbers, nothing leaves the picture, right to left is the mirror of it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from registration.staff import charts
from registration.staff.charts import Bar, Days, Kind

pytestmark = pytest.mark.no_database

START = date(2027, 4, 20)
counts = some.lists(some.integers(0, 5000), max_size=900)


def drawn(values: Sequence[int], cutoff: int | None = None, *, right_to_left: bool = False) -> Days:
    """The drawing of so many registrations on each day from START on."""
    return charts.registrations(
        [(START + timedelta(days=index), value) for index, value in enumerate(values)],
        day=lambda day: f"{day:%b} {day.day}",
        words="{:,}".format,
        cutoff=None if cutoff is None else START + timedelta(days=cutoff),
        right_to_left=right_to_left,
    )


def lying(*values: int, right_to_left: bool = False) -> list[Bar]:
    """The bars of so many families."""
    return charts.demand([(value, Kind.NOBODY) for value in values], right_to_left=right_to_left)


@pytest.mark.parametrize(
    ("filled", "seats", "kind"),
    [(0, 0, Kind.NOBODY), (0, 2, Kind.NOBODY), (1, 2, Kind.PARTIAL), (2, 2, Kind.COMPLETE), (3, 2, Kind.COMPLETE)],
)
def test_a_bar_is_solid_only_when_every_seat_is_confirmed(filled: int, seats: int, kind: Kind) -> None:
    assert charts.kind_of(filled, seats) is kind


def test_all_bars_share_one_scale() -> None:
    most, half = lying(40, 20)
    assert half.width == pytest.approx(most.width / 2)


def test_one_family_beside_thousands_is_still_a_bar_and_none_is_not() -> None:
    _, one, none = lying(9000, 1, 0)
    assert one.width >= 2
    assert none.width == 0
    assert (one.text, none.text) == ("1", "0")


@given(some.lists(some.integers(0, 10**6), min_size=1, max_size=30))
def test_a_longer_bar_means_more_families_and_leaves_room_for_its_number(values: list[int]) -> None:
    bars = sorted(lying(*values), key=lambda bar: bar.value)
    assert [bar.width for bar in bars] == sorted(bar.width for bar in bars)
    assert all(bar.x == 0 and bar.label_x == bar.width <= 80 for bar in bars)


@given(some.lists(some.integers(0, 500), max_size=10))
def test_bars_of_demand_from_right_to_left_are_the_mirror(values: list[int]) -> None:
    for one, other in zip(lying(*values), lying(*values, right_to_left=True), strict=True):
        assert (other.width, other.text) == (one.width, one.text)
        assert other.x == pytest.approx(100 - one.x - one.width)
        assert other.label_x == pytest.approx(100 - one.label_x)


def test_no_demand_is_no_bar() -> None:
    assert charts.demand([]) == []


@given(counts)
def test_nobody_is_lost_between_bars_and_there_are_never_too_many(values: list[int]) -> None:
    days = drawn(values)
    assert days.total == sum(bar.value for bar in days.bars) == sum(values)
    assert len(days.bars) <= charts.MOST_BARS


@given(counts)
@example([1690, 4000])
def test_everything_stands_within_the_picture(values: list[int]) -> None:
    days = drawn(values, cutoff=len(values) // 2)
    for bar in days.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= 100
        assert bar.label_y >= 10
        assert bar.y + bar.height == pytest.approx(days.baseline)
    assert all(0 <= tick.x <= 100 for tick in days.ticks)
    assert days.cutoff_x is None or 0 <= days.cutoff_x <= 100


@given(counts)
def test_days_from_right_to_left_are_the_mirror(values: list[int]) -> None:
    days, turned = drawn(values, 3), drawn(values, 3, right_to_left=True)
    for one, other in zip(days.bars, turned.bars, strict=True):
        assert other.x == pytest.approx(100 - one.x - one.width, abs=0.02)
        assert other.label_x == pytest.approx(100 - one.label_x, abs=0.02)
    assert [tick.text for tick in days.ticks] == [tick.text for tick in turned.ticks]
    assert [tick.anchor for tick in days.ticks] == [tick.anchor for tick in turned.ticks]
    if days.cutoff_x is not None:
        assert turned.cutoff_x == pytest.approx(100 - days.cutoff_x, abs=0.02)


def test_days_without_registrations_keep_their_place() -> None:
    days = charts.registrations([(START, 2), (START + timedelta(days=3), 4)], day=str)
    assert [bar.value for bar in days.bars] == [2, 0, 0, 4]
    assert [bar.height > 0 for bar in days.bars] == [True, False, False, True]


def test_days_may_come_in_any_order_and_twice() -> None:
    days = charts.registrations([(START + timedelta(days=1), 1), (START, 2), (START, 3)], day=str)
    assert [bar.value for bar in days.bars] == [5, 1]


def test_a_long_period_is_drawn_by_weeks_and_a_longer_one_by_several() -> None:
    assert [drawn([1] * length).every for length in (1, 40, 41, 280, 281, 900)] == [1, 1, 7, 7, 14, 28]
    week = drawn([1] * 41)
    assert [bar.value for bar in week.bars] == [7, 7, 7, 7, 7, 6]
    assert week.bars[0].label == "Apr 20 – Apr 26"


def test_the_line_of_the_last_day_in_time_stands_after_that_day() -> None:
    assert drawn([1] * 10, cutoff=0).cutoff_x == 10
    assert drawn([1] * 10, cutoff=4).cutoff_x == 50
    assert drawn([1] * 70, cutoff=34).cutoff_x == 50


@pytest.mark.parametrize("cutoff", [-5, 9, 40])
def test_a_line_that_would_part_nothing_is_left_out(cutoff: int) -> None:
    assert drawn([1] * 10, cutoff=cutoff).cutoff_x is None


def test_few_bars_carry_all_numbers_and_many_only_the_highest() -> None:
    few, many = drawn([3, 1, 2]), drawn([100 + index for index in range(40)])
    assert all(bar.narrow and bar.wide for bar in few.bars)
    assert [bar.value for bar in many.bars if bar.narrow or bar.wide] == [139]
    assert drawn([0, 4]).bars[0].wide is False


def test_the_words_of_the_axis_have_room_on_a_phone() -> None:
    for length in (1, 2, 9, 17, 40, 300):
        ticks = drawn([1] * length).ticks
        assert ticks[0].narrow
        assert len(ticks) <= 8
        assert sum(tick.narrow for tick in ticks) <= 4


def test_words_at_the_edges_do_not_stick_out() -> None:
    ticks = drawn([1] * 40).ticks
    assert ticks[0].anchor == "start"
    assert all(tick.anchor == "middle" for tick in ticks[1:] if 8 <= tick.x <= 92)


def test_the_highest_day_is_named_and_the_earliest_of_several() -> None:
    most = drawn([1, 7, 7]).most
    assert most is not None
    assert (most.label, most.text) == ("Apr 21", "7")


def test_nobody_registered_is_an_empty_picture() -> None:
    for days in (drawn([], cutoff=0), drawn([0, 0])):
        assert days.most is None
        assert days.total == 0
    assert drawn([], cutoff=0).cutoff_x is None


def test_a_day_with_fewer_than_none_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer"):
        drawn([1, -1])


def test_seats_are_drawn_confirmed_ones_first_and_a_crowd_is_not_drawn() -> None:
    assert [(seat.x, seat.filled) for seat in charts.seats(1, 3)] == [(10, True), (30, False), (50, False)]
    assert charts.seats(0, 0) == []
    assert charts.seats(13, 13) == []
