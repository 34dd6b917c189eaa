"""Texts in each language, side by side: kept, reviewed, stale, and never overwritten by somebody who saw older ones."""

from typing import Any

import pytest
from flask import Flask

from registration.extensions import db
from registration.meetings.texts import fingerprint
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in
from tests.staff.writing_steps import errors, meeting, newest, recorded, set_text, text, words, write


@pytest.fixture
def coordinator(app: Flask) -> Browser:
    """Somebody who writes texts."""
    return signed_in(app, "coordinator")


def draft_id() -> int:
    """The meeting in English, taken back from the public."""
    row = meeting()
    row.published_at = None
    db.session.commit()
    return row.id


def address(meeting_id: int, locale: str = "vi") -> str:
    """The page of the texts of a meeting."""
    return f"/staff/meetings/{meeting_id}/texts/?language={locale}"


def save(browser: Browser, meeting_id: int, locale: str = "vi", **answers: Any) -> Page:
    """Write texts of a meeting."""
    return browser.send(browser.get(address(meeting_id, locale)).form("base_title"), **answers)


def states(page: Page) -> list[str]:
    """What each text's mark says."""
    return [legend.text for legend in page.main.all("legend")]


def test_the_source_stands_beside_each_translation_in_its_own_language(coordinator: Browser) -> None:
    page = coordinator.get(address(meeting().id))
    assert page.main.all(class_="source")[0].text == "Meeting in English"
    assert all(one.get("lang") == "en" for one in page.main.all(class_="source"))
    box = page.main.one("textarea", name="about")
    assert (box.get("lang"), box.get("dir")) == ("vi", "ltr")
    assert page.form("title").values["title"] == "Buổi họp bằng tiếng Anh"


def test_a_translation_is_kept_with_the_hash_of_what_it_was_made_from(coordinator: Browser) -> None:
    number = draft_id()
    page = save(coordinator, number, title="Họp tiếng Anh", reviewed_title="1")
    assert page.status == 200
    row = text("meeting", number, "title", "vi")
    assert row is not None
    assert (row.text, row.status, row.source_hash) == ("Họp tiếng Anh", "reviewed", fingerprint("Meeting in English"))
    facts = recorded("text_written").facts
    assert facts == {"fields": ["title"], "language": "vi", "drafts": 0}


def test_a_translation_without_the_tick_is_a_draft(coordinator: Browser) -> None:
    number = draft_id()
    form = coordinator.get(address(number)).form("title")
    form.values.setlist("reviewed_title", [])
    assert coordinator.send(form, title="Họp").status == 200
    row = text("meeting", number, "title", "vi")
    assert row is not None
    assert row.status == "draft"
    assert "Not reviewed" in states(coordinator.get(address(number)))[0]


def test_a_new_source_makes_translations_stale_until_somebody_has_read_them_again(coordinator: Browser) -> None:
    number = draft_id()
    save(coordinator, number, "en", title="Our meeting")
    page = coordinator.get(address(number))
    assert "The source changed" in states(page)[0]
    form = page.form("title")
    assert "reviewed_title" not in form.values
    coordinator.send(form, reviewed_title="1")
    page = coordinator.get(address(number))
    assert "Reviewed" in states(page)[0]
    assert words("meeting", number, "title", "vi") == "Buổi họp bằng tiếng Anh"


def test_a_translation_made_from_an_older_source_is_stale_at_once(coordinator: Browser) -> None:
    number = draft_id()
    form = coordinator.get(address(number)).form("title")
    save(coordinator, number, "en", title="Our meeting")
    coordinator.send(form, title="Họp", reviewed_title="1")
    assert "The source changed" in states(coordinator.get(address(number)))[0]


