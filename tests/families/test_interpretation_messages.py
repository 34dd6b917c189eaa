"""What families are told of interpreters and of changes of plan: the truth of now, once, each in its language."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update

from registration import clock, i18n
from registration.extensions import db
from registration.families import change, whole
from registration.families.messages import build, letter
from registration.families.models import Attendance, Registration
from registration.families.register import register
from registration.families.tell import tell
from registration.mail.letter import Letter, Superseded
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting, Mode, OnlineAccess, ServiceState, Way
from registration.meetings.published import content
from registration.staff.plan.plans import Kind
from tests.conftest import NOW
from tests.families.news import CHANGES, REASON, STATES, announce, decide, replan
from tests.families.test_messages import WANTED, family, letter_of, registered
from tests.snapshots import LOCALES


def meeting_of(registration: Registration) -> Meeting:
    return db.session.get_one(Meeting, registration.meeting_id)


def event(written: Letter) -> Any:
    """What goes into the family's calendar."""
    return Calendar.from_ical(written.attachments[0].data).walk("VEVENT")[0]


def letter_after(message: str, locale: str, **changes: object) -> Letter:
    """The letter a family gets of that message."""
    registration = registered(locale, **changes)
    announce(message, meeting_of(registration), WANTED[locale][0])
    db.session.commit()
    written = letter_of(registration, message)
    assert isinstance(written, Letter)
    return written


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", sorted({*CHANGES, *STATES}))
def test_the_code_is_in_the_subject_and_the_desk_line_in_english(app: Flask, message: str, locale: str) -> None:
    written = letter_after(message, locale)
    assert written.subject.startswith("K7M4XP: ")
    assert written.recipient == f"family-{locale}@example.org"
    assert "For the front desk: Meeting in English, " in written.text
    assert f"/{locale}/not-me/" in written.text
    assert f"/{locale}/r/" in written.text
    if message in CHANGES:
        assert REASON[locale] in written.text
        assert REASON[locale] in written.html


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", sorted(CHANGES))
def test_the_calendar_file_raises_its_sequence(app: Flask, message: str, locale: str) -> None:
    registration = registered(locale)
    first = letter_of(registration, "confirmation")
    announce(message, meeting_of(registration), "so")
    db.session.commit()
    second = letter_of(registration, message)
    assert isinstance(first, Letter)
    assert isinstance(second, Letter)
    before, after = event(first), event(second)
    assert before["UID"] == after["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"]
    assert after["STATUS"] == ("CANCELLED" if message in ("postponed", "cancelled") else "CONFIRMED")
    assert after.decoded("DTSTAMP") >= before.decoded("DTSTAMP")


def test_what_is_no_longer_so_is_not_said(app: Flask) -> None:
    registration = registered("es")
    held = meeting_of(registration)
    decide(held, "es", ServiceState.CONFIRMED, mode=Mode.CONSECUTIVE)
    db.session.commit()
    assert isinstance(letter_of(registration, "interpreter_confirmed"), Letter)
    decide(held, "es", ServiceState.LOOKING, tell=False)
    db.session.commit()
    assert isinstance(letter_of(registration, "interpreter_confirmed"), Superseded)


def test_a_family_that_took_its_request_back_is_not_told(app: Flask) -> None:
    registration = registered("vi")
    decide(meeting_of(registration), "vi", ServiceState.ANOTHER_WAY, way=Way.TELEPHONE)
    change.change(
        registration.id,
        registration.meeting_id,
        family("vi", spoken=()),
        version=1,
        district=content("vi").district,
        now=NOW,
        actor="family",
    )
    db.session.commit()
    assert isinstance(letter_of(registration, "interpreter_another_way"), Superseded)


def test_only_the_newest_time_is_told(app: Flask) -> None:
    registration = registered("en")
    held = meeting_of(registration)
    replan(Kind.MOVED, held)
    db.session.commit()
    first = db.session.scalars(select(OutboxMessage).where(OutboxMessage.message == "moved")).one().queued()
    replan(Kind.ROOM, held)
    db.session.commit()
    assert isinstance(build(first), Letter)
    replan(Kind.MOVED, held)
    db.session.commit()
    assert isinstance(build(first), Superseded)
    assert isinstance(letter_of(registration, "moved"), Letter)
    assert isinstance(letter_of(registration, "room_changed"), Letter)
    replan(Kind.CANCELLED, held)
    db.session.commit()
    for message in ("moved", "room_changed", "confirmation"):
        assert isinstance(letter_of(registration, message), Superseded)
    assert isinstance(letter_of(registration, "cancelled"), Letter)


