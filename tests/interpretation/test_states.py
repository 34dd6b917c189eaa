"""The table of states: what it allows is what happens, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.interpretation import states

ENDED = {
    states.Assignment.COMPLETED,
    states.Assignment.DECLINED,
    states.Assignment.RELEASED,
    states.Assignment.CANCELLED,
}


@given(st.sampled_from(states.Assignment), st.sampled_from(states.Assignment))
def test_an_assignment_changes_as_the_table_says_and_otherwise_not(
    was: states.Assignment, to: states.Assignment
) -> None:
    if to in states.ASSIGNMENT[was]:
        assert states.change(was.value, to) == to.value
    else:
        with pytest.raises(states.NotAllowed):
            states.change(was.value, to)


@given(st.sampled_from(states.Offer), st.sampled_from(states.Offer))
def test_an_offer_is_answered_once(was: states.Offer, to: states.Offer) -> None:
    if was is states.Offer.SENT and to is not was:
        assert states.change_offer(was.value, to) == to.value
    else:
        with pytest.raises(states.NotAllowed):
            states.change_offer(was.value, to)


@given(st.lists(st.sampled_from(states.Assignment), max_size=12))
def test_nobody_is_confirmed_who_has_not_accepted_and_nothing_follows_an_end(path: list[states.Assignment]) -> None:
    at, seen = states.Assignment.PROPOSED.value, [states.Assignment.PROPOSED]
    for to in path:
        try:
            at = states.change(at, to)
        except states.NotAllowed:
            continue
        assert seen[-1] not in ENDED
        seen.append(to)
        if to is states.Assignment.CONFIRMED:
            assert seen[-2] is states.Assignment.ACCEPTED


def test_every_state_is_in_the_table() -> None:
    assert set(states.ASSIGNMENT) == set(states.Assignment)
    assert set(states.OFFER) == set(states.Offer)
