"""Announcements: written in each language side by side, looked at, tried, sent, followed, sent again."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.mail.compose import MailMessage
from registration.mail.smtp import Refused
from registration.meetings.models import MeetingStatus, TranslatedText
from registration.reminders.models import Announcement
from registration.staff.announcements import found
from registration.staff.telling import trial
from tests.conftest import NOW
from tests.families.steps import meeting
from tests.mail.carriers import Recording
from tests.pages import Browser, Page
from tests.signing_in import signed_in
from tests.staff.coming import comes, meeting_of, statements
from tests.staff.messages import REFUSED, click
from tests.staff.telling import (
    LOCALES,
    SUBJECTS,
    deliver,
    families,
    messages,
    queue,
    runs,
    table,
    the_announcement,
    words,
    write,
)


@pytest.fixture
def staff(app: Flask) -> Browser:
    """Somebody who coordinates meetings."""
    return signed_in(app, "coordinator")


def here(rest: str = "") -> str:
    return f"/staff/announcements/{the_announcement().id}/{rest}"


def send(staff: Browser, **given: Any) -> Page:
    return staff.send(staff.get(here()).form("when"), **({"when": "now"} | given))


def errors(page: Page) -> str:
    assert page.status == 422, page.main.text
    return page.root.one(class_="errors").text


def audited() -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.object_kind == "announcement").order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def test_who_gets_it_is_counted_by_language_and_channel_before_anything_is_sent(staff: Browser) -> None:
    families()
    page = write(staff, *LOCALES)
    assert page.heading == SUBJECTS["en"]
    assert "6 families. 5 by mail, 1 to call." in page.text
    assert table(page) == {
        "Español Spanish": ["2", "1"],
        "English": ["2", "0"],
        "Tiếng Việt Vietnamese": ["1", "0"],
    }
    assert messages("announcement") == []
    assert the_announcement().state == "draft"


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({"standing": ["waiting"]}, "No family is like that now."),
        ({"attendance": "online"}, "1 family. 1 by mail"),
        ({"interpretation": "asked"}, "4 families. 3 by mail, 1 to call."),
        ({"languages": ["vi"]}, "1 family. 1 by mail, 0 to call."),
        ({"languages": ["es"], "interpretation": "asked"}, "4 families. 3 by mail, 1 to call."),
    ],
)
def test_the_audience_is_who_was_chosen(staff: Browser, given: dict[str, Any], numbers: str) -> None:
    families()
    comes("Far away", attendance="online", locale="en", contact_language="en")
    page = write(staff, *LOCALES, **given)
    assert numbers in page.text, page.main.text
    kept = staff.get(here("edit")).form("per_minute").values
    for name, value in given.items():
        assert kept.getlist(name) == (value if isinstance(value, list) else [value])


def test_a_language_that_is_missing_is_named_with_its_families_and_sending_asks(staff: Browser) -> None:
    families()
    page = write(staff, "en", "vi")
    assert "The words are missing in Spanish. 3 families read them in English." in page.text
    assert "missing in Vietnamese" not in page.text
    refused = send(staff)
    assert "Words are missing in a language." in errors(refused)
    assert the_announcement().state == "draft"
    assert "It is being sent." in send(staff, fallback="1").text
    assert the_announcement().state == "scheduled"


def test_a_language_that_nobody_reads_is_named_and_asks_nothing(staff: Browser) -> None:
    comes(locale="en", contact_language="en")
    page = write(staff, "en", "vi")
    assert "The words are missing in Spanish. No family reads it now." in page.text
    assert "It is being sent." in send(staff).text


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"body-es": "Nos vemos el {fecha}. {place} {date}"}, "body-es", "We do not know {fecha}."),
        ({"body-en": "On { date }, {place} {date}"}, "body-en", "We do not know { date }."),
        ({"body-vi": "Hẹn gặp. {place}"}, "body-vi", "{date} stands in another language. Put it into Vietnamese too"),
        ({"subject-en": "For {name}"}, "subject-en", "{name} cannot stand in a subject."),
        ({"subject-es": ""}, "subject-es", "Spanish: write the subject"),
        ({"body-vi": ""}, "body-vi", "Vietnamese: write the message"),
        ({"subject-en": "", "body-en": ""}, "subject-en", "English: write the subject"),
        ({"meetings": []}, "meetings", "Choose one meeting or more"),
        ({"meetings": ["999"]}, "meetings", "One of these meetings is over or called off."),
        ({"standing": []}, "standing", "Choose who gets it"),
        ({"per_minute": "0"}, "per_minute", "Mails a minute: please write a number from 1 to 10000."),
    ],
)
def test_what_is_wrong_is_refused_at_its_field_with_words(
    staff: Browser, given: dict[str, Any], field: str, said: str
) -> None:
    page = write(staff, *LOCALES, **given)
    assert said in errors(page)
    assert f"#{field}" in [one.get("href") for one in page.root.one(class_="errors").all("a")]
    assert db.session.scalars(select(Announcement)).all() == []
    # What was typed stands there still.
    assert page.form("per_minute").values["body-en"] == ({**words(*LOCALES), **given})["body-en"]


def test_markup_in_own_words_is_text_in_mails_and_pages(app: Flask, staff: Browser) -> None:
    comes(locale="en", contact_language="en")
    bad = "<script>alert(1)</script> & <img src=x>"
    page = write(staff, "en", **{"subject-en": "<b>New</b>", "body-en": f"{bad} {{date}}"})
    assert page.heading == "<b>New</b>"
    letter = staff.raw("get", here("preview.html?language=en"))
    assert "<script" not in letter.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in letter.text
    assert "<b>New</b>" not in letter.text
    send(staff)
    queue(NOW)
    (message,) = messages("announcement")
    seen: list[MailMessage] = []
    deliver(app, NOW, Recording(seen.append))
    mail = next(one for one in seen if one.msgId == message.message_id)
    assert "<script" not in str(mail.html)
    assert "<script>alert(1)</script>" in str(mail.body)


def test_each_language_is_looked_at_for_a_made_up_and_for_a_real_family(staff: Browser) -> None:
    comes("Rosa Méndez", locale="es", contact_language="es")
    other = comes("Somebody else", slug="spanish-meeting")
    write(staff, *LOCALES)
    for tag in LOCALES:
        page = staff.get(here(f"?language={tag}"))
        assert page.root.one("iframe").get("sandbox") == ""
        frame = staff.raw("get", page.root.one("iframe").get("src"))
        assert (frame.status_code, frame.headers["Content-Language"]) == (200, tag)
        assert SUBJECTS[tag] in frame.text
        assert "ABC" in frame.text
        assert 'href="http' not in frame.text
    listed = staff.get(here("families/"))
    page = staff.get(listed.link("See it Rosa Méndez"))
    assert "For this family: Rosa Méndez." in page.text
    assert "Rosa Méndez" in staff.raw("get", page.root.one("iframe").get("src")).text
    # A family that does not get it is nobody's to be looked at here.
    assert "For a made-up family." in staff.get(here(f"?family={other.id}")).text


def test_a_missing_language_is_shown_as_families_will_read_it(staff: Browser) -> None:
    write(staff, "en")
    page = staff.get(here("?language=es"))
    assert "The words are missing in this language." in page.text
    assert staff.raw("get", page.root.one("iframe").get("src")).headers["Content-Language"] == "en"


def test_a_test_goes_to_who_is_signed_in_and_is_counted(
    app: Flask, staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "MOST_AN_HOUR", 2)
    comes()
    page = write(staff, *LOCALES)
    for tag in ("es", "vi"):
        assert "on its way" in click(staff, staff.get(here(f"?language={tag}")), "Send me a test").text
    assert "You have sent many tests" in click(staff, page, "Send me a test").text
    with clock.at(NOW + timedelta(hours=2)):
        later = signed_in(app, "coordinator")
        assert "on its way" in click(later, later.get(here()), "Send me a test").text
    seen: list[MailMessage] = []
    deliver(app, NOW, Recording(seen.append))
    tests = [one for one in seen if one.subject.startswith(("Prueba", "Thư thử", "Test"))]
    assert [one.subject.split(": ", 2)[2] for one in tests] == [SUBJECTS["es"], SUBJECTS["vi"]]
    assert {str(address) for one in tests for address in one.recipients} == {"coordinator@staff.example.org"}
    assert messages("announcement") == []
    assert audited().count("announcement_tested") == 3


def test_it_is_sent_followed_and_what_failed_is_sent_again(app: Flask, staff: Browser) -> None:
    families()
    write(staff, *LOCALES)
    send(staff)
    assert staff.get(here()).root.all(class_="chip")[0].text == "Will be sent"
    queue(NOW)
    page = staff.get(here())
    assert page.root.one("progress").get("max") == "6"
    assert "0 sent, 5 waiting, 1 to call, 0 failed." in page.text
    assert page.root.one("script").get("src").split("/")[-1] == "progress.js"

    def refuse(mail: MailMessage) -> None:
        if SUBJECTS["es"] in mail.subject:
            raise Refused(REFUSED)

    deliver(app, NOW, Recording(refuse))
    page = staff.get(here())
    assert table(page) == {
        "Español Spanish": ["0", "0", "0", "1", "2", "0", "0", "0"],
        "English": ["2", "0", "0", "0", "0", "0", "0", "0"],
        "Tiếng Việt Vietnamese": ["1", "0", "0", "0", "0", "0", "0", "0"],
    }
    assert "2 Nobody has this address at that mail service." in page.text
    today = staff.get("/staff/").text
    assert "An announcement failed for 2 families" in today
    assert "2 messages will be sent again." in click(staff, page, "Send again what failed").text
    deliver(app, NOW)
    assert table(staff.get(here()))["Español Spanish"] == ["2", "0", "0", "1", "0", "0", "0", "0"]
    assert "An announcement failed" not in staff.get("/staff/").text


def test_it_can_be_stopped_while_it_is_sent(app: Flask, staff: Browser) -> None:
    families()
    write(staff, *LOCALES, per_minute="1")
    assert "It takes about 0 h 5 min at this rate." in staff.get(here()).text
    send(staff)
    queue(NOW)
    carrier = deliver(app, NOW)
    assert [one for one in carrier.subjects if any(words in one for words in SUBJECTS.values())] != []
    page = click(staff, staff.get(here()), "Stop sending")
    assert "What has gone out has gone out." in page.text
    assert the_announcement().state == "stopped"
    assert deliver(app, NOW + timedelta(hours=1)).subjects == []
    states = sorted(one.state for one in messages("announcement"))
    assert states.count("sent") == 1
    assert states.count("superseded") >= 4
    assert "Trần Văn Minh stopped it." in staff.get(here()).text


def test_it_is_sent_at_a_set_time_and_can_be_taken_back_before(staff: Browser) -> None:
    comes(locale="en", contact_language="en")
    write(staff, "en")
    page = send(staff, when="later", day="2027-04-01", at="5:30 PM")
    assert "Will be sent" in page.text
    assert "Thursday, April 1, 2027, 5:30 PM, Mountain Daylight Time" in page.text
    queue(NOW)
    assert messages("announcement") == []
    assert "It is a draft again." in click(staff, page, "Do not send it yet").text
    queue(NOW + timedelta(days=3))
    assert messages("announcement") == []
    send(staff, when="later", day="2027-04-01", at="17:30")
    queue(NOW + timedelta(days=3))
    assert len(messages("announcement")) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"when": "later"}, "Write the day on which it is sent"),
        ({"when": "later", "day": "2027-04-01"}, "Write at what time it is sent"),
        ({"when": "later", "day": "2027-03-30", "at": "8:00 AM"}, "This day and time are over."),
        ({"when": "later", "day": "2028-03-12", "at": "2:30 AM"}, "The clocks change at this time."),
        ({"when": "later", "day": "soon", "at": "2:30 AM"}, "please write a day"),
        ({"when": "x"}, "Choose when it is sent"),
    ],
)
def test_a_time_that_cannot_be_is_refused(staff: Browser, given: dict[str, str], said: str) -> None:
    comes(locale="en", contact_language="en")
    write(staff, "en")
    assert said in errors(send(staff, **given))
    assert the_announcement().state == "draft"


def test_the_second_of_two_editors_sees_what_the_first_saved(app: Flask, staff: Browser) -> None:
    write(staff, *LOCALES)
    mine = staff.get(here("edit")).form("per_minute")
    theirs = signed_in(app, "coordinator", "administrator")
    theirs.send(theirs.get(here("edit")).form("per_minute"), **{"subject-en": "From somebody else"})
    page = staff.send(mine, **{"subject-en": "From me"})
    assert page.status == 409
    assert "From somebody else" in page.text
    assert page.form("per_minute").values["subject-en"] == "From me"
    assert subject("en") == "From somebody else"
    assert staff.send(page.form("per_minute")).status == 200
    assert subject("en") == "From me"


def subject(tag: str) -> str:
    db.session.rollback()
    row = TranslatedText
    where = (row.owner == "announcement", row.field == "subject", row.locale == tag)
    return db.session.scalars(select(row.text).where(*where)).one()


def test_what_changed_since_it_was_looked_at_is_not_sent(app: Flask, staff: Browser) -> None:
    comes(locale="en", contact_language="en")
    write(staff, "en")
    mine = staff.get(here()).form("when")
    theirs = signed_in(app, "coordinator", "administrator")
    theirs.send(theirs.get(here("edit")).form("per_minute"), **{"subject-en": "From somebody else"})
    page = staff.send(mine, when="now")
    assert page.status == 409
    assert "It stands here as it is now." in page.text
    assert the_announcement().state == "draft"


def test_pressed_twice_it_is_sent_once(staff: Browser) -> None:
    comes(locale="en", contact_language="en")
    write(staff, "en")
    form = staff.get(here()).form("when")
    staff.send(form, when="now")
    assert staff.send(form, when="now").status == 409
    queue(NOW)
    queue(NOW)
    assert len(messages("announcement")) == 1
    assert len(runs()) == 1


def test_what_was_sent_is_changed_and_thrown_away_no_more(staff: Browser) -> None:
    comes(locale="en", contact_language="en")
    write(staff, "en")
    discard = next(one for one in staff.get(here()).forms() if one.action.endswith("/discard"))
    edit = staff.get(here("edit")).form("per_minute")
    send(staff)
    assert staff.send(discard).status == 409
    assert staff.send(edit).status == 409
    assert staff.get(here("edit")).status == 409
    assert the_announcement().state == "scheduled"


def test_a_draft_is_thrown_away_with_its_words(staff: Browser) -> None:
    page = write(staff, *LOCALES)
    assert "The draft is thrown away." in click(staff, page, "Throw it away").text
    db.session.rollback()
    assert db.session.scalars(select(Announcement)).all() == []
    assert db.session.scalars(select(TranslatedText).where(TranslatedText.owner == "announcement")).all() == []


def test_a_meeting_that_is_called_off_cannot_be_chosen(staff: Browser) -> None:
    meeting(status=MeetingStatus.CANCELLED)
    assert "One of these meetings is over or called off." in errors(write_anyway(staff))


def write_anyway(staff: Browser) -> Page:
    form = staff.get("/staff/announcements/new").form("per_minute")
    form.values.setlist("meetings", [str(meeting_of().id)])
    return staff.send(form, **words(*LOCALES))


def test_the_list_of_families_is_paged_and_shows_each_once(staff: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "FAMILIES", 4)
    families()
    write(staff, *LOCALES)
    first = staff.get(here("families/"))
    second = staff.get(first.link("More families"))
    assert [*table(first), *table(second)] == [f"Family {number}" for number in range(6)]
    assert table(first)["Family 4".replace("4", "2")][1:3] == ["Spanish", "By mail"]
    assert table(second)["Family 4"][1:3] == ["Spanish", "To call"]


def test_older_announcements_are_a_page_further(staff: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "PAGE", 2)
    for number in range(3):
        write(staff, "en", **{"subject-en": f"Number {number}"})
    first = staff.get("/staff/announcements/")
    assert [key.split(" Trần")[0] for key in table(first)] == ["Number 2", "Number 1"]
    assert [key.split(" Trần")[0] for key in table(staff.get(first.link("Older")))] == ["Number 0"]


def test_pages_cost_the_same_number_of_statements_however_many_families_there_are(staff: Browser) -> None:
    families()
    write(staff, *LOCALES)
    places = ["/staff/announcements/", here(), here("families/"), here("edit"), "/staff/announcements/new"]
    few = [len(statements(staff, place)) for place in places]
    for _ in range(5):
        families()
    assert [len(statements(staff, place)) for place in places] == few
    send(staff)
    queue(NOW)
    more = len(statements(staff, here()))
    for _ in range(5):
        families()
    assert len(statements(staff, here())) == more


@pytest.mark.parametrize("locale", LOCALES)
def test_pages_are_in_the_language_of_who_reads_them(app: Flask, staff: Browser, locale: str) -> None:
    families()
    write(staff, "en")
    reader = signed_in(app, "coordinator", locale=locale)
    for place in ("/staff/announcements/", "/staff/announcements/new", here(), here("edit"), here("families/")):
        page = reader.get(place)
        assert (page.status, page.html.get("lang")) == (200, locale)
        if locale != "en":
            assert not {"Announcements", "Send", "Reminders"} & {one.text for one in page.main.all("h1", "h2", "a")}


def test_an_old_form_says_that_nothing_was_done(staff: Browser) -> None:
    comes(locale="en", contact_language="en")
    write(staff, "en")
    for form in staff.get(here()).forms():
        if f"/announcements/{the_announcement().id}/" in form.action:
            form.values["csrf_token"] = "old"
            page = staff.send(form)
            assert page.status == 422
            assert "Nothing was done yet" in page.text
    assert the_announcement().state == "draft"
    assert messages("announcement_test") == []


def test_the_record_keeps_what_was_done_and_no_words(staff: Browser) -> None:
    comes(locale="en", contact_language="en")
    write(staff, "en")
    send(staff)
    assert audited() == ["announcement_written", "announcement_sent"]
    facts = str([one.facts for one in db.session.scalars(select(AuditEntry))])
    assert SUBJECTS["en"] not in facts