def test_a_waiting_family_is_told_too(app: Flask) -> None:
    db.session.execute(update(Meeting).where(Meeting.slug == "english-meeting").values(capacity=0))
    db.session.commit()
    written = letter_after("moved", "vi")
    assert "Ngày cũ: Thứ Hai, 3 tháng 5, 2027, 17:30–18:30" in written.text


def test_after_this_is_not_me_nobody_is_told(app: Flask) -> None:
    registration = registered("en")
    change.not_me(registration, NOW)
    db.session.commit()
    announce("cancelled", meeting_of(registration), "so")
    decided = replan(Kind.AGAIN, meeting_of(registration))
    db.session.commit()
    assert decided.told == 0
    query = select(OutboxMessage.message).where(OutboxMessage.message.in_(["moved", "cancelled"]))
    assert db.session.scalars(query).all() == []


def test_while_a_meeting_is_postponed_other_mails_say_so(app: Flask) -> None:
    registration = registered("es")
    held = meeting_of(registration)
    replan(Kind.POSTPONED, held)
    tell("link", registration, held, now=NOW, occurrence="once")
    db.session.commit()
    written = letter_of(registration, "link")
    assert isinstance(written, Letter)
    assert "Esta reunión está aplazada" in written.text
    assert "Esta reunión está aplazada" in written.html


def test_a_postponement_is_still_told_when_the_old_date_is_over(app: Flask) -> None:
    registration = registered("en")
    held = meeting_of(registration)
    replan(Kind.POSTPONED, held)
    db.session.commit()
    with clock.at(held.ends_at + timedelta(days=2)):
        assert isinstance(letter_of(registration, "postponed"), Letter)
        done = replan(Kind.CANCELLED, held, now=clock.now())
        db.session.commit()
        assert done.told == 1
        row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.message == "cancelled")).one()
        assert row.expires_at is not None
        assert row.expires_at > clock.now()
        assert isinstance(build(row.queued()), Letter)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_way_in_stands_in_mails_of_families_online_and_is_not_kept(app: Flask, locale: str) -> None:
    registration = registered(locale, attendance=Attendance.ONLINE)
    access = OnlineAccess(
        meeting_id=registration.meeting_id,
        link="https://video.example.org/j/1",
        dial_in="+1 303 555 0177",
        passcode="4821",
    )
    db.session.add(access)
    db.session.commit()
    written = letter_of(registration, "confirmation")
    assert isinstance(written, Letter)
    for secret in (access.link, access.dial_in, access.passcode):
        assert secret in written.text
        assert secret in written.html
        assert secret in written.secrets


def test_the_way_in_stands_in_no_mail_of_a_family_in_the_room(app: Flask) -> None:
    registration = registered("en")
    db.session.add(OnlineAccess(meeting_id=registration.meeting_id, link="https://video.example.org/j/1"))
    db.session.commit()
    written = letter_of(registration, "confirmation")
    assert isinstance(written, Letter)
    assert "video.example.org" not in written.text + written.html


def test_another_way_names_the_other_meeting_with_its_date_and_link(app: Flask) -> None:
    written = letter_after("interpreter_another_way", "es")
    assert "Reunión en español" in written.text
    assert "martes, 4 de mayo de 2027, 5:30–7:00 p.m." in written.text.replace("\u00a0", " ")
    assert "http://meetings.example.org/es/meetings/spanish-meeting/" in written.text


def test_who_registers_after_the_decision_reads_it_in_the_confirmation(app: Flask) -> None:
    held = db.session.scalars(select(Meeting).where(Meeting.slug == "english-meeting")).one()
    decide(held, "so", ServiceState.ANOTHER_WAY, way=Way.REMOTE)
    db.session.commit()
    written = letter_of(registered("en"), "confirmation")
    assert isinstance(written, Letter)
    assert (
        "Soomaali: No interpreter can come. An interpreter helps you on a screen. 2 people will listen." in written.text
    )


def test_a_letter_can_be_written_for_a_family_without_email(app: Flask) -> None:
    with i18n.spoken("vi"):
        held = db.session.scalars(select(Meeting).where(Meeting.slug == "english-meeting")).one()
        answers = family("vi", email=None, phone="+13035550148")
        district = content("vi").district
        done = register(held, answers, submission_id="by-telephone", district=district, now=clock.now())
    done_change = replan(Kind.MOVED, held)
    db.session.commit()
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.message == "moved")).one()
    assert row.state == "call"
    (read,) = whole.by_ids([done.registration.id])
    text = letter("moved", read.registration, {"change": done_change.change.id}).text
    assert "Buổi họp đã đổi ngày giờ" in text
