"""Reminders and announcements in every language: kept whole in tests/mail/snapshots, read by people, compared here."""

import re
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update

from registration import clock, i18n, links
from registration.extensions import db
from registration.families import change
from registration.families.coming import say_yes
from registration.families.models import Attendance, Registration
from registration.mail.compose import compose
from registration.mail.deliver import Delivery
from registration.mail.letter import Letter, Superseded
from registration.mail.models import OutboxMessage, State
from registration.meetings.models import OnlineAccess
from registration.meetings.published import content
from registration.reminders.answers import unsubscribe
from registration.reminders.messages import HOLDS, build
from registration.reminders.models import ReminderRule
from registration.staff.plan.plans import Kind
from tests.conftest import NOW
from tests.families.news import replan
from tests.mail.carriers import Recording
from tests.reminders.cast import WORDS, announcement, asked_at, enter, held, messages, queue_all, that_morning, write
from tests.snapshots import LOCALES, compare


def family(locale: str, **answers: Any) -> Registration:
    """A family with a code and a link that are the same in every run."""
    registration = enter(0, locale, email=f"family-{locale}@example.org", **answers)
    named = update(Registration).where(Registration.id == registration.id)
    db.session.execute(named.values(code="K7M4XP", public_id="p" * 22))
    db.session.commit()
    return db.session.get_one(Registration, registration.id)


def come(message: str) -> None:
    """Let that come due of which the message tells."""
    if message == "announcement":
        announcement(send_at=NOW, state="scheduled")
        return queue_all(NOW)
    if message == "reminder_own":
        rule = ReminderRule(meeting_id=held().id, kind="own", hours_before=50, since=NOW, audience={})
        db.session.add(rule)
        db.session.flush()
        write("reminder", rule.id)
    return queue_all(that_morning() if message == "same_day" else asked_at())


def moment_of(message: str) -> AbstractContextManager[None]:
    """When a message is read, so that "today" is today."""
    times = {"announcement": NOW, "same_day": that_morning()}
    return clock.at(times.get(message, asked_at()))


def letter_of(message: str) -> Letter | Superseded:
    """What the newest row of that message would send."""
    with moment_of(message):
        return build(messages(message)[-1].queued())


def letter(message: str, locale: str, **answers: Any) -> Letter:
    """A family's letter."""
    family(locale, **answers)
    come(message)
    written = letter_of(message)
    assert isinstance(written, Letter)
    return written


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", sorted(HOLDS))
def test_the_message_reads_as_its_snapshot(app: Flask, message: str, locale: str) -> None:
    written = letter(message, locale)
    compare(f"{message}-{locale}.txt", f"Subject: {written.subject}\nTo: {written.recipient}\n\n{written.text}")
    compare(f"{message}-{locale}.html", written.html)
    compare(f"{message}-{locale}.ics", written.attachments[0].data.decode().replace("\r\n", "\n"))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", sorted(HOLDS))
def test_subject_body_placeholders_and_calendar_file_share_one_language(app: Flask, message: str, locale: str) -> None:
    written = letter(message, locale)
    view = content(locale).meeting(held().id)
    assert written.locale == locale
    assert view.when.date in written.subject
    assert re.search(rf'<html[^>]* lang="{locale}"', written.html)
    assert str(view.title) in written.text
    event = Calendar.from_ical(written.attachments[0].data).walk("VEVENT")[0]
    assert (event["SUMMARY"], event["SUMMARY"].params["LANGUAGE"]) == (str(view.title), locale)
    if message in ("announcement", "reminder_own"):
        ours = WORDS[locale][0].replace("{date}", "")
        assert ours in written.subject
        assert str(view.place) in written.text
        # Whatever is filled in is in that language, and in no other.
        others = [str(content(other).meeting(held().id).when.date) for other in LOCALES if other != locale]
        body = written.text.split("For the front desk")[0]
        assert [other for other in others if other in body] == []


