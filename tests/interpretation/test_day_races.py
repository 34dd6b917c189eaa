"""On the day two act at once: who is there is there, hours are approved once, and no alarm is left open."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.interpretation import book, states
from registration.interpretation.day import absence, approving, attending
from registration.interpretation.day.models import Alarm
from registration.interpretation.day.watch import watch
from tests.families.steps import meeting
from tests.interpretation.cast import assignment_of, interpreter, service_state, state_of, team
from tests.promises.crowd import all_at_once

REFUSED = (states.NotAllowed, approving.ChangedMeanwhile, approving.NeedsReason)


@pytest.fixture
def booked(app: Flask) -> int:
    """Somebody who is booked; their number."""
    one = interpreter()
    book.book(team()[0], one, by=None, now=clock.now())
    db.session.commit()
    return one


def at_once(app: Flask, *acts: Any) -> list[str]:
    """What each of several came to who act at the same moment."""

    def act(number: int) -> str:
        try:
            acts[number]()
            db.session.commit()
        except REFUSED as refused:
            db.session.rollback()
            return type(refused).__name__
        return "done"

    db.session.rollback()
    return sorted(all_at_once(app, len(acts), act))


def open_alarms() -> int:
    """How many are open."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Alarm.settled_at.is_(None))) or 0


def test_who_arrives_while_the_loop_looks_and_staff_say_that_they_did_not_come_is_there(
    app: Flask, booked: int
) -> None:
    number, starts = assignment_of(booked).id, meeting().starts_at
    at_once(
        app,
        lambda: watch(starts),
        lambda: absence.no_show(number, by=None, now=starts),
        lambda: attending.arrive(number, actor="interpreter", by=None, now=starts),
        lambda: watch(starts),
    )
    assert state_of(booked) == "checked_in"
    assert service_state() == "confirmed"
    assert open_alarms() == 0


def test_two_who_look_raise_one_alarm(app: Flask, booked: int) -> None:
    starts = meeting().starts_at
    assert at_once(app, *[lambda: watch(starts)] * 4) == ["done"] * 4
    assert open_alarms() == 1


def test_of_two_who_approve_at_once_one_is_shown_the_others_minutes(app: Flask, booked: int) -> None:
    number, there = assignment_of(booked).id, meeting()
    attending.arrive(number, actor="staff", by=None, now=there.starts_at)
    db.session.commit()
    version, at = assignment_of(booked).version, there.ends_at

    def approve(minutes: int) -> Any:
        return lambda: approving.approve(number, minutes, version=version, by=None, now=at, reason="As agreed")

    assert at_once(app, approve(50), approve(70)) == ["ChangedMeanwhile", "done"]
    assert assignment_of(booked).approved_minutes in (50, 70)
    entries = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "hours_approved")
    assert db.session.scalar(entries) == 1
