"""Preview and publishing: what is said before, what is decided in whose name, and what families then read."""

from datetime import timedelta

import pytest
from flask import Flask

from registration import clock
from registration.extensions import db
from registration.meetings.models import Meeting
from tests.families import steps
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in
from tests.staff.writing_steps import errors, meeting, recorded, set_text

NOT_CHECKED = {
    "es": "Esta traducción todavía no está revisada. Si algo no está claro, llámenos.",
    "vi": "Bản dịch này chưa được kiểm. Nếu có gì không rõ, xin gọi cho chúng tôi.",
}


@pytest.fixture
def coordinator(app: Flask) -> Browser:
    """Somebody who publishes meetings."""
    return signed_in(app, "coordinator")


def draft() -> Meeting:
    """The meeting in English, taken back from the public."""
    row = meeting()
    row.published_at = None
    db.session.commit()
    return row


def publish(browser: Browser, meeting_id: int, **ticks: str) -> Page:
    """Send the form."""
    return browser.send(browser.get(f"/staff/meetings/{meeting_id}/publish").form("version"), **ticks)


def test_a_complete_meeting_is_published_without_a_question(coordinator: Browser, browser: Browser) -> None:
    row = draft()
    assert browser.get("/en/meetings/english-meeting/").status == 404
    page = publish(coordinator, row.id)
    assert "Families see it now" in page.text
    assert meeting().published_at == clock.now()
    assert meeting().unreviewed_by_id is None
    assert browser.get("/en/meetings/english-meeting/").status == 200
    assert "english-meeting" in browser.raw("get", "/en/").text
    assert recorded("meeting_published").facts == {"missing": [], "stale": [], "unreviewed": []}


def test_what_is_missing_is_named_in_its_language_and_needs_a_tick(coordinator: Browser) -> None:
    row = draft()
    set_text("meeting", row.id, "about", "vi")
    set_text("place", row.place_id or 0, "parking", "es")
    page = coordinator.get(f"/staff/meetings/{row.id}/publish")
    lines = {line.all("th")[0].text.split()[0]: line.text for line in page.main.all("tr")[1:]}
    assert "What will happen" in lines["Vietnamese"]
    assert "Parking" in lines["Spanish"]
    assert "Complete" in lines["English"]
    page = publish(coordinator, row.id)
    assert page.status == 422
    assert "Texts are missing" in errors(page)["with_missing"]
    assert meeting().published_at is None
    assert publish(coordinator, row.id, with_missing="1").status == 200
    assert meeting().published_at is not None
    assert recorded("meeting_published").facts["missing"] == ["es", "vi"]


def test_translations_that_nobody_reviewed_are_published_by_a_named_decision_only(
    coordinator: Browser, browser: Browser
) -> None:
    row = draft()
    set_text("meeting", row.id, "title", "es", status="draft")
    page = publish(coordinator, row.id)
    assert page.status == 422
    assert "nobody has reviewed" in errors(page)["with_unreviewed"]
    assert "I, Trần Văn Minh, decide to show them" in page.main.text
    assert meeting().published_at is None
    page = publish(coordinator, row.id, with_unreviewed="1")
    assert page.status == 200
    assert meeting().unreviewed_by_id == person_with("coordinator").id
    assert recorded("meeting_published").facts["unreviewed"] == ["es"]
    assert "Trần Văn Minh decided to show translations" in page.main.text


@pytest.mark.parametrize("locale", ["es", "vi"])
def test_families_are_told_of_a_translation_that_nobody_checked_on_every_page_of_the_meeting(
    browser: Browser, locale: str
) -> None:
    set_text("meeting", meeting().id, "about", locale, status="draft")
    other = {"es": "vi", "vi": "es"}[locale]
    where = f"/{locale}/meetings/english-meeting/"
    assert NOT_CHECKED[locale] in browser.get(where).main.text
    assert NOT_CHECKED[locale] in browser.get(f"{where}register").main.text
    assert NOT_CHECKED[locale] in steps.register(browser, f"{where}register").main.text
    assert NOT_CHECKED[other] not in browser.get(f"/{other}/meetings/english-meeting/").main.text
    assert "not been checked" not in browser.get("/en/meetings/english-meeting/").main.text


def test_a_missing_translation_is_no_unchecked_one(browser: Browser) -> None:
    set_text("meeting", meeting().id, "about", "en", status="draft")
    set_text("meeting", meeting().id, "about", "vi")
    text = browser.get("/vi/meetings/english-meeting/").main.text
    assert NOT_CHECKED["vi"] not in text
    assert "not been checked" not in browser.get("/en/meetings/english-meeting/").main.text


def test_a_draft_series_says_so_on_its_own_page_too(browser: Browser) -> None:
    set_text("series", 1, "introduction", "es", status="draft")
    assert NOT_CHECKED["es"] in browser.get("/es/series/school-safety/").main.text
    assert NOT_CHECKED["vi"] not in browser.get("/vi/series/school-safety/").main.text


