"""Families register: on a small screen without scripts, with errors on the way, with nothing but a keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from registration.families.forms import EXAMPLE
from tests.journeys.installation import Installation
from tests.journeys.looking import look, scripted
from tests.journeys.steps import answer, code, follow, link_in, press, register, stored, words

pytestmark = pytest.mark.browser
Window = Callable[..., Page]


def test_a_family_registers_changes_and_withdraws_in_spanish_on_a_phone_without_scripts(
    window: Window, service: Installation
) -> None:
    page, twin = window(360, javascript=False), window(360)

    def stop() -> None:
        assert page.evaluate("document.documentElement.lang") == "es"
        look(scripted(page, twin))

    page.goto("/es/")
    stop()
    follow(page, page.locator(".card h3 a[href$='/english-meeting/']"))
    stop()
    follow(page, page.locator("main a.primary").first)
    stop()
    answer(page, name="Rosa Méndez Xol", email="rosa@example.org", interpretation="es", listeners="2", adults="2")
    press(page)
    assert service.say("es", "Not finished yet") in page.locator("h1").inner_text()
    assert stored(service, email="rosa@example.org") == []
    stop()
    press(page)
    assert service.say("es", "You are registered") in page.locator("h1").inner_text()
    stop()
    given = code(page)

    mail = service.mail("rosa@example.org")
    assert mail["Subject"].startswith(f"{given}: {service.say('es', 'You are registered')}")

    # On another telephone, from the mail.
    page = window(360, javascript=False)
    page.goto(link_in(mail))
    assert page.url == f"{service.address}/es/registration/"
    assert code(page) == given
    follow(page, page.get_by_role("link", name=service.say("es", "Change my answers")))
    stop()
    assert page.locator("[name=name]").input_value() == "Rosa Méndez Xol"
    assert page.locator("[name=interpretation][value=es]").is_checked()
    answer(page, adults="3")
    press(page)
    assert service.say("es", "Your changes are saved") in words(page)
    stop()
    follow(page, page.get_by_role("link", name=service.say("es", "I cannot come")))
    stop()
    assert stored(service, email="rosa@example.org")[0]["status"] == "registered"
    press(page)
    assert service.say("es", "You are not coming") in page.locator("h1").inner_text()
    stop()
    assert [(row["status"], row["adults"]) for row in stored(service, email="rosa@example.org")] == [("withdrawn", 3)]
    for number, said in ((2, None), (3, service.say("es", "You are not coming"))):
        subject = service.mail("rosa@example.org", number)["Subject"]
        assert given in subject
        assert said is None or said in subject


def test_errors_on_the_way_are_told_in_vietnamese_with_everything_kept(window: Window, service: Installation) -> None:
    page = window(360)

    def told(*messages: str) -> None:
        assert page.title().startswith(service.say("vi", "Error:"))
        assert page.evaluate("document.activeElement.className") == "errors"
        said = [service.say("vi", message, example=EXAMPLE) for message in messages]
        assert page.locator(".errors li").all_inner_texts() == said
        for one in page.locator(".errors a").all():
            field = page.locator(one.get_attribute("href") or "")
            expect(field).to_be_visible()
            one.click()
            assert field.evaluate("one => one === document.activeElement")
            assert one.inner_text() in words(page).replace(page.locator(".errors").inner_text(), "")
        look(page)

    page.goto("/vi/meetings/english-meeting/register")
    press(page)
    told(
        "Write the name we should use for you",
        "Give a phone number or an email, so that we can reach you",
        "Say whether you need an interpreter",
    )
    answer(page, name="Nguyễn Thị Hạnh", phone="12", interpretation="ht", question="Có giữ trẻ không?")
    press(page)
    told("Write the phone number with its area code, for example %(example)s")
    assert page.locator("[name=name]").input_value() == "Nguyễn Thị Hạnh"
    assert page.locator("[name=phone]").input_value() == "12"
    assert page.locator("[name=question]").input_value() == "Có giữ trẻ không?"
    assert page.locator("[name=interpretation][value=ht]").is_checked()
    answer(page, phone="", email="hanh@example.org", interpretation="call")
    press(page)
    told("Give a phone number, so that we can call you")
    answer(page, phone="303 555 0199")
    press(page)
    look(page)
    press(page)
    expect(page.locator("h1")).to_have_text(service.say("vi", "You are registered"))
    look(page)
    row = stored(service, email="hanh@example.org")[0]
    assert (row["call_me"], row["phone"], row["locale"]) == (True, "+13035550199", "vi")
    assert service.mail("hanh@example.org")["Subject"].startswith(code(page))


# Whether what has the focus shows it: an outline of its own, or one of the row around it.
FOCUS = """() => {
  const one = document.activeElement, around = one.closest('.row') || one, box = around.getBoundingClientRect();
  const outlined = getComputedStyle(around), seen = box.bottom > 0 && box.top < innerHeight;
  return {
    shown: seen && outlined.outlineStyle !== 'none' && parseFloat(outlined.outlineWidth) >= 2,
    what: one.outerHTML.slice(0, 120),
  };
}"""


def tab_to(page: Page, selector: str, most: int = 400) -> None:
    """Press Tab until what `selector` names has the focus, looking at the focus on the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["shown"], f"the focus cannot be seen on {focus['what']}"
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_family_registers_with_nothing_but_a_keyboard(window: Window, service: Installation) -> None:
    page = window(1280)
    page.goto("/en/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "main .card h3 a[href='/en/meetings/english-meeting/']")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/en/meetings/english-meeting/$"))
    tab_to(page, "main a.primary")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/en/meetings/english-meeting/register$"))
    tab_to(page, "#name")
    page.keyboard.type("Grace Hopper")
    tab_to(page, "#phone")
    page.keyboard.type("303 555 0142")
    tab_to(page, "[name=interpretation][type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[name=interpretation][value=none]")).to_be_checked()
    tab_to(page, "#adults")
    page.keyboard.type("2")
    tab_to(page, "#attendance")
    page.keyboard.press("Space")
    tab_to(page, "details.fold > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#needs")
    page.keyboard.press("Space")
    tab_to(page, "button.primary")
    look(page)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Not finished yet")
    look(page)
    tab_to(page, "main button.primary")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("You are registered")
    look(page)
    row = stored(service, name="Grace Hopper")[0]
    assert (row["adults"], row["needs"], row["phone"]) == (2, ["captions"], "+13035550142")


def test_an_address_with_an_international_domain_arrives_as_it_was_typed(window: Window, service: Installation) -> None:
    # Browsers rewrite such a domain in a field of type email, and to that of somebody else.
    register(window(360), "es", "english-meeting", name="Ana", email="ana@straße-prueba.de", interpretation="none")
    assert [row["email"] for row in stored(service, email="ana@straße-prueba.de")] == ["ana@straße-prueba.de"]
    assert service.mail("ana@xn--strae-prueba-o9a.de")["Subject"]
