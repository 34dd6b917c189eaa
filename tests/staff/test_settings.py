"""Settings of the district: kept, refused, never overwritten, and seen on every page at once."""

from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import create_app
from registration.extensions import db
from registration.mail.deliver import deliver_batch
from registration.meetings.models import District, TranslatedText
from registration.meetings.published import touch
from tests.conftest import NOW
from tests.conftest import settings as app_settings_of
from tests.families import steps
from tests.pages import Browser, Page
from tests.signing_in import signed_in
from tests.staff.writing_steps import errors, recorded, send

SETTINGS = "/staff/settings/"
# A dark red: 7.6:1 on white, and readable on the pale grounds too.
RED = "#8c1d40"


@pytest.fixture
def administrator(app: Flask) -> Browser:
    """Somebody who sets things."""
    return signed_in(app, "administrator")


def district() -> District:
    """The district as it is now."""
    db.session.rollback()
    return db.session.get_one(District, 1)


def change(browser: Browser, **answers: Any) -> Page:
    """Save the settings with some changes."""
    return send(browser, SETTINGS, **answers)


def switch_of(page: Page) -> list[str]:
    """The languages that a page offers."""
    return [link.get("hreflang") for link in page.root.one("nav", class_="languages").all("a")]


def style_of(browser: Browser) -> tuple[str, str]:
    """The address of the style sheet that pages link, and what stands there."""
    sheet = browser.get("/en/").root.all("link", rel="stylesheet")[0].get("href")
    return sheet, browser.raw("get", sheet).text