def test_long_texts_keep_their_lines_and_nothing_but_text(coordinator: Browser, browser: Browser) -> None:
    typed = "17:30: <b>Chào</b> & mừng\n\n17:40: Câu hỏi"
    save(coordinator, meeting().id, about=typed.replace("\n", "\r\n"))
    assert words("meeting", meeting().id, "about", "vi") == typed
    page = browser.get("/vi/meetings/english-meeting/")
    assert "<b>Chào</b> & mừng" in page.main.text
    assert not [one for one in page.main.all("b") if one.text == "Chào"]
    box = coordinator.get(address(meeting().id)).form("about").values["about"]
    assert box.replace("\r\n", "\n") == typed


def test_what_is_saved_is_seen_at_once(coordinator: Browser, browser: Browser) -> None:
    browser.get("/vi/meetings/english-meeting/")
    save(coordinator, meeting().id, title="Họp tiếng Anh")
    assert browser.get("/vi/meetings/english-meeting/").heading == "Họp tiếng Anh"


def test_an_emptied_text_is_missing(coordinator: Browser) -> None:
    number = draft_id()
    assert save(coordinator, number, room="").status == 200
    assert text("meeting", number, "room", "vi") is None
    assert "Missing" in states(coordinator.get(address(number)))[2]


def test_the_name_of_a_thing_cannot_be_emptied_in_the_first_language(coordinator: Browser) -> None:
    page = save(coordinator, meeting().id, "en", title="")
    assert page.status == 422
    assert errors(page)["title"] == "Title: please write it"


@pytest.mark.parametrize(("field", "most"), [("title", 120), ("room", 80), ("about", 4000)])
def test_a_text_that_is_too_long_is_refused_at_its_field(coordinator: Browser, field: str, most: int) -> None:
    page = save(coordinator, meeting().id, **{field: "x" * (most + 1)})
    assert page.status == 422
    assert f"{most} characters" in errors(page)[field]
    assert page.form(field).values[field] == "x" * (most + 1)


def test_two_editors_of_one_text_the_second_is_shown_the_firsts_and_nothing_is_overwritten(
    coordinator: Browser, app: Flask
) -> None:
    number = draft_id()
    other = signed_in(app, "coordinator", email="second@example.org")
    second = other.get(address(number)).form("title")
    save(coordinator, number, title="Của người thứ nhất")
    page = other.send(second, title="Của người thứ hai", room="phòng khác")
    assert page.status == 409
    assert "Của người thứ nhất" in errors(page)["title"]
    assert words("meeting", number, "title", "vi") == "Của người thứ nhất"
    assert words("meeting", number, "room", "vi") == "phòng ăn"
    form = page.form("title")
    assert (form.values["title"], form.values["room"]) == ("Của người thứ hai", "phòng khác")
    # Having seen both, the second may keep their own.
    assert other.send(form).status == 200
    assert words("meeting", number, "title", "vi") == "Của người thứ hai"
    assert words("meeting", number, "room", "vi") == "phòng khác"


def test_two_editors_of_two_texts_both_keep_theirs(coordinator: Browser, app: Flask) -> None:
    number = draft_id()
    other = signed_in(app, "coordinator", email="second@example.org")
    second = other.get(address(number)).form("title")
    save(coordinator, number, title="Của người thứ nhất")
    assert other.send(second, room="phòng khác").status == 200
    assert words("meeting", number, "title", "vi") == "Của người thứ nhất"
    assert words("meeting", number, "room", "vi") == "phòng khác"


def test_nobody_marks_as_reviewed_what_somebody_else_has_changed_meanwhile(coordinator: Browser, app: Flask) -> None:
    number = draft_id()
    set_text("meeting", number, "title", "vi", status="draft")
    other = signed_in(app, "coordinator", email="second@example.org")
    second = other.get(address(number)).form("title")
    form = coordinator.get(address(number)).form("title")
    form.values.setlist("reviewed_title", [])
    coordinator.send(form, title="Bản nháp mới")
    page = other.send(second, reviewed_title="1")
    assert page.status == 409
    row = text("meeting", number, "title", "vi")
    assert row is not None
    assert (row.text, row.status) == ("Bản nháp mới", "draft")


