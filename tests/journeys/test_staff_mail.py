"""The outbox on screen: what failed and why, the mail as it looks, and sending it again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import REFUSED, coming, meeting_id, message
from tests.journeys.steps import follow, words

pytestmark = pytest.mark.browser
Office = Callable[..., Page]


def test_a_mail_that_failed_says_why_is_seen_in_vietnamese_and_goes_out_again(
    office: Office, service: Installation
) -> None:
    slug = service.meeting("failed-in-a-browser")
    address = "hanh@failed.example.org"
    family = coming(service, slug, "Nguyễn Thị Hạnh", email=address, contact_language="vi", locale="vi")
    number = message(service, family, state="failed", last_error=REFUSED, attempts=3)
    page = office("coordinator", width=360)
    page.goto("/staff/mail/")
    follow(page, page.locator("main .chips a", has_text="Failed"))
    page.goto(f"/staff/mail/?state=failed&meeting={meeting_id(service, slug)}")
    expect(page.locator("table").last).to_contain_text("User unknown")
    look(page)
    follow(page, page.locator(f"a[href='/staff/mail/{number}/']"))
    assert "550 5.1.1" in words(page)
    frame = page.locator("iframe.frame")
    assert frame.get_attribute("sandbox") == ""
    mail = page.frame_locator("iframe.frame")
    expect(mail.locator("html")).to_have_attribute("lang", "vi")
    expect(mail.locator("body")).to_contain_text("Nguyễn Thị Hạnh")
    look(page)
    follow(page, page.get_by_role("button", name="Send again"))
    expect(page.locator(".said")).to_be_visible()
    look(page)
    assert family.code[:3] in service.mail(address, 2)["Subject"]