def test_a_stale_text_is_named_and_asks_for_no_tick(coordinator: Browser) -> None:
    row = draft()
    set_text("meeting", row.id, "title", "en", text="Another title")
    page = coordinator.get(f"/staff/meetings/{row.id}/publish")
    assert page.main.text.count("Title") == 2
    assert publish(coordinator, row.id).status == 200
    assert recorded("meeting_published").facts["stale"] == ["es", "vi"]


def test_a_meeting_that_is_over_is_not_published(coordinator: Browser, app: Flask) -> None:
    row = draft()
    with clock.at(row.ends_at + timedelta(minutes=1)):
        late = signed_in(app, "coordinator")
        page = publish(late, row.id)
        assert page.status == 422
        assert "This meeting is over" in errors(page)["version"]
    assert meeting().published_at is None


def test_publishing_what_somebody_changed_meanwhile_asks_again(coordinator: Browser) -> None:
    row = draft()
    form = coordinator.get(f"/staff/meetings/{row.id}/publish").form("version")
    row = meeting()
    row.version += 1
    db.session.commit()
    page = coordinator.send(form)
    assert page.status == 409
    assert meeting().published_at is None
    assert coordinator.send(page.form("version")).status == 200


def test_a_meeting_can_be_taken_back_while_nobody_is_registered(coordinator: Browser, browser: Browser) -> None:
    number = meeting().id
    page = coordinator.get(f"/staff/meetings/{number}/publish")
    form = next(form for form in page.forms() if form.action.endswith("/unpublish"))
    assert coordinator.send(form).status == 200
    assert meeting().published_at is None
    assert browser.get("/en/meetings/english-meeting/").status == 404
    assert recorded("meeting_unpublished").object_id == number


def test_a_meeting_that_families_registered_for_is_not_taken_back(coordinator: Browser, browser: Browser) -> None:
    number = meeting().id
    page = coordinator.get(f"/staff/meetings/{number}/publish")
    form = next(form for form in page.forms() if form.action.endswith("/unpublish"))
    steps.register(browser)
    page = coordinator.send(form)
    assert page.status == 409
    assert "cancel the meeting instead" in page.main.text
    assert meeting().published_at is not None
    assert not [form for form in page.forms() if form.action.endswith("/unpublish")]


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "Meeting in English"), ("es", "Reunión en inglés"), ("vi", "Buổi họp bằng tiếng Anh")],
)
def test_a_draft_is_previewed_as_the_real_page_in_each_language(coordinator: Browser, locale: str, said: str) -> None:
    row = draft()
    page = coordinator.get(f"/staff/meetings/{row.id}/preview/{locale}")
    frame = page.main.one("iframe")
    assert frame.get("src") == f"/staff/meetings/{row.id}/preview/{locale}/page"
    assert frame.get("title")
    assert "allow-scripts" not in frame.get("sandbox")
    assert page.link("Open it alone").endswith("/page")
    framed = coordinator.get(frame.get("src"))
    assert framed.heading == said
    assert (framed.html.get("lang"), framed.response.headers["Content-Language"]) == (locale, locale)
    assert framed.response.headers["Cache-Control"] == "no-store"


def test_a_preview_is_framed_by_us_only_and_can_do_nothing(coordinator: Browser) -> None:
    number = draft().id
    outer = coordinator.get(f"/staff/meetings/{number}/preview/es").response.headers["Content-Security-Policy"]
    inner = coordinator.get(f"/staff/meetings/{number}/preview/es/page").response.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in outer
    assert "frame-ancestors 'none'" in outer
    for directive in (
        "frame-ancestors 'self'",
        "form-action 'none'",
        "default-src 'none'",
        "sandbox allow-same-origin",
    ):
        assert directive in inner
    assert "script" not in inner


def test_a_preview_shows_what_was_just_saved(coordinator: Browser) -> None:
    number = draft().id
    where = f"/staff/meetings/{number}/preview/vi/page"
    coordinator.get(where)
    form = coordinator.get(f"/staff/meetings/{number}/texts/?language=vi").form("title")
    coordinator.send(form, title="Họp")
    assert coordinator.get(where).heading == "Họp"


def test_a_preview_in_a_language_that_is_not_offered_is_a_missing_page(coordinator: Browser) -> None:
    for path in ("preview/ar", "preview/ar/page"):
        assert coordinator.get(f"/staff/meetings/1/{path}").status == 404
    assert coordinator.get("/staff/meetings/999/preview/en").status == 404
    assert coordinator.get("/staff/meetings/999/publish").status == 404


@pytest.mark.parametrize(("locale", "said"), [("es", "Publicar la reunión"), ("vi", "Đăng buổi họp")])
def test_the_page_is_in_the_language_of_the_person(app: Flask, locale: str, said: str) -> None:
    number = draft().id
    assert signed_in(app, "coordinator", locale=locale).get(f"/staff/meetings/{number}/publish").heading == said


def test_the_demo_shows_both_states(browser: Browser) -> None:
    assert NOT_CHECKED["vi"] in browser.get("/vi/meetings/vietnamese-meeting/").main.text
    for path in ("/vi/meetings/english-meeting/", "/es/meetings/vietnamese-meeting/", "/es/", "/vi/"):
        text = browser.get(path).main.text
        assert not [said for said in NOT_CHECKED.values() if said in text]
