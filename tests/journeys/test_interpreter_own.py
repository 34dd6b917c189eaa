"""An interpreter keeps hours and contact on a telephone, has a calendar and a statement; staff see what changed."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
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
from tests.journeys.steps import follow
from tests.signing_in import person_with

pytestmark = pytest.mark.browser
Office = Callable[..., Page]


def _booked(service: Installation, slug: str, name: str, email: str) -> str:
    """Somebody with an account and a job; gives the month of it."""
    service.meeting(slug)
    with service.database():
        both = [Direction("en", "so", ("simultaneous",)), Direction("so", "en", ("simultaneous",))]
        details = Details(name, "America/Denver", email, directions=both, rate_cents=6000)
        number = interpreters.add(details, by=None, now=clock.now()).id
        person_with("interpreter", email=email).name = name
        meeting = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
        plan = teams.Plan(Mode.SIMULTANEOUS, Delivery.ON_SITE, 2)
        key = Key("so", Modality.SPOKEN)
        team = teams.decide(meeting.id, key, plan, profile.current(), version=0, by=None, now=clock.now())
        seats = select(Seat.id).where(Seat.service_id == team.service_id).order_by(Seat.number)
        seat = db.session.scalars(seats).first()
        assert seat is not None
        book.book(seat, number, by=None, now=clock.now())
        return f"{meeting.starts_at:%Y-%m}"


def test_hours_are_kept_on_a_telephone_and_staff_see_what_changed(office: Office, service: Installation) -> None:
    email = "keeps.hours@example.org"
    month = _booked(service, "keeps-hours", "Ayan Keeps", email)
    page = office("interpreter", email=email, width=360)
    page.goto("/interpreter/")
    follow(page, page.get_by_role("link", name="My hours", exact=True))
    page.get_by_label("Monday, From").first.fill("17:00")
    page.get_by_label("Monday, Until").first.fill("21:00")
    page.get_by_label("Day off 1, First day").fill("2027-07-01")
    page.get_by_label("Where you live").fill("Aurora")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".said")).to_have_text("Saved.")
    expect(page.get_by_label("Monday, From").first).to_have_value("17:00")
    look(page)
    page.goto("/interpreter/calendar/")
    look(page)
    answer = page.request.get(urlsplit(page.get_by_label("Copy this address:").input_value()).path)
    (event,) = Calendar.from_ical(answer.body()).walk("VEVENT")
    assert str(event["STATUS"]) == "CONFIRMED"
    page.goto(f"/interpreter/statement?month={month}")
    expect(page.locator("main")).to_contain_text("No time told yet")
    look(page)

    staff = office("administrator", "coordinator")
    staff.goto("/staff/interpreters/")
    row = staff.get_by_role("row").filter(has_text="Ayan Keeps")
    expect(row).to_contain_text("Changed something")
    follow(staff, row.get_by_role("link", name="Ayan Keeps"))
    expect(staff.locator("main")).to_contain_text("1 17:00-21:00")
    look(staff)
    staff.get_by_role("button", name="Seen").click()
    expect(staff.locator("main")).not_to_contain_text("What they changed themselves")


def test_a_wrong_row_is_named_and_found_from_the_summary(office: Office, service: Installation) -> None:
    email = "wrong.row@example.org"
    _booked(service, "wrong-row", "Ayan Wrong", email)
    page = office("interpreter", email=email, width=360)
    page.goto("/interpreter/details")
    page.get_by_label("Tuesday, From").first.fill("17:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errors")).to_be_focused()
    look(page)
    page.locator(".errors a").first.click()
    expect(page.get_by_label("Tuesday, From").first).to_be_focused()


@pytest.mark.parametrize("locale", ["vi", "en-XA", "ar-XB"])
def test_own_pages_fit_in_every_language(office: Office, service: Installation, locale: str) -> None:
    email = f"own.{locale.lower()}@example.org"
    month = _booked(service, f"own-pages-{locale.lower()}", f"Own {locale}", email)
    page = office("interpreter", locale=locale, email=email, width=360)
    for path in ("/interpreter/details", "/interpreter/calendar/", f"/interpreter/statement?month={month}"):
        page.goto(path)
        look(page)
