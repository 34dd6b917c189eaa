"""Fifty writers on one meeting: no deadlock, no "database is locked", and everything adds up afterwards."""

import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families import seats
from registration.families.change import ChangedMeanwhile, NoRoom, change, erase, promote, withdraw
from registration.families.models import Attendance, Registration
from registration.families.recount import differences, repair
from registration.meetings.models import Meeting
from registration.meetings.published import content
from tests.promises.crowd import all_at_once, answers, registers, set_capacity, waiting_that_fit

SLUG = "english-meeting"
LANGUAGES = ("es", "vi", "ar", "so", "am", "ase")


def act(chance: random.Random, number: int) -> str:
    """Do one thing that a family or staff may do, to a registration taken by chance; what was done."""
    meeting_id = db.session.scalars(select(Meeting.id).where(Meeting.slug == SLUG)).one()
    chosen = chance.choice(db.session.scalars(select(Registration.id).order_by(Registration.id)).all())
    deed = chance.choice(("change", "change", "change", "withdraw", "register", "capacity", "erase"))
    now = clock.now()
    try:
        if deed == "register":
            registers(SLUG, number, **some_answers(chance))
        elif deed == "withdraw":
            withdraw(chosen, meeting_id, now=now, actor="family")
        elif deed == "erase":
            erase(chosen, meeting_id, now=now)
        elif deed == "capacity":
            meeting = seats.lock(meeting_id)
            meeting.capacity = max(meeting.capacity or 0, meeting.seats_taken) + chance.randint(0, 2)
            db.session.flush()
            promote(meeting, now)
        else:
            version = db.session.scalars(select(Registration.version).where(Registration.id == chosen)).one()
            new = answers(number, **some_answers(chance))
            district = content("en").district
            change(chosen, meeting_id, new, version=version, district=district, now=now, actor="family")
        db.session.commit()
    except (ChangedMeanwhile, NoRoom) as refused:
        db.session.rollback()
        return type(refused).__name__
    return deed


def some_answers(chance: random.Random) -> dict[str, Any]:
    """Parties of one to four, some online, with languages in any order."""
    return {
        "adults": chance.randint(1, 4),
        "attendance": chance.choice(list(Attendance)),
        "spoken": tuple(sorted(chance.sample(LANGUAGES, chance.randint(0, 3)))),
        "listeners": chance.randint(1, 3),
        "childcare_children": chance.randint(0, 2),
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_fifty_writers_at_once_leave_counters_that_equal_their_rows(app: Flask, seed: int) -> None:
    set_capacity(SLUG, 40, online=20)
    for number in range(40):
        registers(SLUG, number, **some_answers(random.Random(seed * 1000 + number)))

    def busy(person: int) -> list[str]:
        chance = random.Random(seed * 7919 + person)
        return [act(chance, 1000 * (person + 1) + turn) for turn in range(4)]

    deeds = {deed for done in all_at_once(app, 50, busy) for deed in done}
    assert {"change", "withdraw", "register", "capacity", "erase"} <= deeds
    db.session.rollback()
    assert differences() == []
    assert waiting_that_fit() == []


def test_a_wrong_counter_is_found_and_repaired(app: Flask) -> None:
    """The negative control of every "counters equal rows" here."""
    registers(SLUG, 1, childcare_children=2)
    meeting = db.session.scalars(select(Meeting).where(Meeting.slug == SLUG)).one()
    meeting.seats_taken += 1
    meeting.waiting_online += 2
    db.session.commit()
    runner = app.test_cli_runner()
    told = runner.invoke(args=["check", "counters"])
    assert told.exit_code == 1
    assert "seats_taken: 2 in the counter, 1 in the rows" in told.output
    assert "waiting_online: 2 in the counter, 0 in the rows" in told.output
    assert runner.invoke(args=["check", "counters", "--repair"]).exit_code == 0
    assert runner.invoke(args=["check", "counters"]).output == "All counters agree with their rows.\n"
    assert differences() == []


def test_repair_counts_demand_again(app: Flask) -> None:
    registers(SLUG, 1, spoken=("es", "vi"))
    db.session.execute(db.text("UPDATE demand SET listeners = listeners + 3 WHERE language = 'es'"))
    db.session.commit()
    assert [one.what for one in differences()] == [f"{SLUG} es/spoken"]
    repair()
    db.session.commit()
    assert differences() == []