@pytest.mark.parametrize("locale", ["es", "vi"])
def test_words_that_are_missing_in_a_language_make_the_whole_letter_one_of_the_districts_language(
    app: Flask, locale: str
) -> None:
    family(locale)
    announcement(words={"en": WORDS["en"]}, send_at=NOW, state="scheduled")
    queue_all(NOW)
    written = letter_of("announcement")
    assert isinstance(written, Letter)
    assert written.locale == "en"
    assert written.subject.startswith("K7M4XP: About Monday, May 3, 2027, 5:30–6:30")
    event = Calendar.from_ical(written.attachments[0].data).walk("VEVENT")[0]
    assert event["SUMMARY"].params["LANGUAGE"] == "en"
    assert "/en/unsubscribe/" in str(written.list_unsubscribe)


@pytest.mark.parametrize("message", sorted(HOLDS))
def test_what_a_family_needs_to_come_stands_in_it(app: Flask, message: str) -> None:
    written = letter(message, "es")
    for text in (
        "For the front desk: Meeting in English, Monday, May 3, 2027, 5:30–6:30 PM",
        "https://www.openstreetmap.org/search?query=1200+Mesa+Street",
        "Entre por la puerta norte",
        "Español: Intérprete confirmado.",
        "/es/r/pppppppppppppppppppppp~1~",
        "/question",
        "/es/unsubscribe/pppppppppppppppppppppp~",
        "/es/not-me/",
    ):
        assert text in written.text.replace("\u00a0", " "), text
    assert written.text.rstrip().splitlines()[-1] == written.list_unsubscribe


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", sorted(HOLDS))
def test_who_comes_online_reads_how_to_get_in(app: Flask, message: str, locale: str) -> None:
    way = OnlineAccess(
        meeting_id=held().id, link="https://video.example.org/j/1", dial_in="+1 303 555 0177", passcode="4821"
    )
    db.session.add(way)
    db.session.commit()
    written = letter(message, locale, attendance=Attendance.ONLINE)
    for secret in (way.link, way.dial_in, way.passcode):
        assert secret in written.text
        assert secret in written.html
        assert secret in written.secrets
    assert "openstreetmap" not in written.text


@pytest.mark.parametrize("message", sorted(HOLDS))
def test_one_click_ends_it_by_the_headers_of_the_mail(app: Flask, message: str) -> None:
    mail = compose(letter(message, "en"), "<x@example.org>").as_string()
    headers = mail.split("\r\n\r\n")[0]
    assert re.search(
        r"^List-Unsubscribe: <http://meetings.example.org/en/unsubscribe/p{22}~\d+~[\w-]+>\r?$", headers, re.M
    )
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in headers


def test_an_answer_to_what_a_family_does_itself_has_no_such_header(app: Flask) -> None:
    enter()
    sent: list[object] = []
    Delivery(app, by=Recording(sent.append)).batch(NOW)
    assert [one.extra_headers.get("List-Unsubscribe") for one in sent] == [None]  # type: ignore[attr-defined]


def test_no_word_of_a_family_stands_in_a_subject(app: Flask) -> None:
    for message in sorted(HOLDS):
        row = db.session.scalars(select(Registration)).first()
        written = letter(message, "en", name="Canary Family") if row is None else letter_again(message)
        assert "Canary" not in written.subject


def letter_again(message: str) -> Letter:
    """Another message to the same family."""
    come(message)
    written = letter_of(message)
    assert isinstance(written, Letter)
    return written


def test_the_day_is_named_as_it_is_when_the_mail_leaves(app: Flask) -> None:
    family("en")
    come("same_day")
    assert letter_of("same_day").subject.startswith("K7M4XP: Your meeting is today.")  # type: ignore[union-attr]
    with clock.at(held().starts_at - timedelta(hours=20)):
        early = build(messages("same_day")[-1].queued())
        assert isinstance(early, Letter)
        assert "Your meeting is tomorrow" in early.subject


