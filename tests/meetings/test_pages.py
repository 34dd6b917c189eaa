"""What is offered: home, the series, a meeting, and what districts must say; in each language, for each reader."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from registration import clock
from registration.extensions import db
from registration.meetings.models import InterpretationService, TranslatedText
from registration.meetings.published import touch
from tests.conftest import NOW
from tests.families.steps import meeting
from tests.pages import Browser, Page

LANGUAGES = ["en", "es", "vi"]
OWN = {"en": "english-meeting", "es": "spanish-meeting", "vi": "vietnamese-meeting"}
MEETING = "/en/meetings/english-meeting/"


def listed(page: Page) -> list[str]:
    """Slugs of the meetings on a page, in their order, each once."""
    found = [link.get("href") for link in page.main.all("a") if "/meetings/" in link.get("href")]
    return list(dict.fromkeys(href.split("/meetings/")[1].split("/")[0] for href in found))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_meeting_held_in_the_readers_language_comes_first(browser: Browser, locale: str) -> None:
    slugs = listed(browser.get(f"/{locale}/"))
    assert slugs[0] == OWN[locale]
    # The others by their day.
    assert slugs[1:] == [slug for slug in OWN.values() if slug != OWN[locale]]


def test_the_first_meeting_says_that_it_is_held_in_the_readers_language(browser: Browser) -> None:
    assert "español" in browser.get("/es/").main.text.casefold()
    assert "Held in English" in browser.get("/en/").main.text


def test_home_shows_what_is_ahead_and_nothing_that_is_over(browser: Browser) -> None:
    assert set(listed(browser.get("/en/"))) == set(OWN.values())
    with clock.at(meeting("vietnamese-meeting").ends_at - timedelta(minutes=1)):
        assert listed(browser.get("/en/")) == ["vietnamese-meeting"]
    with clock.at(meeting("vietnamese-meeting").ends_at):
        assert listed(browser.get("/en/")) == []


def test_home_says_when_a_meeting_is_full_cancelled_or_postponed(browser: Browser) -> None:
    meeting("english-meeting", capacity=1, seats_taken=1)
    meeting("spanish-meeting", status="cancelled")
    meeting("vietnamese-meeting", status="postponed")
    text = browser.get("/en/").main.text
    assert all(word in text for word in ("All seats are taken", "Cancelled", "Postponed"))


def test_a_series_shows_its_meetings_ahead_and_past(browser: Browser) -> None:
    slugs = listed(browser.get("/es/series/school-safety/"))
    assert slugs[:3] == ["spanish-meeting", "english-meeting", "vietnamese-meeting"]
    assert {slug for slug in slugs if slug.endswith("-2021")} == {f"{slug}-2021" for slug in OWN.values()}


def test_a_past_meeting_is_shown_and_cannot_be_registered_for(browser: Browser) -> None:
    page = browser.get("/en/meetings/english-meeting-2021/")
    assert not [link for link in page.main.all("a") if "english-meeting-2021/register" in link.get("href")]
    assert browser.raw("get", "/en/meetings/english-meeting-2021/register").status_code == 303


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_meeting_says_what_when_where_and_in_which_languages(browser: Browser, locale: str) -> None:
    page = browser.get(f"/{locale}/meetings/english-meeting/")
    text = page.main.text
    assert "2027" in text
    assert "1200 Mesa Street, Cottonwood, CO 80204" in text
    maps = [link for link in page.main.all("a") if link.get("href").startswith("https://www.openstreetmap.org/")]
    assert len(maps) == 1
    assert {"Español", "Tiếng Việt"} <= {
        word for word in ("Español", "Tiếng Việt") if word.casefold() in text.casefold()
    }
    assert any("/english-meeting/register" in link.get("href") for link in page.main.all("a"))


def test_the_times_are_those_of_the_meetings_zone_with_its_name(browser: Browser) -> None:
    text = browser.get(MEETING).main.text
    assert "Monday, May 3, 2027" in text
    assert "5:30" in text
    assert "Mountain Daylight Time" in text


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (0, "There are seats in the room."),
        (110, "10 seats are left in the room."),
        (119, "1 seat is left in the room."),
        (120, "All 120 seats are taken"),
    ],
)
def test_the_seats_left_are_said_in_words(browser: Browser, taken: int, words: str) -> None:
    meeting(seats_taken=taken)
    assert words in browser.get(MEETING).main.text


def test_each_interpretation_says_how_certain_it_is(browser: Browser) -> None:
    held = meeting()
    states = {"es": "confirmed", "vi": "looking"}
    for language, state in states.items():
        change = update(InterpretationService).where(
            InterpretationService.meeting_id == held.id, InterpretationService.language == language
        )
        db.session.execute(change.values(state=state))
    touch()
    db.session.commit()
    text = browser.get(MEETING).main.text
    assert "Interpreter confirmed. We give you a headset." in text
    assert "We are still looking for an interpreter. We will tell you by Friday, April 30." in text
    with clock.at(held.starts_at - timedelta(days=1)):
        assert "We will tell you by" not in browser.get(MEETING).main.text


def test_a_text_that_is_not_translated_is_marked_with_its_own_language(browser: Browser) -> None:
    held = meeting()
    title = (TranslatedText.owner == "meeting", TranslatedText.owner_id == held.id, TranslatedText.field == "title")
    db.session.execute(delete(TranslatedText).where(*title, TranslatedText.locale == "vi"))
    touch()
    db.session.commit()
    page = browser.get("/vi/meetings/english-meeting/")
    marked = [element for element in page.root.all(lang="en") if "Meeting in English" in element.text]
    assert marked
    assert all(element.get("dir") == "ltr" for element in marked)


@pytest.mark.parametrize("field", ["title", "room"])
def test_a_card_says_where_nobody_has_checked_its_translation(browser: Browser, field: str) -> None:
    words = "Bản dịch này chưa được kiểm tra."

    def said(path: str) -> int:
        return sum(words in card.text for card in browser.get(path).root.all("article", class_="card"))

    assert said("/vi/") == 0
    held = meeting()
    text = (TranslatedText.owner == "meeting", TranslatedText.owner_id == held.id, TranslatedText.field == field)
    db.session.execute(update(TranslatedText).where(*text, TranslatedText.locale == "vi").values(status="draft"))
    touch()
    db.session.commit()
    assert said("/vi/") == 1
    assert said("/vi/meetings/spanish-meeting/") == 1
    assert not [one for one in browser.get("/en/").root.all("article") if "not been checked" in one.text]


def test_what_staff_change_is_seen_at_once_and_by_every_process(browser: Browser) -> None:
    browser.get(MEETING)
    held = meeting()
    row = (TranslatedText.owner == "meeting", TranslatedText.owner_id == held.id, TranslatedText.locale == "en")
    db.session.execute(update(TranslatedText).where(*row, TranslatedText.field == "title").values(text="New title"))
    touch()
    db.session.commit()
    assert browser.get(MEETING).heading.startswith("New title") or "New title" in browser.get(MEETING).main.text
    assert "New title" in browser.get("/en/").main.text


def test_childcare_and_recording_are_said(browser: Browser) -> None:
    text = browser.get(MEETING).main.text.casefold()
    assert "childcare" in text
    assert "record" in text
    assert "childcare" not in browser.get("/en/meetings/vietnamese-meeting/").main.text.casefold()


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("page", ["privacy", "accessibility", "contact"])
def test_what_districts_must_say_is_there_in_each_language(browser: Browser, locale: str, page: str) -> None:
    found = browser.get(f"/{locale}/{page}")
    assert found.status == 200
    assert found.html.get("lang") == locale
    assert "(303) 555-0100" in found.root.text


def test_the_privacy_page_says_when_answers_are_deleted_and_promises_no_more_than_we_can_keep(browser: Browser) -> None:
    text = browser.get("/en/privacy").main.text
    assert "30 days after the meeting" in text
    assert "never share" not in text.casefold()


def test_every_page_offers_to_talk_and_leads_to_what_districts_must_say(browser: Browser) -> None:
    for path in ("/en/", MEETING, "/en/series/school-safety/", "/en/lost-link", "/en/nothing"):
        page = browser.get(path)
        targets = {link.get("href") for link in page.root.all("a")}
        assert "tel:+13035550100" in targets
        assert {"/en/privacy", "/en/accessibility", "/en/contact"} <= targets


def test_search_engines_are_kept_from_registrations_and_let_to_meetings(browser: Browser) -> None:
    answer = browser.raw("get", "/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert {"Disallow: /*/r/", "Disallow: /*/not-me/", "Disallow: /*/registration/"} <= set(lines)
    assert "Disallow: /" not in lines


@pytest.mark.parametrize("path", ["/en/meetings/nothing/", "/en/series/nothing/", "/en/meetings/nothing/register"])
def test_a_meeting_that_is_not_there_is_a_missing_page(browser: Browser, path: str) -> None:
    assert browser.get(path).status == 404


def test_the_service_says_that_it_is_alive_and_ready(browser: Browser) -> None:
    assert browser.raw("get", "/healthz").text == "ok\n"
    assert browser.raw("get", "/readyz").text == "ready\n"
    assert clock.now() == NOW
