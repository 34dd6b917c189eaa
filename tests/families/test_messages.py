"""Every message to a family in every language: kept whole in tests/mail/snapshots, read by people, compared here.

UPDATE_SNAPSHOTS=1 writes them anew; look at what changed before it is committed.
"""

import re
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update

from registration import clock, i18n
from registration.extensions import db
from registration.families import change
from registration.families.answers import Answers
from registration.families.messages import BUILDERS, build
from registration.families.models import Attendance, Registration
from registration.families.register import register
from registration.families.tell import tell
from registration.mail.letter import Letter, Superseded
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting
from registration.meetings.published import content
from tests.conftest import NOW
from tests.families.news import CHANGES, STATES, announce, write_way_in
from tests.snapshots import LOCALES, compare

pytestmark = pytest.mark.one_database

NAMES = {"en": "Hodan Warsame", "es": "Rosa Méndez Xol", "vi": "Nguyễn Thị Hoa"}
WANTED = {"en": ("so",), "es": ("es", "mam"), "vi": ("vi",)}


def family(locale: str, **changes: object) -> Answers:
    """A family of the cast: two adults and a child who listen to an interpreter."""
    answers: dict[str, Any] = {
        "name": NAMES[locale],
        "email": f"family-{locale}@example.org",
        "phone": None,
        "adults": 2,
        "children": 1,
        "attendance": Attendance.IN_PERSON,
        "spoken": WANTED[locale],
        "other_language": "",
        "listeners": 2,
        "call_me": False,
        "contact_language": locale,
        "locale": locale,
        "needs": ("wheelchair",),
    }
    return Answers(**{**answers, **changes})


def registered(locale: str, **changes: object) -> Registration:
    """That family, registered for the meeting in English, with a code and a link that are the same in every run."""
    meeting = db.session.scalars(select(Meeting).where(Meeting.slug == "english-meeting")).one()
    with i18n.spoken(locale):
        done = register(
            meeting,
            family(locale, **changes),
            submission_id=f"form-of-{locale}",
            district=content(locale).district,
            now=clock.now(),
        )
    db.session.execute(
        update(Registration).where(Registration.id == done.registration.id).values(code="K7M4XP", public_id="p" * 22)
    )
    db.session.commit()
    return db.session.get_one(Registration, done.registration.id)


def letter_of(registration: Registration, message: str) -> Letter | Superseded:
    """What the newest row of that message would send."""
    rows = select(OutboxMessage).where(OutboxMessage.message == message, OutboxMessage.subject_id == registration.id)
    row = db.session.scalars(rows.order_by(OutboxMessage.id.desc())).first()
    assert row is not None, f"no {message} is queued"
    return build(row.queued())


def happen(message: str, locale: str) -> Registration:
    """Let that happen of which the message tells."""
    if message in ("waiting", "promoted"):
        db.session.execute(update(Meeting).where(Meeting.slug == "english-meeting").values(capacity=0))
        db.session.commit()
    registration = registered(locale, **({"attendance": Attendance.ONLINE} if message == "way_in" else {}))
    meeting = db.session.get_one(Meeting, registration.meeting_id)
    district = content(locale).district
    if message == "promoted":
        meeting.capacity = 10
        db.session.flush()
        change.promote(meeting, NOW)
    elif message == "changed":
        answers = family(locale, adults=1, children=0, listeners=1)
        change.change(registration.id, meeting.id, answers, version=1, district=district, now=NOW, actor="family")
    elif message == "withdrawn":
        change.withdraw(registration.id, meeting.id, now=NOW, actor="family")
    elif message == "link":
        tell("link", registration, meeting, now=NOW, occurrence="once")
    elif message == "way_in":
        assert write_way_in(meeting) == 1
    elif message in (*CHANGES, *STATES):
        announce(message, meeting, WANTED[locale][0])
    db.session.commit()
    return registration


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", sorted(BUILDERS))
def test_the_message_reads_as_its_snapshot(app: Flask, message: str, locale: str) -> None:
    letter = letter_of(happen(message, locale), message)
    assert isinstance(letter, Letter)
    compare(f"{message}-{locale}.txt", f"Subject: {letter.subject}\nTo: {letter.recipient}\n\n{letter.text}")
    compare(f"{message}-{locale}.html", letter.html)
    compare(f"{message}-{locale}.ics", letter.attachments[0].data.decode().replace("\r\n", "\n"))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", sorted(BUILDERS))
