"""From what families ask for to their "confirmed" mail: a team, an offer, a yes by the link of a mail."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from registration import clock
from registration.extensions import db
from registration.interpretation import interpreters
from registration.interpretation.details import Details, Direction
from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import coming, meeting_id
from tests.journeys.steps import follow, link_in

pytestmark = pytest.mark.browser
Office = Callable[..., Page]
JOB = re.compile(r"https?://\S+/jobs/\S+")


def _known(service: Installation, name: str, email: str, locale: str = "en") -> None:
    """An interpreter of Somali in the register."""
    both = [Direction("en", "so", ("simultaneous",)), Direction("so", "en", ("simultaneous",))]
    with service.database():
        details = Details(name, "America/Denver", email, locale=locale, directions=both, rate_cents=6000)
        interpreters.add(details, by=None, now=clock.now())
        db.session.commit()


def _press(page: Page, name: str) -> None:
    follow(page, page.get_by_role("button", name=name, exact=True))


def test_from_demand_to_the_familys_mail(office: Office, window: Office, service: Installation) -> None:
    slug = service.meeting("interpreted-by-offer")
    number = meeting_id(service, slug)
    email = "amina.offer@example.org"
    coming(service, slug, "Amina Hassan", email=email, spoken=("so",))
    _known(service, "Sahra Warsame", "sahra.offer@example.org", "vi")
    staff = office("coordinator")
    staff.goto(f"/staff/meetings/{number}/interpretation/")
    follow(staff, staff.get_by_role("link", name="Team: Somali"))
    staff.locator("#size").fill("1")
    _press(staff, "Save")
    expect(staff.locator(".errors")).to_be_focused()
    look(staff)
    staff.locator("#fewer_reason").fill("Nobody else is near")
    _press(staff, "Save")
    look(staff)
    follow(staff, staff.get_by_role("link", name="Find an interpreter"))
    staff.get_by_label("Sahra Warsame").check()
    look(staff)
    _press(staff, "Ask by mail")
    expect(staff.locator("table")).to_contain_text("Asked")

    mail = service.mail("sahra.offer@example.org")
    assert "Quý vị thông dịch được không" in str(mail["Subject"])
    answer = window(360)
    answer.goto(link_in(mail, JOB))
    look(answer)
    _press(answer, "Nhận lời")
    expect(answer.locator("h1")).to_have_text("Công việc này đã được xác nhận")
    look(answer)

    staff.reload()
    expect(staff.locator("table")).to_contain_text("Confirmed")
    look(staff)
    assert "Su intérprete está confirmado" in str(service.mail(email, 2)["Subject"])


def test_the_last_acceptance_wins_nothing_and_says_so(office: Office, window: Office, service: Installation) -> None:
    slug = service.meeting("interpreted-by-the-first")
    for name in ("first", "second"):
        _known(service, f"{name.title()} Nur", f"{name}.of.two@example.org")
    staff = office("coordinator")
    staff.goto(f"/staff/meetings/{meeting_id(service, slug)}/interpretation/so/spoken/team")
    _press(staff, "Save")
    follow(staff, staff.get_by_role("link", name="Find an interpreter: 1"))
    for name in ("First Nur", "Second Nur"):
        staff.get_by_label(name).check()
    staff.get_by_label("All at once").check()
    _press(staff, "Ask by mail")
    first, second = (window(360) for _ in range(2))
    for page, name in ((first, "first"), (second, "second")):
        page.goto(link_in(service.mail(f"{name}.of.two@example.org"), JOB))
    _press(first, "Accept")
    expect(first.locator("h1")).to_have_text("You have accepted. We still confirm it.")
    _press(second, "Accept")
    expect(second.locator("main")).to_contain_text("Somebody else accepted first")
    look(second)
    staff.reload()
    _press(staff, "Confirm: First Nur")
    expect(staff.locator("h1")).to_have_text("Not done yet: who is told what")
    look(staff)
    _press(staff, "Do it")
    expect(staff.locator("table")).to_contain_text("Confirmed")