def test_a_page_says_who_wrote_a_text_last(coordinator: Browser) -> None:
    number = draft_id()
    save(coordinator, number, title="Họp")
    page = coordinator.get(address(number))
    assert "Trần Văn Minh, Tuesday, March 30, 2027" in page.main.text


def test_the_tabs_count_what_is_open_and_the_first_open_one_is_shown(coordinator: Browser) -> None:
    number = draft_id()
    set_text("meeting", number, "title", "es")
    set_text("meeting", number, "room", "es", status="draft")
    page = coordinator.get(f"/staff/meetings/{number}/texts/")
    assert page.root.one("a", aria_current="page", href=f"/staff/meetings/{number}/texts/?language=es").text == (
        "Spanish (2 open)"
    )


def test_a_draft_on_a_published_page_needs_a_named_decision(coordinator: Browser, browser: Browser) -> None:
    number = meeting().id
    form = coordinator.get(address(number)).form("title")
    form.values.setlist("reviewed_title", [])
    page = coordinator.send(form, title="Họp")
    assert page.status == 422
    assert "I, Trần Văn Minh, decide to show them" in page.main.text
    assert words("meeting", number, "title", "vi") == "Buổi họp bằng tiếng Anh"
    assert coordinator.send(page.form("title"), unreviewed="1").status == 200
    assert words("meeting", number, "title", "vi") == "Họp"
    assert meeting().unreviewed_by_id == person_with("coordinator").id
    assert "Bản dịch này chưa được kiểm" in browser.get("/vi/meetings/english-meeting/").main.text


@pytest.mark.parametrize(
    ("path", "owner", "field", "said"),
    [
        ("/staff/series/1/texts/", "series", "introduction", "Xin đến."),
        ("/staff/places/1/texts/", "place", "parking", "Đậu xe ở sau."),
    ],
)
def test_series_and_places_have_their_texts_too(
    coordinator: Browser, path: str, owner: str, field: str, said: str
) -> None:
    page = coordinator.send(coordinator.get(f"{path}?language=vi").form(field), **{field: said})
    assert page.status == 200
    assert words(owner, 1, field, "vi") == said


def test_the_district_has_its_texts_for_administrators(app: Flask, browser: Browser) -> None:
    administrator = signed_in(app, "administrator")
    page = administrator.get("/staff/settings/texts/?language=es")
    administrator.send(page.form("hours"), hours="De lunes a jueves.")
    assert "De lunes a jueves." in browser.get("/es/").root.text


@pytest.mark.parametrize("path", ["/staff/meetings/999/texts/", "/staff/series/999/texts/", "/staff/places/999/texts/"])
def test_what_is_not_there_has_no_texts(coordinator: Browser, path: str) -> None:
    assert coordinator.get(path).status == 404
    assert coordinator.get(address(1, "ar")).status == 404


def test_an_old_form_keeps_what_was_typed(coordinator: Browser) -> None:
    form = coordinator.get(address(meeting().id)).form("title")
    form.values["csrf_token"] = "old"
    page = coordinator.send(form, title="Họp")
    assert page.status == 422
    assert page.form("title").values["title"] == "Họp"
    assert words("meeting", meeting().id, "title", "vi") == "Buổi họp bằng tiếng Anh"


@pytest.mark.parametrize(("locale", "said"), [("es", "Textos en cada idioma"), ("vi", "Nội dung bằng từng ngôn ngữ")])
def test_the_page_is_in_the_language_of_the_person(app: Flask, locale: str, said: str) -> None:
    page = signed_in(app, "coordinator", locale=locale).get(address(meeting().id, "es"))
    assert page.heading == said


def test_a_new_meeting_has_no_translations_and_says_so(coordinator: Browser) -> None:
    write(coordinator, room="gym")
    page = coordinator.get(address(newest().id))
    assert [("Missing" in one) for one in states(page)] == [True, True, True]