def test_settings_are_kept_and_seen_on_every_page_at_once(administrator: Browser, browser: Browser) -> None:
    browser.get("/en/privacy")
    days = {"retention_days": "45", "tell_by_days": "5", "spoken_notice_days": "10", "signed_notice_days": "21"}
    page = change(administrator, phone="(720) 555-0123", email="family@example.org", **days)
    assert page.status == 200
    assert "Saved." in page.text
    kept = district()
    assert (kept.phone, kept.email, kept.retention_days) == ("+17205550123", "family@example.org", 45)
    assert (kept.tell_by_days, kept.spoken_notice_days, kept.signed_notice_days) == (5, 10, 21)
    text = browser.get("/en/privacy").root.text
    assert "(720) 555-0123" in text
    assert "45 days after the meeting" in text
    assert "retention_days" in recorded("settings_edited").facts["fields"]
    assert "Nothing was changed" in change(administrator).text


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no phone": ({"phone": ""}, "phone", "Write the phone number"),
    "a phone that is none": ({"phone": "12"}, "phone", "Write the phone number"),
    "no email": ({"email": ""}, "email", "Write the email of the office"),
    "an email that is none": ({"email": "office"}, "email", "Write the email of the office"),
    "no notice": ({"spoken_notice_days": ""}, "spoken_notice_days", "please write a number"),
    "notice of a year": ({"signed_notice_days": "365"}, "signed_notice_days", "a number from 0 to 120"),
    "telling a year ahead": ({"tell_by_days": "365"}, "tell_by_days", "a number from 0 to 30"),
    "answers kept for no day": ({"retention_days": "0"}, "retention_days", "a number from 1 to 365"),
    "the first language not offered": ({"languages": ["es"]}, "languages", "English is always offered"),
    "a language that is not installed": ({"languages": ["en", "ar"]}, "languages", "Choose from the list"),
    "a colour that is none": ({"accent": "teal"}, "accent", "# and six digits or letters"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_refused_in_words_at_its_field(administrator: Browser, case: str) -> None:
    answers, field, said = WRONG[case]
    page = change(administrator, **answers)
    assert page.status == 422
    assert said in errors(page)[field]
    assert district().version == 1


@pytest.mark.parametrize(
    ("colour", "numbers"),
    [("#ffcc00", ("1.5:1", "1.3:1")), ("#3b82f6", ("3.6:1", "2.8:1")), ("#767676", ("4.5:1", "3.6:1"))],
)
def test_a_colour_in_which_words_are_hard_to_read_is_refused_with_its_numbers(
    administrator: Browser, colour: str, numbers: tuple[str, str]
) -> None:
    page = change(administrator, accent=colour)
    assert page.status == 422
    for number in numbers:
        assert number in errors(page)["accent"]
    assert "at least 4.5:1" in errors(page)["accent"]
    assert page.form("accent").values["accent"] == colour
    assert district().accent is None


@pytest.mark.parametrize("locale", ["es", "vi"])
def test_the_refusal_is_in_the_language_of_the_person(app: Flask, locale: str) -> None:
    page = change(signed_in(app, "administrator", locale=locale), accent="#ffcc00")
    assert page.html.get("lang") == locale
    assert "4.5:1" in errors(page)["accent"]
    assert "Words in this colour" not in page.text


def test_the_accent_is_part_of_the_one_style_sheet_whose_address_changes_with_it(
    administrator: Browser, browser: Browser
) -> None:
    address, style = style_of(browser)
    assert "#0b5161" in style
    assert change(administrator, accent=RED.upper()).status == 200
    assert district().accent == RED
    new_address, new_style = style_of(browser)
    assert new_address != address
    assert RED in new_style
    for built_in in ("#0b5161", "#8ad4df", "#dbeff2", "#f1f7f8", "#12343d"):
        assert built_in not in new_style
    # Whoever has the new address may keep it; an old address gets today's colours, for no time.
    assert "immutable" in browser.raw("get", new_address).headers["Cache-Control"]
    old = browser.raw("get", address)
    assert RED in old.text
    assert old.headers["Cache-Control"] == "no-cache"
    assert change(administrator, accent="").status == 200
    assert style_of(browser) == (address, style)


def test_another_process_serves_the_new_colours_before_it_has_shown_a_page(
    administrator: Browser, browser: Browser, app: Flask
) -> None:
    other = create_app(app_settings_of(app.config["SQLALCHEMY_DATABASE_URI"]), instance_path=app.instance_path)
    beside = Browser(other)
    assert "#0b5161" in style_of(beside)[1]
    change(administrator, accent=RED)
    address, style = style_of(browser)
    with other.app_context():
        answer = beside.raw("get", address)
        assert answer.text == style
        assert "immutable" in answer.headers["Cache-Control"]
        db.engine.dispose()


def test_mails_carry_the_accent(administrator: Browser, browser: Browser, app: Flask) -> None:
    change(administrator, accent=RED)
    steps.register(browser)
    assert deliver_batch(NOW) == 1
    (written,) = (Path(app.instance_path) / "mail").glob("*.eml")
    html = message_from_bytes(written.read_bytes(), policy=policy.default).get_body(("html",))
    assert html is not None
    assert f"background: {RED}" in html.get_content()
    assert "#0b5161" not in html.get_content()


def test_only_languages_that_are_offered_are_shown_and_asked_for(
    administrator: Browser, browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    assert switch_of(browser.get("/en/")) == ["en", "es", "vi"]
    assert change(administrator, languages=["en", "es"]).status == 200
    assert district().offered_languages == ["en", "es"]
    assert switch_of(browser.get("/en/")) == ["en", "es"]
    for path in ("/vi/", "/vi/meetings/english-meeting/", "/vi/meetings/english-meeting/register", "/vi/privacy"):
        assert browser.raw("get", path).status_code == 404
    page = browser.get("/vi/")
    assert page.html.get("lang") == "en"
    answer = another_browser().raw("get", "/", headers={"Accept-Language": "vi, es;q=0.5"})
    assert answer.headers["Location"] == "/es/"
    check = steps.check(browser)
    offered = [one.get("value") for one in check.root.one("select", name="contact_language").all("option")]
    assert offered[:2] == ["en", "es"]


def test_a_language_that_is_offered_again_is_there_again(administrator: Browser, browser: Browser) -> None:
    change(administrator, languages=["en"])
    assert browser.get("/es/").status == 404
    change(administrator, languages=["en", "es", "vi"])
    # All of them means also those that are installed later.
    assert district().offered_languages is None
    assert browser.get("/es/").status == 200


def test_a_process_that_has_shown_nothing_yet_asks_once_which_languages_are_offered(
    administrator: Browser, app: Flask
) -> None:
    change(administrator, languages=["en", "es"])
    other = create_app(app_settings_of(app.config["SQLALCHEMY_DATABASE_URI"]), instance_path=app.instance_path)
    with other.app_context():
        assert Browser(other).raw("get", "/vi/").status_code == 404
        db.session.remove()
        db.engine.dispose()


def test_a_family_keeps_the_language_it_registered_in(administrator: Browser, browser: Browser) -> None:
    steps.register(browser, steps.address(locale="vi"))
    change(administrator, languages=["en", "es"])
    page = browser.get("/vi/registration/")
    assert (page.status, page.html.get("lang")) == (200, "vi")


def test_texts_of_a_language_that_is_not_offered_are_not_asked_for(administrator: Browser, app: Flask) -> None:
    change(administrator, languages=["en", "es"])
    page = signed_in(app, "coordinator").get("/staff/meetings/1/texts/?language=en")
    assert "Vietnamese" not in [link.text for link in page.main.one("nav").all("a")]


def test_two_editors_never_overwrite_each_other(administrator: Browser) -> None:
    old = administrator.get(SETTINGS).form("phone")
    change(administrator, tell_by_days="7")
    page = administrator.send(old, retention_days="60")
    assert page.status == 409
    assert (district().tell_by_days, district().retention_days) == (7, 30)
    assert page.form("phone").values["retention_days"] == "60"
    assert "Now saved: 7" in page.text
    assert "Now saved: 30" in page.text
    assert administrator.send(page.form("phone"), tell_by_days="7").status == 200
    assert (district().tell_by_days, district().retention_days) == (7, 60)


def test_an_old_form_keeps_what_was_typed(administrator: Browser) -> None:
    form = administrator.get(SETTINGS).form("phone")
    form.values["csrf_token"] = "old"
    page = administrator.send(form, email="new@example.org")
    assert page.status == 422
    assert page.form("phone").values["email"] == "new@example.org"
    assert district().version == 1


def test_the_page_of_languages_says_which_catalogues_nobody_has_reviewed(administrator: Browser) -> None:
    page = administrator.get("/staff/settings/languages/")
    lines = {line.all("th")[0].text.split()[0]: line.text for line in page.main.all("tr")[1:]}
    assert "Written in this language" in lines["English"]
    for name in ("Español", "Tiếng"):
        assert "No native speaker has reviewed them" in lines[name]


def test_an_installation_without_a_district_can_be_set_up_here(administrator: Browser, app: Flask) -> None:
    db.session.delete(district())
    db.session.commit()
    page = change(administrator, phone="303 555 0100", email="office@example.org")
    assert page.status == 200
    assert district().phone == "+13035550100"


def test_settings_saved_before_the_name_is_written_do_not_blank_the_brand(app: Flask) -> None:
    for row in db.session.scalars(select(TranslatedText).where(TranslatedText.owner == "district")):
        db.session.delete(row)
    touch()
    db.session.commit()
    for locale in ("en", "es"):
        page = Browser(app).get(f"/{locale}/")
        assert page.root.one(class_="brand").text.strip() == "Community Meetings"
        assert "Community Meetings" in page.root.one("title").text
