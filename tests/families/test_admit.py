"""A whole waiting list at once gives the seats to the same families as one after the other, and counts the same."""

import random
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families import admit, change, coming, seats
from registration.families.demand import Counts
from registration.families.models import Demand, Registration
from registration.families.recount import differences
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting
from registration.staff.plan.plans import Kind
from tests.conftest import NOW
from tests.families.news import replan
from tests.families.steps import meeting, register, registrations
from tests.pages import Browser

Standing = list[tuple[str, str, int]]


def waiting_list(app: Flask, seed: int, capacity: int | None, online_capacity: int | None) -> None:
    """Twelve families of many sizes that wait for the room or online, and then this room for them."""
    chance = random.Random(seed)
    meeting(capacity=0, online=True, online_capacity=0)
    for number in range(12):
        with clock.at(NOW + timedelta(minutes=number)):
            register(
                Browser(app),
                name=f"Family {number}",
                email=f"f{number}@example.org",
                adults=chance.randint(1, 3),
                children=chance.randint(0, 3),
                attendance=chance.choice(["online", "in_person"]),
                interpretation=chance.choice([["vi"], ["es", "vi"], ["none"], ["call"]]),
                phone="303 555 0148",
                listeners=chance.randint(1, 3),
            )
    meeting(capacity=capacity, online_capacity=online_capacity)


def standing() -> Standing:
    """Families as they stand, with what a seat changes of them."""
    db.session.expire_all()
    rows = db.session.scalars(select(Registration).order_by(Registration.id))
    return [(row.name, row.status, row.version) for row in rows]


def counters() -> dict[str, object]:
    """All counters of the meeting."""
    row = meeting_row()
    held: dict[str, object] = {name: getattr(row, name) for name in ("seats_taken", "online_taken", "children_taken")}
    held |= {name: getattr(row, name) for name in ("children_online", "waiting", "waiting_online")}
    for one in db.session.scalars(select(Demand)):
        held[f"{one.language} {one.modality}"] = Counts(*(getattr(one, name) for name in Counts._fields))
    return held


def meeting_row() -> Meeting:
    db.session.expire_all()
    return db.session.scalars(select(Meeting).where(Meeting.slug == "english-meeting")).one()


def told() -> list[int]:
    """Who is told of a seat."""
    query = select(OutboxMessage.subject_id).where(OutboxMessage.message == "promoted")
    return sorted(db.session.scalars(query))


@pytest.mark.parametrize(("capacity", "online"), [(None, None), (9, 7), (3, None), (0, 40), (25, 0)])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_seats_those_whom_one_after_the_other_would(
    app: Flask, monkeypatch: pytest.MonkeyPatch, seed: int, capacity: int | None, online: int | None
) -> None:
    monkeypatch.setattr(admit, "AT_A_TIME", 3)
    waiting_list(app, seed, capacity, online)
    one_by_one = seats.lock(meeting_row().id)
    change.promote(one_by_one, NOW)
    db.session.flush()
    expected = standing(), counters(), told()
    db.session.rollback()
    admit.admit_waiting(seats.lock(meeting_row().id), NOW, "all at once")
    assert (standing(), counters(), told()) == expected
    assert differences() == []
    assert told() or (capacity, online) == (0, 0)


def test_nobody_is_seated_at_what_is_over_or_not_held(app: Flask) -> None:
    waiting_list(app, 1, None, None)
    held = meeting_row()
    admit.admit_waiting(seats.lock(held.id), held.ends_at, "late")
    meeting(status="postponed")
    admit.admit_waiting(seats.lock(held.id), NOW, "off")
    assert {status for _, status, _ in standing()} == {"waiting"}
    assert told() == []


def test_who_waits_gets_a_seat_that_came_free_while_the_meeting_was_called_off(app: Flask) -> None:
    meeting(capacity=1, online=False, online_capacity=None)
    register(Browser(app), email="a@example.org")
    register(Browser(app), email="b@example.org")
    replan(Kind.POSTPONED, meeting())
    db.session.commit()
    first, second = registrations()
    change.withdraw(first.id, first.meeting_id, now=NOW, actor="family")
    db.session.commit()
    replan(Kind.AGAIN, meeting())
    db.session.commit()
    assert [status for _, status, _ in standing()] == ["withdrawn", "registered"]
    assert told() == [second.id]
    assert coming.can_say(second, meeting_row(), NOW)
    assert differences() == []
