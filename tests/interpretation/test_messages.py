"""Mails to interpreters, in every language, kept whole beside the others."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from registration import clock, links
from registration.extensions import db
from registration.interpretation import answer, book, messages, offers
from registration.interpretation.models import OfferWay
from registration.mail.letter import Letter, Superseded
from registration.mail.models import OutboxMessage
from registration.staff.plan.change_of_plan import change_of_plan
from registration.staff.plan.plans import Kind, Plan
from tests.conftest import NOW
from tests.families.steps import meeting
from tests.interpretation.cast import assignment_of, interpreter, team
from tests.snapshots import LOCALES, compare

pytestmark = pytest.mark.one_database


def _offered(one: int, way: OfferWay = OfferWay.ONE, *others: int) -> None:
    offers.offer(team()[0], [one, *others], way, by=None, now=NOW)
    db.session.commit()


def _accepted(one: int) -> None:
    _offered(one)
    answer.accept(assignment_of(one).id, now=NOW)
    db.session.commit()


def _planned(one: int, kind: Kind) -> None:
    _accepted(one)
    place = meeting("spanish-meeting").place_id if kind is Kind.ROOM else None
    later = timedelta(days=1) if kind is Kind.MOVED else timedelta()
    plan = Plan(kind, place_id=place, starts_at=meeting().starts_at + later, ends_at=meeting().ends_at + later)
    change_of_plan(meeting().id, plan, version=meeting().version, by=None, now=clock.now())


def _late(one: int) -> None:
    _accepted(one)
    book.release(assignment_of(one).id, "", by=None, now=meeting().starts_at - timedelta(hours=20))


def _taken(one: int) -> None:
    other = interpreter("Ubah Said")
    _offered(one, OfferWay.SEVERAL, other)
    answer.accept(assignment_of(other).id, now=NOW)


def _withdrawn(one: int) -> None:
    _offered(one)
    offers.withdraw(assignment_of(one).id, by=None, now=NOW)


# The name of a snapshot: its message, and what leads to it.
CASES: dict[str, tuple[str, Callable[[int], None]]] = {
    "job_offer": ("job_offer", _offered),
    "job_offer_several": ("job_offer", lambda one: _offered(one, OfferWay.SEVERAL, interpreter("Ubah Said"))),
    "job_confirmed": ("job_confirmed", _accepted),
    "job_taken": ("job_taken", _taken),
    "job_withdrawn": ("job_withdrawn", _withdrawn),
    "job_released": ("job_released", _late),
    "job_changed_room": ("job_changed", lambda one: _planned(one, Kind.ROOM)),
    "job_changed_online": ("job_changed", lambda one: _planned(one, Kind.ONLINE)),
    "job_cancelled": ("job_cancelled", lambda one: _planned(one, Kind.CANCELLED)),
    "job_offer_moved": ("job_offer", lambda one: _planned(one, Kind.MOVED)),
}

# Mails with a calendar file: its method, and how the job stands in it.
CALENDAR = {
    "job_confirmed": ("PUBLISH", "CONFIRMED"),
    "job_changed_room": ("PUBLISH", "CONFIRMED"),
    "job_changed_online": ("PUBLISH", "CONFIRMED"),
    "job_offer_moved": ("PUBLISH", "TENTATIVE"),
    "job_released": ("CANCEL", "CANCELLED"),
    "job_cancelled": ("CANCEL", "CANCELLED"),
}


def built(message: str, one: int) -> Letter | Superseded:
    """What the newest such message to somebody would send."""
    db.session.commit()
    mine = (OutboxMessage.message == message, OutboxMessage.subject_id == assignment_of(one).id)
    row = db.session.scalars(select(OutboxMessage).where(*mine).order_by(OutboxMessage.id.desc()).limit(1)).one()
    return messages.build(row.queued())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("case", CASES)
def test_the_mail_reads_as_its_snapshot(app: Flask, case: str, locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = interpreter(locale=locale)
    message, leads = CASES[case]
    leads(one)
    db.session.commit()
    monkeypatch.setattr(links, "token", lambda purpose, public_id, version: f"{purpose}~token")
    # The code of a job comes of it.
    assignment_of(one).public_id = "the same in every run"
    letter = built(message, one)
    assert isinstance(letter, Letter)
    compare(f"{case}-{locale}.txt", f"Subject: {letter.subject}\nTo: {letter.recipient}\n\n{letter.text}")
    compare(f"{case}-{locale}.html", letter.html)
    assert [one.filename for one in letter.attachments] == ["english-meeting.ics"] * (case in CALENDAR)
    for file in letter.attachments:
        (event,) = Calendar.from_ical(file.data).walk("VEVENT")
        assert (f"method={CALENDAR[case][0]}" in file.content_type, str(event["STATUS"])) == (True, CALENDAR[case][1])
        compare(f"{case}-{locale}.ics", file.data.decode().replace("\r\n", "\n"))


def test_a_link_is_in_the_mail_and_in_nothing_that_is_kept(app: Flask) -> None:
    one = interpreter()
    _offered(one)
    letter = built("job_offer", one)
    assert isinstance(letter, Letter)
    assert len(letter.secrets) == 1
    assert letter.secrets[0] in letter.text
    for row in db.session.execute(select(OutboxMessage.__table__)):
        assert letter.secrets[0] not in repr(row)


def test_an_offer_that_is_answered_is_not_mailed_any_more(app: Flask) -> None:
    one = interpreter()
    _accepted(one)
    assert isinstance(built("job_offer", one), Superseded)


def test_every_message_has_a_snapshot() -> None:
    assert {message for message, _ in CASES.values()} == set(messages.BUILDERS)
