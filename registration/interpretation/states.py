"""Every state of an assignment and of an offer, and every change that is allowed. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class Assignment(StrEnum):
    """Where an interpreter stands with a seat. Accepted is not confirmed."""

    PROPOSED = "proposed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    DECLINED = "declined"
    RELEASED = "released"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Offer(StrEnum):
    """What became of an invitation to take a seat."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


# From each state to those that may follow. `offered` follows `confirmed` when a meeting is moved: it is asked again.
# `released`: the interpreter is let go, or an offer came to nothing; `cancelled`: the meeting is not held.
ASSIGNMENT: Mapping[Assignment, frozenset[Assignment]] = {
    Assignment.PROPOSED: frozenset(
        {Assignment.OFFERED, Assignment.ACCEPTED, Assignment.RELEASED, Assignment.CANCELLED}
    ),
    Assignment.OFFERED: frozenset(
        {Assignment.ACCEPTED, Assignment.DECLINED, Assignment.RELEASED, Assignment.CANCELLED}
    ),
    Assignment.ACCEPTED: frozenset(
        {
            Assignment.CONFIRMED,
            Assignment.OFFERED,
            Assignment.DECLINED,
            Assignment.RELEASED,
            Assignment.CANCELLED,
        }
    ),
    Assignment.CONFIRMED: frozenset(
        {
            Assignment.CHECKED_IN,
            Assignment.OFFERED,
            Assignment.DECLINED,
            Assignment.RELEASED,
            Assignment.CANCELLED,
            Assignment.NO_SHOW,
        }
    ),
    Assignment.CHECKED_IN: frozenset({Assignment.COMPLETED, Assignment.CANCELLED}),
    Assignment.NO_SHOW: frozenset({Assignment.CHECKED_IN}),
    Assignment.COMPLETED: frozenset(),
    Assignment.DECLINED: frozenset(),
    Assignment.RELEASED: frozenset(),
    Assignment.CANCELLED: frozenset(),
}
OFFER: Mapping[Offer, frozenset[Offer]] = {
    Offer.SENT: frozenset({Offer.ACCEPTED, Offer.DECLINED, Offer.EXPIRED, Offer.WITHDRAWN}),
    Offer.ACCEPTED: frozenset(),
    Offer.DECLINED: frozenset(),
    Offer.EXPIRED: frozenset(),
    Offer.WITHDRAWN: frozenset(),
}

# The interpreter has said yes: nobody else takes the seat, and they are in no other place meanwhile.
TAKEN = (Assignment.ACCEPTED, Assignment.CONFIRMED, Assignment.CHECKED_IN, Assignment.COMPLETED)
# Families can count on it.
CERTAIN = (Assignment.CONFIRMED, Assignment.CHECKED_IN, Assignment.COMPLETED)
# Somebody is in the seat or may still take it.
OPEN = (Assignment.PROPOSED, Assignment.OFFERED, Assignment.ACCEPTED, Assignment.CONFIRMED, Assignment.CHECKED_IN)


class NotAllowed(Exception):
    """A change that the table does not have; `was` is the state as it stands."""

    def __init__(self, was: str, to: str) -> None:
        super().__init__(f"{was} does not become {to}")
        self.was, self.to = was, to


def change(was: str, to: Assignment) -> str:
    """The state after an allowed change of an assignment. Raises NotAllowed."""
    if to not in ASSIGNMENT[Assignment(was)]:
        raise NotAllowed(was, to)
    return to.value


def change_offer(was: str, to: Offer) -> str:
    """The state after an allowed change of an offer. Raises NotAllowed."""
    if to not in OFFER[Offer(was)]:
        raise NotAllowed(was, to)
    return to.value
