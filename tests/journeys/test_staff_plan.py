"""Staff decide about interpreters and change plans: they see first who is told what, families see and hear it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from registration import clock
from tests.journeys.installation import LANGUAGES, Installation
from tests.journeys.looking import look
from tests.journeys.staff import Comes, coming, meeting_id
from tests.journeys.steps import answer, follow, press, words

pytestmark = pytest.mark.browser
Office = Callable[..., Page]


def _told(page: Page) -> dict[str, list[str]]:
    """By the first word of its language: how many are told by mail, and by a call."""
    rows = page.locator(".confirm table tbody tr").all()
    return {
        row.locator("th").inner_text().split()[0]: [one.inner_text().split()[-1] for one in row.locator("td").all()]
        for row in rows
    }


def test_an_interpreter_is_confirmed_by_hand_and_families_read_and_hear_of_it(
    office: Office, window: Office, service: Installation
) -> None:
    slug = service.meeting("interpreted-by-hand")
    number = meeting_id(service, slug)
    reads = {"contact_language": "es", "locale": "es"}
    coming(service, slug, "Amina Hassan", email="amina@example.org", spoken=("so",), **reads)
    coming(service, slug, "Halima Ali", email=None, phone="+13035550171", spoken=("so",), contact_language="so")
    page = office("coordinator")
    page.goto(f"/staff/meetings/{number}/")
    follow(page, page.get_by_role("link", name="Find interpreters"))
    follow(page, page.get_by_role("link", name="Decide: Somali"))
    press(page)
    expect(page.locator(".errors")).to_be_focused()
    look(page)
    page.locator("[name=state][value=confirmed]").check()
    press(page)
    expect(page.locator("h1")).to_have_text("Not done yet: who is told what")
    assert _told(page) == {"Español": ["1", "1"]}
    page.locator(".confirm summary").first.click()
    look(page)
    public = window(360)
    public.goto(f"/es/meetings/{slug}/")
    expect(public.locator(".voices").first).not_to_contain_text("Soomaali")
    press(page)
    expect(page.locator(".said")).to_be_visible()
    look(page)

    public.reload()
    expect(public.locator(".voices").first).to_contain_text("Soomaali")
    mail = service.mail("amina@example.org", 2)
    assert service.say("es", "Your interpreter is confirmed") in mail["Subject"]
    page.goto(f"/staff/calls/?meeting={number}")
    expect(page.locator(".todo")).to_contain_text(["Halima Ali"])


def test_another_way_leads_families_to_another_meeting_in_their_language(office: Office, service: Installation) -> None:
    slug = service.meeting("another-way")
    number = meeting_id(service, slug)
    family = coming(
        service, slug, "Rosa Xol", email="rosa.xol@example.org", spoken=("es",), contact_language="es", locale="es"
    )
    page = office("coordinator", width=360)
    page.goto(f"/staff/meetings/{number}/interpretation/es/spoken")
    page.locator("[name=state][value=another_way]").check()
    press(page)
    expect(page.locator(".errors")).to_contain_text("Choose the other way")
    page.locator("[name=way][value=other_meeting]").check()
    page.locator("#other").select_option(index=1)
    press(page)
    expect(page.locator("[name=tell]")).to_be_checked()
    look(page)
    press(page)
    expect(page.locator(".said")).to_be_visible()
    mail = service.mail("rosa.xol@example.org", 2)
    assert family.code[:3] in mail["Subject"]
    own = page.context.new_page()
    own.goto(family.path("es"))
    look(own)


def _sequence(page: Page, locale: str) -> tuple[int, str, str]:
    """Sequence, status and beginning in the calendar file of the family whose page this is."""
    event: Any = Calendar.from_ical(page.request.get(f"/{locale}/registration/calendar.ics").body()).walk("VEVENT")[0]
    return int(event["SEQUENCE"]), str(event.get("STATUS", "")), event["DTSTART"].dt.strftime("%H:%M")


def _families(service: Installation, slug: str, **told: str) -> dict[str, Comes]:
    return {
        tag: coming(service, slug, f"Family {tag}", email=f"{tag}@{slug}.example.org", contact_language=tag, locale=tag)
        for tag in ("en", "es", "vi")
    }


def test_a_moved_meeting_is_previewed_in_three_languages_and_told_on_pages_mails_and_calendars(
    office: Office, window: Office, service: Installation
) -> None:
    slug = service.meeting("moved-in-a-browser")
    number = meeting_id(service, slug)
    families = _families(service, slug)
    coming(service, slug, "By Telephone", email=None, phone="+13035550172", contact_language="vi", locale="vi")
    family = window(360)
    family.goto(families["vi"].path("vi"))
    sequence, _, _ = _sequence(family, "vi")

    page = office("coordinator", width=360)
    page.goto(f"/staff/meetings/{number}/")
    follow(page, page.get_by_role("link", name="Move or cancel"))
    follow(page, page.get_by_role("link", name=re.compile("Continue: .*(time|date|Moved|day)", re.IGNORECASE)).first)
    day = (clock.now() + timedelta(days=45)).date().isoformat()
    answer(page, day=day, starts="19:00", ends="18:00")
    press(page)
    expect(page.locator(".errors")).to_be_focused()
    look(page)
    answer(page, ends="20:30")
    answer(page, **{"reason-en": "The heating is broken.", "reason-es": "La calefacción no funciona.",
                    "reason-vi": "Hệ thống sưởi bị hỏng."})  # fmt: skip
    press(page)
    told = _told(page)
    assert (told["English"], told["Español"], told["Tiếng"]) == (["1", "0"], ["1", "0"], ["1", "1"])
    for summary in page.locator(".confirm summary").all():
        summary.click()
    assert "Hệ thống sưởi bị hỏng." in page.locator(".confirm [lang=vi]").last.inner_text()
    look(page)
    family.reload()
    assert service.say("vi", "This meeting was moved") not in words(family)
    press(page)
    expect(page.locator(".said")).to_be_visible()
    look(page)

    family.reload()
    assert service.say("vi", "This meeting was moved") in words(family)
    assert "Hệ thống sưởi bị hỏng." in words(family)
    look(family)
    after, _, starts = _sequence(family, "vi")
    assert (after > sequence, starts) == (True, "19:00")
    for tag, said in (("en", "heating"), ("es", "calefacción"), ("vi", "sưởi")):
        mail = service.mail(f"{tag}@{slug}.example.org", 2)
        body = mail.get_body(("plain",))
        assert body
        assert said in body.get_content()


def test_a_cancelled_meeting_is_called_off_everywhere_and_its_door_sign_is_for_paper(
    office: Office, window: Office, service: Installation
) -> None:
    slug = service.meeting("cancelled-in-a-browser")
    number = meeting_id(service, slug)
    families = _families(service, slug)
    page = office("coordinator")
    page.goto(f"/staff/meetings/{number}/plan/cancelled")
    press(page)
    look(page)
    expect(page.get_by_role("button", name="Do it and tell them")).to_be_visible()
    press(page)
    assert "This meeting is cancelled" in words(page)
    family = window(360)
    family.goto(families["es"].path("es"))
    assert service.say("es", "This meeting is cancelled") in words(family)
    assert _sequence(family, "es")[1] == "CANCELLED"
    follow(page, page.get_by_role("link", name="Door sign"))
    page.emulate_media(media="print")
    assert page.locator(".sign .block").evaluate_all("all => all.map(one => one.lang)") == list(LANGUAGES)
    assert [page.locator(gone).first.is_visible() for gone in (".band", "footer", ".up", "h1")] == [False] * 4
    expect(page.locator(".sign .block[lang=vi]")).to_contain_text(service.say("vi", "This meeting is cancelled"))
    page.emulate_media(media="screen")
    look(page)


def test_another_way_in_online_is_shown_with_whom_it_concerns_and_told(
    office: Office, window: Office, service: Installation
) -> None:
    slug = service.meeting("way-in", online=True, online_capacity=50)
    reads = {"contact_language": "es", "locale": "es"}
    family = coming(service, slug, "Ana Online", email="ana.online@example.org", attendance="online", **reads)
    coming(service, slug, "Somebody in the room", email="room@example.org")
    page = office("coordinator", width=360)
    page.goto(f"/staff/meetings/{meeting_id(service, slug)}/online")
    answer(page, link="nonsense")
    press(page)
    expect(page.locator(".errors")).to_be_focused()
    answer(page, link="https://video.example.org/j/12345")
    press(page)
    expect(page.locator("h1")).to_have_text("Not done yet: who is told what")
    assert _told(page) == {"Español": ["1", "0"]}
    page.locator(".confirm summary").first.click()
    look(page)
    press(page)
    expect(page.locator(".said").first).to_be_visible()
    assert "1 family is told." in words(page)
    own = window(360)
    own.goto(family.link)
    expect(own.locator("a[href='https://video.example.org/j/12345']")).to_be_visible()
