"""From what families ask for to their "confirmed" mail: a team, an offer, a yes by the link of a mail."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families.interpretation import Key
from registration.families.models import Modality
from registration.interpretation import book, interpreters, profile, teams
from registration.interpretation.details import Details, Direction
from registration.interpretation.models import Delivery, Seat
from registration.meetings.models import Meeting, Mode
from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import coming, meeting_id
from tests.journeys.steps import follow, link_in

pytestmark = pytest.mark.browser
Office = Callable[..., Page]
JOB = re.compile(r"https?://\S+/jobs/\S+")


def _known(service: Installation, name: str, email: str, locale: str = "en", *, preferred: bool = False) -> int:
    """An interpreter of Somali in the register; gives the number."""
    both = [Direction("en", "so", ("simultaneous",)), Direction("so", "en", ("simultaneous",))]
    with service.database():
        details = Details(
            name, "America/Denver", email, locale=locale, directions=both, rate_cents=6000, preferred=preferred
        )
        return interpreters.add(details, by=None, now=clock.now()).id


def _booked(service: Installation, slug: str, one: int) -> None:
    """The one seat of a team is theirs."""
    with service.database():
        decided = teams.Plan(Mode.SIMULTANEOUS, Delivery.ON_SITE, 1, fewer_reason="A short meeting")
        number = db.session.scalars(select(Meeting.id).where(Meeting.slug == slug)).one()
        key, now = Key("so", Modality.SPOKEN), clock.now()
        team = teams.decide(number, key, decided, profile.current(), version=0, by=None, now=now)
        seat = db.session.scalars(select(Seat.id).where(Seat.service_id == team.service_id)).one()
        book.book(seat, one, by=None, now=now)


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


def test_who_is_ill_is_replaced_and_the_family_hears_it(office: Office, window: Office, service: Installation) -> None:
    slug, family = service.meeting("replaced-after-illness"), "faduma.replaced@example.org"
    coming(service, slug, "Faduma Replaced", email=family, spoken=("so",))
    one = _known(service, "Idil Illness", "illness@example.org")
    # Other journeys know people of the same language: those who are preferred are asked first.
    _known(service, "Zahra Standby", "standby@example.org", preferred=True)
    _booked(service, slug, one)
    assert "confirmado" in str(service.mail(family, 2)["Subject"])

    phone = window(360)
    phone.goto(link_in(service.mail("illness@example.org"), JOB))
    follow(phone, phone.get_by_role("link", name="I am ill and cannot come"))
    _press(phone, "I am ill, I cannot come")
    expect(phone.locator("h1")).to_have_text("You are not coming. Staff know it.")

    staff = office("coordinator")
    staff.goto("/staff/")
    danger = staff.locator("li").filter(has_text="Idil Illness is ill")
    expect(danger).to_contain_text("Somali")
    look(staff)
    follow(staff, danger.get_by_role("link", name="See what can help"))
    expect(staff.locator("main")).to_contain_text("None of them is told by itself")
    look(staff)
    answer = window(360)
    answer.goto(link_in(service.mail("standby@example.org"), JOB))
    _press(answer, "Accept")
    staff.goto("/staff/")
    follow(staff, staff.locator("li").filter(has_text="Zahra Standby has accepted").get_by_role("link", name="Confirm"))
    _press(staff, "Confirm: Zahra Standby")
    expect(staff.locator("h1")).to_have_text("Not done yet: who is told what")
    _press(staff, "Do it")
    assert "confirmado" in str(service.mail(family, 3)["Subject"])
    staff.goto("/staff/")
    expect(staff.locator("main")).not_to_contain_text("Idil Illness is ill")
