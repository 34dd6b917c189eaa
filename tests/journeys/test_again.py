"""On the way: Back and send again, two tabs, the next person on one device, a full meeting, a lost link."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.journeys.conftest import program
from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.steps import NOT_ME, answer, code, family, follow, link_in, press, register, stored, words

pytestmark = pytest.mark.browser
Window = Callable[..., Page]


def back(page: Page) -> None:
    """Press Back. What answered a form is not kept, so the browser shows a page of its own instead."""
    try:
        page.go_back()
    except Error as missing:
        if "ERR_CACHE_MISS" not in str(missing):
            raise
        page.wait_for_url("chrome-error://**")
        page.wait_for_load_state()


def back_and_send_again(page: Page) -> None:
    """Go back to what answered a form, and let the browser send that form again, which it asks for."""
    back(page)
    assert page.url.startswith("chrome-error:")
    page.reload()
    expect(page.locator("h1")).to_have_text("Not finished yet")


def test_back_and_send_again_registers_once(window: Window, service: Installation) -> None:
    page = window(360)
    register(page, "en", "english-meeting", name="Ana Again", email="ana@example.org", interpretation="none")
    given = code(page)
    back_and_send_again(page)
    press(page)
    assert code(page) == given
    assert len(stored(service, email="ana@example.org")) == 1


def sent_with_other_answers(page: Page, email: str) -> None:
    """Register, go back, answer otherwise and send again."""
    register(page, "en", "english-meeting", name="Bea Before", email=email, interpretation="none", adults="1")
    back_and_send_again(page)
    follow(page, page.locator("main button.second"))
    expect(page.locator("[name=name]")).to_have_value("Bea Before")
    answer(page, name="Bea After", adults="4", interpretation="so")
    press(page)
    press(page)
    expect(page.locator("h1")).to_have_text("You have sent this form before")
    look(page)


def test_back_and_send_other_answers_can_change_the_registration(window: Window, service: Installation) -> None:
    page = window(360)
    sent_with_other_answers(page, "bea@example.org")
    assert [row["name"] for row in stored(service, email="bea@example.org")] == ["Bea Before"]
    press(page)
    assert "Your changes are saved" in words(page)
    assert [(row["name"], row["adults"]) for row in stored(service, email="bea@example.org")] == [("Bea After", 4)]


def test_back_and_send_other_answers_can_register_someone_else(window: Window, service: Installation) -> None:
    page = window(360)
    sent_with_other_answers(page, "bee@example.org")
    follow(page, page.locator("main button.second"))
    expect(page.locator("h1")).to_have_text("Not finished yet")
    assert "Bea After" in words(page)
    press(page)
    expect(page.locator("h1")).to_have_text("You are registered")
    assert [row["name"] for row in stored(service, email="bee@example.org")] == ["Bea Before", "Bea After"]


def test_a_tab_with_another_registration_changes_nothing(window: Window, service: Installation) -> None:
    first = family(service, "english-meeting", name="First Tab", email="first@example.org")
    second = family(service, "english-meeting", name="Second Tab", email="second@example.org")
    tab = window(1280)
    tab.goto(first.link)
    tab.goto("/en/registration/change")
    other = tab.context.new_page()
    other.goto(second.link)
    before = stored(service, public_id=first.public_id) + stored(service, public_id=second.public_id)
    answer(tab, name="Wrong Name", adults="7")
    press(tab)
    expect(tab.locator("h1")).to_have_text("This page is of another registration")
    look(tab)
    assert stored(service, public_id=first.public_id) + stored(service, public_id=second.public_id) == before
    follow(tab, tab.get_by_role("link", name="See the registration that is open now"))
    assert code(tab) == second.code


def test_the_next_person_on_a_device_finds_nothing_of_the_last_family(window: Window, service: Installation) -> None:
    page = window(360)
    page.goto("/en/")
    register(page, "en", "english-meeting", name="Wanjiru Private", phone="303 555 0133", interpretation="sw")
    private = ("Wanjiru", "0133", code(page))
    follow(page, page.locator(".unprinted button"))
    expect(page.locator("h1")).to_have_text("Ready for the next person")
    look(page)
    assert page.context.cookies() == []
    for _ in range(8):
        back(page)
        shown = page.content()
        assert not [each for each in private if each in shown], page.url
    page.goto("/en/registration/")
    expect(page.locator("h1")).to_have_text("Open your link again")
    look(page)


def test_a_full_meeting_offers_online_and_a_waiting_list_that_moves(window: Window, service: Installation) -> None:
    slug = service.meeting("full-room", capacity=2, online_capacity=50)
    seated = family(service, slug, name="Came First", adults="2", attendance="in_person")
    page, theirs = window(360), window(360)
    page.goto(f"/en/meetings/{slug}/")
    assert "All 2 seats are taken" in words(page)
    expect(page.get_by_role("link", name="Register for online")).to_be_visible()
    look(page)
    follow(page, page.get_by_role("link", name="Join the waiting list"))
    answer(page, name="Ifrah Warsame", email="ifrah@example.org", interpretation="so", attendance="in_person")
    press(page)
    expect(page.locator("main button.primary")).to_have_text("Join the waiting list")
    look(page)
    press(page)
    expect(page.locator("h1")).to_have_text("You are on the waiting list")
    look(page)
    given = code(page)
    assert given in service.mail("ifrah@example.org")["Subject"]

    theirs.goto(seated.link)
    follow(theirs, theirs.get_by_role("link", name="I cannot come"))
    press(theirs)
    page.reload()
    expect(page.locator("h1")).to_have_text(re.compile("registered|registration"))
    look(page)
    assert stored(service, email="ifrah@example.org")[0]["status"] == "registered"
    promoted = service.mail("ifrah@example.org", 2)
    assert given in promoted["Subject"]
    fresh = window(360)
    fresh.goto(link_in(promoted))
    assert code(fresh) == given


def test_a_full_room_takes_families_online(window: Window, service: Installation) -> None:
    slug = service.meeting("full-room-online", capacity=1, online_capacity=50)
    family(service, slug, name="Came First", attendance="in_person")
    page = window(360)
    page.goto(f"/en/meetings/{slug}/")
    follow(page, page.get_by_role("link", name="Register for online"))
    expect(page.locator("[name=attendance][value=online]")).to_be_checked()
    answer(page, name="Olga Online", email="olga@example.org", interpretation="none")
    press(page)
    look(page)
    press(page)
    expect(page.locator("h1")).to_have_text("You are registered")
    row = stored(service, email="olga@example.org")[0]
    assert (row["status"], row["attendance"]) == ("registered", "online")


def test_a_lost_link_comes_again_and_nobody_learns_whether_it_exists(window: Window, service: Installation) -> None:
    known = family(service, "english-meeting", name="Lost Link", email="lost@example.org")
    service.mail("lost@example.org")
    page = window(360)
    page.goto("/en/contact")
    follow(page, page.get_by_role("link", name="Get my link again"))
    press(page)
    assert page.evaluate("document.activeElement.className") == "errors"
    look(page)
    answer(page, code="222222", contact="lost@example.org")
    press(page)
    unknown = words(page)
    page.goto("/en/lost-link")
    answer(page, code=f"{known.code[:3].lower()} {known.code[3:]}", contact="LOST@example.org")
    press(page)
    assert words(page) == unknown
    look(page)
    page.goto(link_in(service.mail("lost@example.org", 2)))
    assert code(page) == known.code
    assert len(service.mails("lost@example.org")) == 2


def test_this_is_not_me_acts_only_when_its_button_is_pressed(window: Window, service: Installation) -> None:
    family(service, "english-meeting", name="Somebody Else", email="notme@example.org")
    address = link_in(service.mail("notme@example.org"), NOT_ME)
    page = window(360)
    page.goto(address)
    page.reload()
    look(page)
    assert stored(service, email="notme@example.org")[0]["not_me_at"] is None
    assert "Somebody" not in page.content().replace("Somebody gave your email", "")
    press(page)
    expect(page.locator("h1")).to_have_text("Thank you for telling us")
    look(page)
    assert stored(service, email="notme@example.org")[0]["not_me_at"] is not None


def test_a_family_deletes_its_data(window: Window, service: Installation) -> None:
    known = family(service, "english-meeting", name="Delete Me", email="delete@example.org")
    page = window(360)
    page.goto(known.link)
    follow(page, page.get_by_role("link", name="Delete my data"))
    look(page)
    press(page)
    expect(page.locator("h1")).to_have_text("Your data is deleted")
    look(page)
    assert page.context.cookies() == []
    row = stored(service, public_id=known.public_id)[0]
    assert (row["email"], "Delete" in row["name"], row["erased_at"] is None) == (None, False, False)
    page.goto(known.link)
    expect(page.locator("h1")).to_have_text("We deleted your answers")
    look(page)


def test_a_family_without_email_keeps_code_and_link_on_paper(window: Window, service: Installation) -> None:
    page = window(360)
    register(page, "en", "english-meeting", name="Paper Only", phone="303 555 0155", interpretation="none")
    assert "We will call you" in words(page)
    look(page)
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator(".ticket .code")).to_be_visible()
    expect(page.locator("a.secret")).to_be_visible()
    expect(page.locator(".stub img")).to_be_visible()
    for hidden in (".languages", ".unprinted", "main .button >> nth=0", "footer ul"):
        expect(page.locator(hidden)).to_be_hidden()
    page.emulate_media(media="screen")
    link = page.locator("a.secret").get_attribute("href") or ""
    fresh = window(360)
    fresh.goto(link)
    assert code(fresh) == code(page)


@pytest.mark.parametrize("style", ["without a style sheet", "at 400 % zoom"])
def test_a_family_registers_however_the_page_is_drawn(window: Window, service: Installation, style: str) -> None:
    without = style == "without a style sheet"
    page = window(1280) if without else window(320, 256)
    if without:
        page.route("**/*.css", lambda route: route.fulfill(body="", content_type="text/css"))
    email = "plain@example.org" if without else "zoom@example.org"
    register(page, "en-XA", "english-meeting", name="W" * 60, email=email, interpretation="ti", listeners="2")
    assert code(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(stored(service, email=email)) == 1


def test_no_page_of_a_family_comes_back_from_the_memory_of_the_browser(
    chromium: Browser, service: Installation
) -> None:
    """With the back-forward cache on, as people have it; Playwright switches it off."""
    with_memory = chromium.browser_type.launch(
        executable_path=program(),
        args=["--no-sandbox", "--disable-gpu"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        page = with_memory.new_page(base_url=service.address)
        register(page, "en", "english-meeting", name="Memory Private", phone="303 555 0177", interpretation="none")
        private = ("Memory Private", code(page))
        follow(page, page.locator(".unprinted button"))
        expect(page.locator("h1")).to_have_text("Ready for the next person")
        page.evaluate("history.back()")
        page.wait_for_timeout(500)
        assert not [each for each in private if each in page.content()]
    finally:
        with_memory.close()
