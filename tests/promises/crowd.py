"""Many families at once, each in a thread with an application context of its own; and what must hold after them."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from registration import clock
from registration.extensions import db
from registration.families.answers import Answers
from registration.families.models import Attendance, Registration, Status
from registration.families.register import Registered, register
from registration.families.seats import CAPACITY, TAKEN
from registration.meetings.models import Meeting
from registration.meetings.published import content


def answers(number: int, **given: Any) -> Answers:
    """What family `number` answers: one adult in the room, who needs Spanish."""
    plain: dict[str, Any] = {
        "name": f"Family {number}",
        "email": f"family{number}@example.org",
        "phone": None,
        "adults": 1,
        "children": 0,
        "attendance": Attendance.IN_PERSON,
        "spoken": ("es",),
        "other_language": "",
        "listeners": 1,
        "call_me": False,
        "contact_language": "en",
        "locale": "en",
    }
    return Answers(**plain | given)


def registers(slug: str, number: int, submission: str | None = None, **given: Any) -> Registered:
    """Family `number` sends the form; committed, as the page does it."""
    meeting = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
    done = register(
        meeting,
        answers(number, **given),
        submission_id=submission or f"submission-{number}",
        district=content("en").district,
        now=clock.now(),
    )
    db.session.commit()
    return done


def all_at_once(app: Flask, people: int, act: Callable[[int], Any]) -> list[Any]:
    """What `act` gives each of `people` threads that begin at the same moment; no error may come of it."""
    ready = threading.Barrier(people)
    given: list[Any] = [None] * people
    errors: list[BaseException] = []

    def one(number: int) -> None:
        try:
            with app.app_context():
                ready.wait(60)
                given[number] = act(number)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return given


def statuses(slug: str) -> dict[str, int]:
    """How many registrations of a meeting stand where."""
    query = select(Registration.status, func.count()).join(Registration.meeting).where(Meeting.slug == slug)
    return dict(db.session.execute(query.group_by(Registration.status)).all())


def waiting_that_fit() -> list[tuple[str, str, int]]:
    """Waiting parties for whom there are free seats; there must be none."""
    found = []
    for way in Attendance:
        free = CAPACITY[way] - TAKEN[way]
        party = Registration.adults + Registration.children
        query = (
            select(Meeting.slug, Registration.attendance, party)
            .join(Registration.meeting)
            .where(Registration.status == Status.WAITING, Registration.attendance == way)
            .where((CAPACITY[way].is_(None)) | (party <= free))
        )
        found += [(slug, str(how), int(people)) for slug, how, people in db.session.execute(query)]
    return found


def set_capacity(slug: str, seats: int, online: int | None = None) -> Meeting:
    """Give a meeting so many seats."""
    meeting = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
    meeting.capacity = seats
    if online is not None:
        meeting.online_capacity = online
    db.session.commit()
    return meeting
