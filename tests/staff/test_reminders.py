"""Reminders on staff's pages: rules in words, changed and switched; what became of them; who still comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families import coming
from registration.families.change import withdraw
from registration.families.models import Registration
from registration.mail.smtp import Refused
from registration.meetings.models import MeetingStatus, TranslatedText
from registration.reminders.models import ReminderRule, RuleKind
from tests.conftest import NOW
from tests.families.steps import meeting
from tests.mail.carriers import Recording
from tests.pages import Browser, Page
from tests.signing_in import signed_in
from tests.staff.coming import comes, meeting_of, statements, where
from tests.staff.messages import REFUSED, click
from tests.staff.telling import LOCALES, SUBJECTS, deliver, families, messages, queue, rules, runs, table, words

# Saturday, two days before the meeting in English, a minute past five in the afternoon.
ASKED = datetime(2027, 5, 1, 23, 1, tzinfo=UTC)


@pytest.fixture
def staff(app: Flask) -> Browser:
    """Somebody who coordinates meetings."""
    return signed_in(app, "coordinator")


def listed(staff: Browser) -> Page:
    return staff.get(where(rest="reminders/"))


def add(staff: Browser, **given: Any) -> Page:
    """Write another rule for the meeting in English."""
    form = staff.get(where(rest="reminders/new")).form("kind")
    return staff.send(form, **({"kind": "own", "days_before": "5", "at_time": "18:00"} | given))


def errors(page: Page) -> str:
    assert page.status == 422, page.main.text
    return page.root.one(class_="errors").text


def audited() -> list[tuple[str, Any]]:
    query = select(AuditEntry).where(AuditEntry.object_kind == "reminder").order_by(AuditEntry.id)
    return [(one.action, one.facts.get("fields")) for one in db.session.scalars(query)]


def test_a_new_meeting_has_its_reminders_with_the_day_in_words(staff: Browser) -> None:
    families()
    page = listed(staff)
    assert [one.text for one in page.main.all("h3")] == ["“Are you still coming?”", "“The meeting is today”"]
    assert "2 days before at 5:00 PM. No mail between 9:00 PM and 8:00 AM." in page.text
    assert "It is sent on Saturday, May 1, 2027, 5:00 PM, Mountain Daylight Time" in page.text
    assert "On the day of the meeting at 8:00 AM, 3 hours before at the latest." in page.text
    assert page.text.count("6 families now: 5 by mail, 1 to call") == 2
    assert table(page)["Español Spanish"] == ["2", "1"]


def test_a_rule_is_added_with_own_words_and_audience(staff: Browser) -> None:
    families()
    page = add(staff, **words(*LOCALES), languages=["es"], attendance="in_person", hours_before="100")
    assert page.status == 200, page.main.text
    assert "Bring your questions" in [one.text for one in page.main.all("h3")]
    assert "5 days before at 6:00 PM, 100 hours before at the latest." in page.text
    assert "In the room only. Spanish" in page.text
    kept = rules()[-1]
    assert (kept.days_before, kept.at_time, kept.hours_before) == (5, 18 * 60, 100)
    assert kept.audience == {
        "standing": ["registered"],
        "attendance": "in_person",
        "asked": False,
        "languages": ["es"],
    }
    form = staff.get(f"/staff/reminders/{kept.id}/").form("kind").values
    assert (form["days_before"], form["at_time"], form["subject-vi"]) == ("5", "18:00", SUBJECTS["vi"])
    assert form.getlist("languages") == ["es"]
    assert audited() == [("reminder_added", None)]


def test_a_rule_of_the_whole_series_holds_for_its_meetings(staff: Browser) -> None:
    series = f"/staff/series/{meeting().series_id}/reminders/"
    form = staff.get(series + "new").form("kind")
    page = staff.send(form, kind="own", days_before="5", at_time="18:00", **words(*LOCALES))
    assert page.status == 200, page.main.text
    assert "Meeting in English: It is sent on Wednesday, April 28, 2027, 6:00 PM" in page.text
    assert "Meeting in Vietnamese: It is sent on Thursday, May 6, 2027, 6:00 PM" in page.text
    page = listed(staff)
    assert "Of the series" in page.text
    assert "It is sent on Wednesday, April 28, 2027, 6:00 PM" in page.text
    every = staff.get("/staff/reminders/")
    assert [cells[0] for cells in table(every).values()]
    assert len(every.main.one("tbody").all("tr")) == 9


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"days_before": "", "at_time": ""}, "days_before", "Write how many days or hours before the meeting"),
        ({"days_before": "61"}, "days_before", "please write a number from 0 to 60"),
        ({"days_before": "two"}, "days_before", "please write a number"),
        ({"at_time": ""}, "at_time", "Write at what time of day"),
        ({"at_time": "noonish"}, "at_time", "please write a time"),
        ({"hours_before": "0"}, "hours_before", "please write a number from 1 to 168"),
        ({"quiet_from": ""}, "quiet_from", "No mail from: please write a time"),
        ({"kind": "x"}, "kind", "Choose what the reminder says"),
        ({"standing": []}, "standing", "Choose who gets it"),
        ({"body-es": "{place} {fecha}"}, "body-es", "We do not know {fecha}."),
        ({"body-es": "{place}"}, "body-es", "{date} stands in another language."),
        ({"subject-en": "", "body-en": ""}, "subject-en", "English: write the subject"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field_with_words(
    staff: Browser, given: dict[str, Any], field: str, said: str
) -> None:
    page = add(staff, **(words(*LOCALES) | given))
    assert said in errors(page)
    assert f"#{field}" in [one.get("href") for one in page.root.one(class_="errors").all("a")]
    assert len(rules()) == 2


def test_words_that_are_not_chosen_are_not_looked_at(staff: Browser) -> None:
    assert add(staff, kind="same_day", **{"body-en": "{nothing}"}).status == 200
    assert db.session.scalars(select(TranslatedText).where(TranslatedText.owner == "reminder")).all() == []


def test_no_quiet_hours_are_not_said(staff: Browser) -> None:
    page = add(staff, kind="same_day", quiet_from="00:00", quiet_to="00:00")
    assert "5 days before at 6:00 PM. It is sent" in page.text


def test_a_sentence_that_ends_in_a_time_has_one_full_stop(app: Flask) -> None:
    page = signed_in(app, "coordinator", locale="es").get(where(rest="reminders/"))
    said = page.text.replace("\u00a0", " ")
    assert "2 días antes a las 5:00 p.m. Sin correos entre las 9:00 p.m. y las 8:00 a.m. Se envía" in said


def test_hours_alone_are_enough(staff: Browser) -> None:
    page = add(staff, kind="same_day", days_before="", at_time="", hours_before="2")
    assert "2 hours before. No mail between" in page.text


def test_a_missing_language_is_named_with_its_families(staff: Browser) -> None:
    families()
    page = add(staff, **words("en"))
    assert "The words are missing in Spanish. 3 families read them in another language." in page.text
    assert "The words are missing in Vietnamese. 1 family reads them in another language." in page.text


def test_a_rule_is_switched_off_and_on_again(staff: Browser) -> None:
    page = click_first(staff, listed(staff), "Switch off")
    assert "The reminder is switched off." in page.text
    assert [one.active for one in rules()] == [False, True]
    assert page.text.count("It is sent on") == 1
    assert "The reminder is switched on." in click_first(staff, page, "Switch on").text
    assert [one.active for one in rules()] == [True, True]
    assert audited() == [("reminder_switched", ["off"]), ("reminder_switched", ["on"])]


def click_first(staff: Browser, page: Page, what: str) -> Page:
    """Send the first form whose button says this."""
    form = next(one for one in page.forms() if any(what in button.text for button in one.buttons))
    return staff.send(form)


def test_the_second_of_two_editors_sees_what_the_first_saved(app: Flask, staff: Browser) -> None:
    rule = rules()[0]
    mine = staff.get(f"/staff/reminders/{rule.id}/").form("kind")
    theirs = signed_in(app, "coordinator", "administrator")
    theirs.send(theirs.get(f"/staff/reminders/{rule.id}/").form("kind"), days_before="4")
    page = staff.send(mine, days_before="6")
    assert page.status == 409
    assert "4 days before at 5:00 PM" in page.text
    assert page.form("kind").values["days_before"] == "6"
    assert rules()[0].days_before == 4
    assert staff.send(page.form("kind")).status == 200
    assert rules()[0].days_before == 6


def test_a_button_of_a_rule_that_changed_meanwhile_does_nothing(app: Flask, staff: Browser) -> None:
    page = listed(staff)
    theirs = signed_in(app, "coordinator", "administrator")
    theirs.send(theirs.get(f"/staff/reminders/{rules()[0].id}/").form("kind"), days_before="4")
    answer = click_first(staff, page, "Switch off")
    assert answer.status == 409
    assert "It stands here as it is now." in answer.text
    assert rules()[0].active


def test_an_old_form_says_that_nothing_was_done(staff: Browser) -> None:
    form = next(one for one in listed(staff).forms() if one.action.endswith("/switch"))
    form.values["csrf_token"] = "old"
    page = staff.send(form)
    assert page.status == 422
    assert "Nothing was done yet" in page.text
    assert rules()[0].active


def test_saving_the_same_changes_nothing(staff: Browser) -> None:
    rule = rules()[0]
    assert "Nothing was changed." in staff.send(staff.get(f"/staff/reminders/{rule.id}/").form("kind")).text
    assert rules()[0].version == rule.version
    assert audited() == []


def test_what_became_of_a_reminder_is_followed_to_its_report(app: Flask, staff: Browser) -> None:
    families()
    with clock.at(ASKED):
        queue(ASKED)
        staff = signed_in(app, "coordinator")
        page = listed(staff)
        assert "Handed over" in page.text
        run = staff.get(page.main.all("table")[-1].one("tbody").all("a")[0].get("href"))
        assert run.heading == "“Are you still coming?”"
        assert "0 sent, 5 waiting, 1 to call, 0 failed." in run.text

        def refuse(mail: Any) -> None:
            if "vi" in str(mail.html).split("lang=")[1][:5]:
                raise Refused(REFUSED)

        deliver(app, ASKED, Recording(refuse))
        run = staff.get(run.address)
        assert table(run)["Tiếng Việt Vietnamese"] == ["0", "0", "0", "0", "1", "0", "0", "0"]
        assert table(run)["Español Spanish"] == ["2", "0", "0", "1", "0", "0", "0", "0"]
        assert "1 message will be sent again." in click(staff, run, "Send again what failed").text
        deliver(app, ASKED)
        assert table(staff.get(run.address))["Tiếng Việt Vietnamese"][0] == "1"


def test_a_reminder_is_stopped_while_it_is_sent(app: Flask) -> None:
    families()
    with clock.at(ASKED):
        queue(ASKED)
        staff = signed_in(app, "coordinator")
        page = click(staff, staff.get(f"/staff/reminders/runs/{runs()[0].id}/"), "Stop sending")
        assert "What has gone out has gone out." in page.text
        assert "Stopped" in page.text
        deliver(app, ASKED)
    assert {one.state for one in messages("still_coming")} == {"superseded"}


def test_a_reminder_that_came_too_late_is_shown_as_not_sent_here_and_today(app: Flask) -> None:
    comes()
    late = datetime(2027, 5, 3, 15, 0, tzinfo=UTC)
    with clock.at(late):
        queue(late)
        staff = signed_in(app, "coordinator")
        page = listed(staff)
        assert "It would have come too late to help." in page.text
        today = staff.get("/staff/")
        assert "A reminder was not sent" in today.text
        assert staff.get(today.link("See the reminders")).heading == "Reminders"
        run = next(one for one in runs() if one.state == "dropped")
        assert "Families got nothing." in staff.get(f"/staff/reminders/runs/{run.id}/").text


def test_what_somebody_decided_is_nothing_to_do_today(app: Flask, staff: Browser) -> None:
    comes()
    click_first(staff, listed(staff), "Switch off")
    with clock.at(ASKED):
        queue(ASKED)
        assert "A reminder was not sent" not in signed_in(app, "coordinator").get("/staff/").text


def test_a_meeting_that_is_called_off_says_that_nothing_is_sent(staff: Browser) -> None:
    meeting(status=MeetingStatus.CANCELLED)
    assert listed(staff).text.count("It is not sent: the meeting is called off.") == 2


def test_who_still_comes_is_shown_by_language_once_families_were_asked(app: Flask, staff: Browser) -> None:
    families()
    assert "Are they still coming?" not in listed(staff).text
    with clock.at(ASKED):
        queue(ASKED)
        spanish = [one for one in registered() if one.locale == "es"]
        coming.say_yes(spanish[0].id, meeting_of().id, ASKED)
        db.session.commit()
        withdraw(spanish[1].id, meeting_of().id, now=ASKED + timedelta(minutes=1), actor="family")
        db.session.commit()
        staff = signed_in(app, "coordinator")
        page = listed(staff)
        figures = {one.one("dt").text: one.one("dd").text for one in page.root.one(class_="figures").all("div")}
        assert figures == {"still coming": "1", "cannot come": "1", "no answer yet": "4"}
        assert table(page)["Spanish"] == ["1", "1", "1"]
        own = staff.get(where())
        assert "No answer is not a no." in own.text
        assert "families still coming" in own.text


def registered() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


def test_pages_cost_the_same_number_of_statements_however_many_families_there_are(app: Flask, staff: Browser) -> None:
    families()
    places = [where(rest="reminders/"), where(), "/staff/reminders/", "/staff/"]
    with clock.at(ASKED):
        queue(ASKED)
        staff = signed_in(app, "coordinator")
        places.append(f"/staff/reminders/runs/{runs()[0].id}/")
        # The first page of all reads what is published, too.
        staff.get("/staff/")
        few = [len(statements(staff, place)) for place in places]
        for _ in range(5):
            families()
        assert [len(statements(staff, place)) for place in places] == few


@pytest.mark.parametrize("locale", LOCALES)
def test_pages_are_in_the_language_of_who_reads_them(app: Flask, locale: str) -> None:
    families()
    series = f"/staff/series/{meeting().series_id}/reminders/"
    with clock.at(ASKED):
        queue(ASKED)
        reader = signed_in(app, "coordinator", locale=locale)
        rule, run = rules()[0], runs()[0]
        places = ("reminders/", "reminders/new")
        for place in (*(where(rest=one) for one in places), series, "/staff/reminders/",
                      f"/staff/reminders/{rule.id}/", f"/staff/reminders/runs/{run.id}/"):  # fmt: skip
            page = reader.get(place)
            assert (page.status, page.html.get("lang")) == (200, locale)
            if locale != "en":
                assert not {"Reminders", "What will be sent", "When"} & {one.text for one in page.main.all("h1", "h2")}


@pytest.mark.parametrize("tag", LOCALES)
def test_a_rule_shows_how_its_mail_looks_in_each_language(app: Flask, staff: Browser, tag: str) -> None:
    add(staff, **words(*LOCALES))
    own, built_in = (next(one for one in rules() if one.kind == kind) for kind in (RuleKind.OWN, RuleKind.SAME_DAY))
    page = staff.get(f"/staff/reminders/{own.id}/?language={tag}")
    assert SUBJECTS[tag] in page.main.one(id="look").text
    frame = page.main.one("iframe")
    assert (frame.attributes["sandbox"], frame.attributes["src"]) == (
        "",
        f"/staff/reminders/{own.id}/preview.html?language={tag}",
    )
    mail = staff.raw("get", frame.attributes["src"])
    assert mail.headers["Content-Language"] == tag
    assert f'lang="{tag}"' in mail.text
    built_in_mail = staff.raw("get", f"/staff/reminders/{built_in.id}/preview.html?language={tag}")
    assert built_in_mail.headers["Content-Language"] == tag
    assert SUBJECTS[tag] not in staff.get(f"/staff/reminders/{built_in.id}/?language={tag}").main.one(id="look").text
    assert messages("reminder_own") == []


def test_a_new_rule_has_nothing_to_look_at_yet(staff: Browser) -> None:
    assert staff.get(where(rest="reminders/new")).main.all(id="look") == []


def test_a_rule_that_is_not_there_is_not_found(staff: Browser) -> None:
    assert db.session.get(ReminderRule, 99999) is None
    for place in ("/staff/reminders/99999/", "/staff/reminders/99999999999/", "/staff/reminders/runs/99999/"):
        assert staff.get(place).status == 404


def test_messages_have_their_three_pages(staff: Browser) -> None:
    for place, current in (
        ("/staff/mail/", "Outbox"),
        ("/staff/reminders/", "Reminders"),
        ("/staff/announcements/", "Announcements"),
    ):
        page = staff.get(place)
        tabs = page.main.one("nav", class_="tabs").all("a")
        assert [one.text for one in tabs] == ["Outbox", "Reminders", "Announcements"]
        assert [one.text for one in tabs if one.get("aria-current")] == [current]
        band = page.root.one(class_="band").one("nav").all("a")
        assert [one.text for one in band if one.get("aria-current")] == ["Messages"]


def test_times_of_a_page_are_those_of_the_meeting(staff: Browser) -> None:
    meeting(time_zone="America/New_York", starts_at=NOW + timedelta(days=10), ends_at=NOW + timedelta(days=10, hours=1))
    assert "5:00 PM, Eastern Daylight Time" in listed(staff).text
