"""An interpreter's job in their calendar: one UID for ever, a SEQUENCE that grows, and nothing of families."""

from datetime import timedelta
from typing import Any

from flask import Flask
from icalendar import Calendar

from registration import i18n
from registration.extensions import db
from registration.families.interpretation import Key
from registration.families.models import Modality
from registration.interpretation import answer, book, calendar, lines, offers, profile, teams
from registration.interpretation.models import Delivery, OfferWay
from registration.meetings.models import Meeting, Mode
from registration.meetings.published import content
from registration.staff.plan.change_of_plan import change_of_plan
from registration.staff.plan.plans import Kind, Plan
from tests.conftest import NOW
from tests.families.steps import meeting, register
from tests.interpretation.cast import assignment_of, interpreter, team
from tests.pages import Browser


def booked(**given: Any) -> int:
    """Somebody who has said yes and is confirmed."""
    one = interpreter(**given)
    offers.offer(team()[0], [one], OfferWay.ONE, by=None, now=NOW)
    db.session.commit()
    answer.accept(assignment_of(one).id, now=NOW)
    db.session.commit()
    return one


def read(one: int, locale: str = "en") -> tuple[str, Any]:
    """The method of somebody's file, and its only event."""
    job = assignment_of(one)
    held = db.session.get_one(Meeting, job.meeting_id)
    with i18n.spoken(locale):
        _, file = calendar.calendar_file(job, held, content(locale).meeting(held.id))
    found = Calendar.from_ical(file)
    (event,) = found.walk("VEVENT")
    assert [str(zone["TZID"]) for zone in found.walk("VTIMEZONE")] == ["America/Denver"]
    return str(found["METHOD"]), event


def plan(kind: Kind, **given: Any) -> None:
    """A change of plan of the meeting."""
    change_of_plan(meeting().id, Plan(kind, **given), version=meeting().version, by=None, now=NOW)
    db.session.commit()


def test_the_job_stands_in_the_calendar_with_pair_place_call_time_and_code(app: Flask, browser: Browser) -> None:
    register(browser, name="Canary Family")
    one = booked()
    method, event = read(one)
    assert (method, str(event["STATUS"])) == ("PUBLISH", "CONFIRMED")
    assert str(event["SUMMARY"]) == "English ↔ Somali: Meeting in English"
    assert event.decoded("DTSTART") == meeting().starts_at
    assert str(event["LOCATION"]).startswith("Cottonwood High School, dining hall, 1200 Mesa Street")
    code = lines.code(assignment_of(one))
    assert str(event["DESCRIPTION"]).split() == f"Please be there at 5:15 PM Code: {code}".split()
    whole = event.to_ical().decode()
    assert "Canary" not in whole
    assert "http" not in whole
    assert assignment_of(one).public_id not in whole


def test_it_speaks_the_interpreters_language(app: Flask) -> None:
    _, event = read(booked(), "es")
    assert str(event["SUMMARY"]) == "Inglés ↔ Somalí: Reunión en inglés"
    assert event["SUMMARY"].params["LANGUAGE"].startswith("es")


def test_the_uid_stays_and_the_sequence_grows_when_it_is_confirmed_moved_answered_and_called_off(app: Flask) -> None:
    one = interpreter()
    offers.offer(team(confirmed_by_acceptance=False)[0], [one], OfferWay.ONE, by=None, now=NOW)
    db.session.commit()
    answer.accept(assignment_of(one).id, now=NOW)
    db.session.commit()
    events = [read(one)]
    book.confirm(assignment_of(one).id, by=None, now=NOW)
    db.session.commit()
    events.append(read(one))
    day = timedelta(days=1)
    plan(Kind.MOVED, starts_at=meeting().starts_at + day, ends_at=meeting().ends_at + day)
    events.append(read(one))
    assert events[-1][1].decoded("DTSTART") == meeting().starts_at
    answer.accept(assignment_of(one).id, now=NOW)
    db.session.commit()
    events.append(read(one))
    plan(Kind.CANCELLED)
    events.append(read(one))
    states = [(method, str(event["STATUS"])) for method, event in events]
    tentative = ("PUBLISH", "TENTATIVE")
    assert states == [tentative, ("PUBLISH", "CONFIRMED"), tentative, tentative, ("CANCEL", "CANCELLED")]
    assert len({str(event["UID"]) for _, event in events}) == 1
    sequences = [event["SEQUENCE"] for _, event in events]
    assert sequences == sorted(set(sequences))


def test_another_room_going_online_and_another_delivery_raise_the_sequence(app: Flask) -> None:
    one = booked()
    before = read(one)[1]["SEQUENCE"]
    plan(Kind.ROOM, place_id=meeting("spanish-meeting").place_id)
    room = read(one)[1]
    assert str(room["LOCATION"]).startswith("Valverde")
    made = teams.decide(
        meeting().id,
        Key("so", Modality.SPOKEN),
        teams.Plan(Mode.SIMULTANEOUS, Delivery.REMOTE, 1, "rare"),
        profile.current(),
        version=1,
        by=None,
        now=NOW,
    )
    db.session.commit()
    assert made.version == 2
    remote = read(one)[1]
    assert str(remote["LOCATION"]) == "From where you are, online"
    assert before < room["SEQUENCE"] < remote["SEQUENCE"]


def test_an_agencys_order_number_is_the_code_and_a_new_one_raises_the_sequence(app: Flask) -> None:
    agency = interpreter("Mile High Languages", kind="agency")
    book.book(team()[0], agency, by=None, now=NOW, order_number="PO 77")
    db.session.commit()
    first = read(agency)[1]
    assert str(first["DESCRIPTION"]).endswith("Code: PO 77")
    book.name(assignment_of(agency).id, "Ayaan Warsame", "PO 78", by=None, now=NOW)
    db.session.commit()
    second = read(agency)[1]
    assert str(second["DESCRIPTION"]).endswith("Code: PO 78")
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert "Ayaan" not in second.to_ical().decode()


def test_two_jobs_have_different_uids_and_codes(app: Flask) -> None:
    seats = team(2)
    first, second = interpreter(), interpreter("Ubah Said")
    for seat, one in zip(seats, (first, second), strict=True):
        book.book(seat, one, by=None, now=NOW)
    db.session.commit()
    assert str(read(first)[1]["UID"]) != str(read(second)[1]["UID"])
    assert lines.code(assignment_of(first)) != lines.code(assignment_of(second))