def test_subject_text_and_calendar_file_share_the_familys_language(app: Flask, message: str, locale: str) -> None:
    letter = letter_of(happen(message, locale), message)
    assert isinstance(letter, Letter)
    title = str(content(locale).meeting(_meeting_id()).title)
    assert title in letter.subject
    assert title in letter.text
    assert f'lang="{locale}"' in letter.html
    event = Calendar.from_ical(letter.attachments[0].data).walk("VEVENT")[0]
    assert event["SUMMARY"] == title
    assert event["SUMMARY"].params["LANGUAGE"] == locale
    method = "CANCEL" if message in ("withdrawn", "postponed", "cancelled") else "PUBLISH"
    assert f"method={method}" in letter.attachments[0].content_type


def _meeting_id() -> int:
    return db.session.scalars(select(Meeting.id).where(Meeting.slug == "english-meeting")).one()


def test_needs_and_addresses_of_the_family_are_never_in_a_mail(app: Flask) -> None:
    registered(
        "en", needs=("wheelchair", "large_print"), needs_other="my knee", question="who decides?", phone="+13035550148"
    )
    letter = letter_of(db.session.scalars(select(Registration)).one(), "confirmation")
    assert isinstance(letter, Letter)
    for words in ("wheelchair", "large print", "knee", "who decides", "555-0148", "family-en@example.org"):
        assert words not in (letter.subject + letter.text + letter.html).casefold()


@pytest.mark.parametrize(
    "name", ["http://cheap.example", "Win at www.cheap.example", "cheap.example", "call me@cheap.example", "a.co"]
)
def test_a_name_that_holds_an_address_is_not_repeated(app: Flask, name: str) -> None:
    registered("en", name=name, other_language=f"{name} now")
    letter = letter_of(db.session.scalars(select(Registration)).one(), "confirmation")
    assert isinstance(letter, Letter)
    assert name not in letter.text + letter.html
    assert letter.text.startswith("Hello,\n")


@pytest.mark.parametrize(
    "name", ["Dr. Rosa Méndez", "J. R. Nguyễn", "Nguyễn Thị Hoa", "علي", "José María O’Neill-Pérez"]
)
def test_an_ordinary_name_stands_in_the_first_line(app: Flask, name: str) -> None:
    registered("en", name=name)
    letter = letter_of(db.session.scalars(select(Registration)).one(), "confirmation")
    assert isinstance(letter, Letter)
    assert letter.text.startswith(f"Hello {name},\n")


def test_a_message_that_is_no_longer_true_is_superseded(app: Flask) -> None:
    registration = registered("es")
    change.withdraw(registration.id, registration.meeting_id, now=NOW, actor="family")
    db.session.commit()
    assert isinstance(letter_of(registration, "confirmation"), Superseded)
    assert isinstance(letter_of(registration, "withdrawn"), Letter)


def test_after_this_is_not_me_nothing_is_sent(app: Flask) -> None:
    registration = registered("es")
    change.not_me(registration, NOW)
    db.session.commit()
    assert isinstance(letter_of(registration, "confirmation"), Superseded)


def test_every_link_is_blanked_in_what_is_kept(app: Flask) -> None:
    letter = letter_of(registered("vi"), "confirmation")
    assert isinstance(letter, Letter)
    links = re.findall(r"http://meetings\.example\.org\S+", letter.text)
    assert len(links) == 2
    for link in links:
        assert link.rsplit("/", 1)[1] in letter.secrets
