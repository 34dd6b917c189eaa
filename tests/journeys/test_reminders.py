"""A coordinator from a rule, and from an announcement, to the report: each stop looked at, on a desk and on a phone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from registration import clock
from registration.extensions import db
from registration.families.models import Registration
from registration.mail.models import OutboxMessage
from registration.reminders.queue import queue_due
from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import coming, meeting_id
from tests.journeys.steps import follow, press

pytestmark = pytest.mark.browser
Office = Callable[..., Page]
DESKS = pytest.mark.parametrize(("locale", "width"), [("en", 1280), ("es", 360)])
# The loop that delivers looks four times a minute for what comes due by itself; nobody here waits for that.
SENT_WITHIN = 120_000

WORDS = {
    "en": ("Bring your questions", "We meet on {date}."),
    "es": ("Traiga sus preguntas", "Nos vemos el {date}."),
}


def families(service: Installation, slug: str) -> dict[str, str]:
    """Families of a meeting that registered yesterday, by the language they read; one is called."""
    addresses = {tag: f"{tag}.{slug}@example.org" for tag in ("en", "es", "vi")}
    ids = [
        coming(service, slug, f"Family {tag}", email=email, locale=tag, contact_language=tag).id
        for tag, email in addresses.items()
    ]
    called = {"email": None, "phone": "+13035550177", "locale": "es", "contact_language": "es"}
    ids.append(coming(service, slug, "Family by telephone", **called).id)
    with service.database():
        mine = Registration.id.in_(ids)
        db.session.execute(update(Registration).where(mine).values(created_at=clock.now() - timedelta(days=1)))
    return addresses


def write(page: Page, *tags: str) -> None:
    """Type own words in these languages."""
    for tag in tags:
        subject, body = WORDS[tag]
        page.locator(f"#subject-{tag}").fill(subject)
        page.locator(f"#body-{tag}").fill(body)


def sent_to(service: Installation, address: str, subject: str) -> list[str]:
    """The subjects of mails of this kind that an address has got."""
    return [str(mail["Subject"]) for mail in service.mails(address) if subject in str(mail["Subject"])]


def until(page: Page, service: Installation, text: str) -> None:
    """Reload until a page says it, with what is due queued as `flask reminders queue` does it."""
    for _ in range(SENT_WITHIN // 500):
        if text in page.locator("main").inner_text():
            return
        with service.database():
            while queue_due(clock.now()):
                db.session.commit()
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{page.url} never says {text!r}: {page.locator('main').inner_text()}")


@DESKS
def test_from_a_rule_to_its_report(office: Office, service: Installation, locale: str, width: int) -> None:
    slug = service.meeting(f"reminded-{locale}")
    addresses = families(service, slug)
    page = office("coordinator", locale=locale, width=width)
    page.goto(f"/staff/meetings/{meeting_id(service, slug)}/")
    follow(page, page.get_by_role("navigation").get_by_role("link", name=service.say(locale, "Reminders")))
    look(page)
    follow(page, page.get_by_role("link", name=service.say(locale, "New reminder")))
    look(page)

    page.locator("[name=kind][value=own]").check()
    page.locator("#hours_before").fill("2")
    page.locator("#quiet_from").fill("00:00")
    page.locator("#quiet_to").fill("00:00")
    write(page, "en", "es")
    page.locator("#body-es").fill("Nos vemos el {fecha}.")
    press(page)
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator("#body-es-error")).to_contain_text("{fecha}")
    look(page)

    # Chosen from the list, it stands where the cursor is.
    page.locator("#body-es").fill("Nos vemos el ")
    page.locator("#insert-es").select_option("{date}")
    page.locator("fieldset", has=page.locator("#body-es")).get_by_role("button").click()
    expect(page.locator("#body-es")).to_have_value("Nos vemos el {date}")
    press(page)
    expect(page.locator(".said")).to_be_visible()
    expect(page.locator("h3").filter(has_text=WORDS[locale][0])).to_be_visible()
    page.locator(".rules summary").click()
    look(page)

    service.change_meeting(
        slug,
        starts_at=clock.now() + timedelta(hours=2, seconds=1),
        ends_at=clock.now() + timedelta(hours=3),
    )
    until(page, service, service.say(locale, "Handed over"))
    look(page, schemes=())
    follow(page, page.locator("table").last.get_by_role("link", name=WORDS[locale][0]))
    expect(page.locator("[data-progress]")).to_have_count(0, timeout=SENT_WITHIN)
    look(page)
    report = page.locator("table").last.locator("tbody tr")
    # By the language that the messages are in: who reads Vietnamese got English.
    expect(report).to_have_count(2)
    expect(report.filter(has_text="English").locator("td").first).to_contain_text("2")
    expect(report.filter(has_text="Español").locator("td").first).to_contain_text("1")
    assert len(sent_to(service, addresses["en"], WORDS["en"][0])) == 1
    assert len(sent_to(service, addresses["es"], WORDS["es"][0])) == 1
    # Whoever reads a language in which words are missing gets all of it in the district's.
    assert len(sent_to(service, addresses["vi"], WORDS["en"][0])) == 1


@DESKS
def test_from_an_announcement_to_its_report(office: Office, service: Installation, locale: str, width: int) -> None:
    slug = service.meeting(f"announced-{locale}")
    number, addresses = meeting_id(service, slug), families(service, slug)
    page = office("coordinator", locale=locale, width=width)
    page.goto("/staff/mail/")
    follow(page, page.locator(".tabs").get_by_role("link", name=service.say(locale, "Announcements")))
    look(page, schemes=())
    follow(page, page.get_by_role("link", name=service.say(locale, "New announcement")))
    page.locator(f"[name=meetings][value='{number}']").check()
    write(page, "en", "es")
    look(page)
    press(page)
    expect(page.locator("h1")).to_have_text(WORDS[locale][0])
    expect(page.locator(".missing")).to_contain_text([re.compile("viet", re.IGNORECASE)])
    expect(page.frame_locator("iframe").locator("h1")).to_contain_text(WORDS[locale][0])
    look(page)

    before = len(service.mails(f"coordinator.{locale}@staff.example.org"))
    follow(page, page.get_by_role("button", name=service.say("en", "Send me a test") if locale == "en" else "prueba"))
    expect(page.locator(".said")).to_be_visible()
    assert WORDS[locale][0] in service.mail(f"coordinator.{locale}@staff.example.org", before + 1)["Subject"]
    follow(page, page.get_by_role("link", name=service.say(locale, "See these families")))
    look(page, schemes=())
    follow(page, page.get_by_role("link", name=re.compile("Family es")).last)
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Family es")

    press(page)
    expect(page.locator(".errors")).to_be_focused()
    look(page)
    page.locator("#fallback").check()
    press(page)
    expect(page.locator(".said")).to_be_visible()
    until(page, service, service.say(locale, "Handed over"))
    # The page shows by itself when all is sent.
    expect(page.locator("[data-progress]")).to_have_count(0, timeout=SENT_WITHIN)
    expect(page.locator("table").last.locator("tbody tr")).to_have_count(2)
    look(page)
    for tag, said in (("en", "en"), ("es", "es"), ("vi", "en")):
        assert len(sent_to(service, addresses[tag], WORDS[said][0])) == 1
    with service.database():
        mine = (OutboxMessage.message == "announcement", OutboxMessage.topic == f"meeting:{number}")
        states = sorted(db.session.scalars(select(OutboxMessage.state).where(*mine)))
    assert states == ["call", "sent", "sent", "sent"]


def test_without_a_script_placeholders_are_typed_and_a_link_looks_again(office: Office, service: Installation) -> None:
    slug = service.meeting("announced-plainly")
    families(service, slug)
    page = office("coordinator", javascript=False)
    page.goto("/staff/announcements/new")
    expect(page.locator("[data-insert]").first).to_be_hidden()
    page.locator(f"[name=meetings][value='{meeting_id(service, slug)}']").check()
    page.locator("#per_minute").fill("1")
    write(page, "en")
    press(page)
    page.locator("#fallback").check()
    press(page)
    until(page, service, "Look again")
    follow(page, page.get_by_role("link", name="Look again"))
    expect(page.locator("progress")).to_be_visible()
    follow(page, page.get_by_role("button", name="Stop sending"))
    expect(page.locator("main")).to_contain_text("Stopped")
