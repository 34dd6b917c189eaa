"""`flask check counters` looks at every counter there is: each is made wrong once, seen, and repaired."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Integer, select, update

from registration import clock
from registration.extensions import db
from registration.families import coming
from registration.families.demand import Counts
from registration.families.models import Demand
from registration.families.recount import FIELDS, differences
from registration.meetings.models import Meeting, MeetingDay
from tests.conftest import NOW
from tests.families.steps import meeting, register, registrations
from tests.pages import Browser

SLUG = "english-meeting"
# Whole numbers of these rows that count nothing.
NO_COUNTERS = {"version", "calendar_sequence"}


def counting(table: type[Meeting] | type[Demand]) -> set[str]:
    """Columns of whole numbers that begin at 0: counters."""
    columns = [column for column in table.__table__.columns if isinstance(column.type, Integer)]
    return {column.name for column in columns if column.default is not None and column.default.arg == 0} - NO_COUNTERS


@pytest.fixture
def counted(app: Flask) -> Flask:
    """Families in the room, online and waiting, one of which said that it still comes; on two days."""
    row = meeting(capacity=6, online=True, online_capacity=10, childcare=True, childcare_capacity=9)
    for place, name in enumerate(("Ana", "Binh", "Chen", "Dua")):
        with clock.at(NOW + timedelta(days=place // 2)):
            register(
                Browser(app),
                name=name,
                email=f"{name.lower()}@example.org",
                adults=1,
                children=1,
                attendance="online" if name == "Binh" else "in_person",
                interpretation=["vi"],
                childcare_children=1,
            )
    meeting(capacity=row.seats_taken)
    with clock.at(NOW + timedelta(days=1)):
        register(Browser(app), name="Eva", email="eva@example.org", adults=2, children=0, interpretation=["vi"])
    assert coming.say_yes(registrations()[0].id, row.id, NOW)
    db.session.commit()
    assert differences() == []
    assert meeting().waiting == 1
    return app


def commands(app: Flask, *more: str) -> tuple[int, str]:
    """Exit and words of `flask check counters`."""
    db.session.commit()
    told = app.test_cli_runner().invoke(args=["check", "counters", *more])
    db.session.rollback()
    return told.exit_code, told.output


def is_seen_and_repaired(app: Flask, words: str) -> None:
    """The command names the counter, repairs it, and then has nothing to say."""
    code, said = commands(app)
    assert code == 1
    assert words in said
    assert commands(app, "--repair")[0] == 0
    assert commands(app) == (0, "All counters agree with their rows.\n")


def test_no_counter_of_a_meeting_or_of_demand_is_left_out() -> None:
    assert counting(Meeting) == set(FIELDS)
    assert counting(Demand) == set(Counts._fields)


@pytest.mark.parametrize("field", FIELDS)
def test_a_wrong_counter_of_a_meeting_is_seen(counted: Flask, field: str) -> None:
    wrong = getattr(meeting(), field) + (-1 if field in ("seats_taken",) else 1)
    meeting(**{field: wrong})
    is_seen_and_repaired(counted, f"{SLUG} {field}: {wrong} in the counter, ")


@pytest.mark.parametrize("field", Counts._fields)
def test_a_wrong_counter_of_demand_is_seen(counted: Flask, field: str) -> None:
    column = getattr(Demand, field)
    db.session.execute(update(Demand).values({column: column + 1}))
    is_seen_and_repaired(counted, f"{SLUG} vi/spoken: ")


def test_demand_without_a_row_and_a_row_without_demand_are_seen(counted: Flask) -> None:
    db.session.execute(update(Demand).values(language="es"))
    is_seen_and_repaired(counted, f"{SLUG} es/spoken: ")


def test_a_day_that_counts_too_many_is_seen(counted: Flask) -> None:
    last = db.session.scalars(select(MeetingDay).order_by(MeetingDay.day.desc())).first()
    assert last is not None
    assert last.before > 0
    last.before -= 1
    is_seen_and_repaired(counted, f"{SLUG} days: ")


def test_a_day_that_is_missing_and_a_wrong_last_day_are_seen(counted: Flask) -> None:
    last = db.session.scalars(select(MeetingDay).order_by(MeetingDay.day.desc())).first()
    db.session.delete(last)
    is_seen_and_repaired(counted, f"{SLUG} days: ")
    meeting(last_day=date(2027, 3, 1))
    is_seen_and_repaired(counted, f"{SLUG} last_day: 2027-03-01 in the counter, ")