def happens(what: str, registration: Registration) -> None:
    """Something after which a reminder that waits is not sent."""
    meeting_id = registration.meeting_id
    if what == "withdrawn":
        change.withdraw(registration.id, meeting_id, now=NOW, actor="family")
    elif what == "erased":
        change.erase(registration.id, meeting_id, now=NOW)
    elif what == "unsubscribed":
        unsubscribe(registration.id, NOW)
    elif what == "not me":
        change.not_me(registration, NOW)
    elif what == "bounced":
        registration.bounced_at = NOW
    elif what == "said yes":
        say_yes(registration.id, meeting_id, NOW)
    elif what == "moved":
        replan(Kind.MOVED, held())
    elif what == "cancelled":
        replan(Kind.CANCELLED, held())
    db.session.commit()


WHATEVER = ("withdrawn", "erased", "unsubscribed", "not me", "bounced", "moved", "cancelled")


@pytest.mark.parametrize("what", [*WHATEVER, "said yes"])
@pytest.mark.parametrize("message", sorted(HOLDS))
def test_between_queueing_and_sending_it_may_become_untrue(app: Flask, message: str, what: str) -> None:
    registration = family("en")
    come(message)
    happens(what, registration)
    # An announcement is staff's own: it may be about the new time, or about why there is no meeting.
    holds = (message == "announcement" and what in ("moved", "cancelled", "said yes")) or (
        message != "still_coming" and what == "said yes"
    )
    assert isinstance(letter_of(message), Letter if holds else Superseded)


def test_a_reminder_that_waited_too_long_is_not_sent(app: Flask) -> None:
    family("en")
    come("still_coming")
    with clock.at(held().starts_at - timedelta(hours=1)):
        assert isinstance(build(messages("still_coming")[-1].queued()), Superseded)


def test_slow_delivery_keeps_the_quiet_hours(app: Flask) -> None:
    family("en")
    come("still_coming")
    db.session.execute(update(OutboxMessage).where(OutboxMessage.message != "still_coming").values(state=State.SENT))
    db.session.commit()
    late = asked_at() + timedelta(hours=5)
    with clock.at(late):
        Delivery(app, by=Recording()).batch(late)
    (row,) = messages("still_coming")
    assert (row.state, row.attempts, row.send_at - late) == (State.QUEUED, 0, timedelta(hours=10))
    with clock.at(row.send_at):
        Delivery(app, by=Recording()).batch(row.send_at)
    assert messages("still_coming")[0].state == State.SENT


def test_own_words_are_text_and_never_markup(app: Flask) -> None:
    family("en", name="<b>Bold</b>")
    words = {"en": ("<i>About</i>", "<script>x</script> {name}\nhttps://example.org/a?b=1&c=2\n\n{link}")}
    announcement(words=words, send_at=NOW, state="scheduled")
    queue_all(NOW)
    written = letter_of("announcement")
    assert isinstance(written, Letter)
    assert "<script>x" not in written.html
    assert "<b>Bold" not in written.html
    assert '<a href="https://example.org/a?b=1&amp;c=2"' in written.html
    assert written.subject == "K7M4XP: <i>About</i>"


def test_a_name_with_an_address_is_not_filled_in(app: Flask) -> None:
    family("en", name="win at www.example.com")
    come("announcement")
    assert "www.example.com" not in letter_of("announcement").text  # type: ignore[union-attr]


def test_the_link_that_stops_reminders_outlives_a_new_link(app: Flask) -> None:
    registration = family("en")
    come("still_coming")
    with i18n.spoken("en"):
        written = letter_of("still_coming")
    assert isinstance(written, Letter)
    registration.link_version += 1
    db.session.commit()
    token = str(written.list_unsubscribe).rsplit("/", 1)[1]
    assert links.read(links.Purpose.UNSUBSCRIBE, token) == (
        "p" * 22,
        links.address_stamp("p" * 22, registration.email_folded),
    )
    assert token in written.secrets
