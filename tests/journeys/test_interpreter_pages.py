"""An interpreter with a telephone: signs in, accepts, reads the briefing, arrives, finishes; or is ill."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from registration import clock
from registration.accounts import sign_in
from registration.extensions import db
from registration.families.interpretation import Key
from registration.families.models import Modality
from registration.interpretation import interpreters, offers, profile, teams
from registration.interpretation.briefing.models import Briefing, Material, MaterialKind
from registration.interpretation.details import Details, Direction
from registration.interpretation.models import Assignment, Delivery, OfferWay, Seat
from registration.meetings.models import Meeting, Mode
from registration.meetings.published import touch
from tests.journeys.installation import Installation, ago
from tests.journeys.looking import look
from tests.journeys.staff import coming
from tests.journeys.steps import follow, link_in
from tests.signing_in import person_with

pytestmark = pytest.mark.browser
Office = Callable[..., Page]
JOB = re.compile(r"https?://\S+/jobs/\S+")
HOUR = 1 / 24


def _known(service: Installation, name: str, email: str) -> int:
    """Somebody in the register who has an account; gives the number."""
    with service.database():
        both = [Direction("en", "so", ("simultaneous",)), Direction("so", "en", ("simultaneous",))]
        details = Details(name, "America/Denver", email, directions=both, rate_cents=6000, phone="+13035550177")
        number = interpreters.add(details, by=None, now=clock.now()).id
        person_with("interpreter", email=email).name = name
        return number


def _offered(service: Installation, slug: str, one: int, **plan: object) -> int:
    """A seat of two offered; gives the assignment."""
    with service.database():
        meeting = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
        decided = teams.Plan(Mode.SIMULTANEOUS, Delivery.ON_SITE, 2)
        key = Key("so", Modality.SPOKEN)
        team = teams.decide(meeting.id, key, decided, profile.current(), version=0, by=None, now=clock.now())
        seats = select(Seat.id).where(Seat.service_id == team.service_id).order_by(Seat.number)
        seat = db.session.scalars(seats).first()
        assert seat is not None
        return offers.offer(seat, [one], OfferWay.ONE, by=None, now=clock.now())[0].assignment_id


def _briefed(service: Installation, slug: str) -> None:
    """What staff write for interpreters, one file that is expected, and one address."""
    with service.database():
        number = db.session.scalars(select(Meeting.id).where(Meeting.slug == slug)).one()
        written = Briefing(meeting_id=number, contact_name="Ana Ruiz", contact_phone="+13035550117")
        written.agenda, written.equipment = "Welcome\nQuestions", "25 headsets. The district brings them."
        written.glossary = f"lockdown = {'x' * 80}"
        known: dict[str, Any] = {"meeting_id": number, "kind": MaterialKind.SLIDES.value, "added_at": clock.now()}
        db.session.add_all(
            [
                written,
                Material(title="Slides of the evening", link=f"https://example.org/{'s' * 80}", **known),
                Material(title="The letter to families", language="so", **known),
            ]
        )


def state_of_last(service: Installation, interpreter_id: int) -> str:
    """How somebody stands with the newest job."""
    with service.database():
        query = select(Assignment.state).where(Assignment.interpreter_id == interpreter_id)
        return db.session.scalars(query.order_by(Assignment.id.desc())).first() or ""


def _begun(service: Installation, slug: str) -> list[str]:
    """The meeting began two hours ago, and should have ended an hour ago.

    Gives an hour before the start, and ten minutes after the planned end, by its clock.
    """
    start = ago(2 * HOUR).replace(second=0, microsecond=0)
    end = start + timedelta(hours=1)
    with service.database():
        meeting = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
        rows: list[Meeting | Assignment] = [
            meeting,
            *db.session.scalars(select(Assignment).where(Assignment.meeting_id == meeting.id)),
        ]
        for row in rows:
            row.starts_at, row.ends_at = start, end
            if isinstance(row, Assignment):
                row.arrived_at = start
        touch()
        zone = ZoneInfo(meeting.time_zone)
    return [f"{at.astimezone(zone):%H:%M}" for at in (start - timedelta(hours=1), end + timedelta(minutes=10))]


def _press(page: Page, name: str) -> None:
    follow(page, page.get_by_role("button", name=name, exact=True))


def test_from_signing_in_to_the_end_of_the_job(window: Office, service: Installation) -> None:
    slug, email = "briefed-on-a-phone", "deqa.phone@example.org"
    start = clock.now() + timedelta(hours=2)
    service.meeting(slug, starts_at=start, ends_at=start + timedelta(hours=1), closes_at=None)
    coming(service, slug, "Halima Canary Family", email="halima.phone@example.org", spoken=("so",), listeners=3)
    one = _known(service, "Deqa Phone", email)
    _offered(service, slug, one)
    _briefed(service, slug)
    with service.database():
        link = sign_in.link_for(person_with("interpreter", email=email), clock.now())

    page = window(360, touch=True)
    page.goto(link)
    _press(page, "Sign in")
    expect(page.locator("h1")).to_have_text("My jobs")
    look(page)
    follow(page, page.get_by_role("link", name="See the offer"))
    look(page)
    _press(page, "Accept")
    expect(page.locator(".said")).to_contain_text("The job is yours")
    main = page.locator("main")
    for words in ("You and 1 more interpreter", "Listeners: 3. Families: 1.", "Slides of the evening", "Ana Ruiz"):
        expect(main).to_contain_text(words)
    expect(main).not_to_contain_text("Canary")
    expect(page.get_by_role("link", name="(303) 555-0117")).to_have_attribute("href", "tel:+13035550117")
    look(page)

    _press(page, "I have arrived")
    expect(page.locator(".said")).to_contain_text("Staff see that you have arrived")
    look(page)
    too_early, done = _begun(service, slug)
    page.goto("/interpreter/")
    follow(page, page.get_by_role("link", name=re.compile("I have finished")))
    page.get_by_label("Note to staff").fill("The booth was dark")
    page.get_by_label("When did you finish?").fill(too_early)
    _press(page, "I have finished")
    expect(page.locator(".errors")).to_be_focused()
    look(page)
    expect(page.get_by_label("Note to staff")).to_have_value("The booth was dark")
    page.get_by_label("When did you finish?").fill(done)
    _press(page, "I have finished")
    expect(page.locator("main")).to_contain_text("That is 10 minutes longer than planned.")
    look(page)
    page.goto("/interpreter/")
    expect(page.locator("main")).to_contain_text("Staff check the time")
    look(page)


def test_ill_by_the_link_of_the_mail_and_on_the_page(window: Office, service: Installation) -> None:
    slug, email = "ill-on-a-phone", "idil.phone@example.org"
    service.meeting(slug)
    one = _known(service, "Idil Phone", email)
    other = _known(service, "Other Phone", "other.phone@example.org")
    number = _offered(service, slug, one)
    page = window(360, touch=True)
    page.goto(link_in(service.mail(email), JOB))
    _press(page, "Accept")
    expect(page.locator("h1")).to_have_text("This job is confirmed")
    look(page)
    follow(page, page.get_by_role("link", name="I am ill and cannot come"))
    look(page)
    _press(page, "I am ill, I cannot come")
    expect(page.locator("h1")).to_have_text("You are not coming. Staff know it.")
    look(page)
    assert state_of_last(service, other) == "offered"
    assert "interpret" in str(service.mail("other.phone@example.org")["Subject"])
    with service.database():
        link = sign_in.link_for(person_with("interpreter", email=email), clock.now())
    page.goto(link)
    _press(page, "Sign in")
    page.goto(f"/interpreter/jobs/{number}/")
    expect(page.locator("main")).to_contain_text("Given back: you are ill")
    look(page)


@pytest.mark.parametrize("locale", ["vi", "en-XA", "ar-XB"])
def test_the_pages_fit_in_every_language(office: Office, service: Installation, locale: str) -> None:
    slug, email = f"read-on-a-phone-{locale.lower()}", f"reads.{locale.lower()}@example.org"
    service.meeting(slug)
    one = _known(service, f"Reader {locale}", email)
    number = _offered(service, slug, one)
    _briefed(service, slug)
    page = office("interpreter", locale=locale, email=email, width=360)
    for path in ("/interpreter/", f"/interpreter/jobs/{number}/"):
        page.goto(path)
        look(page)
    page.locator("main form button").first.click()
    for path in (f"/interpreter/jobs/{number}/", f"/interpreter/jobs/{number}/ill", "/interpreter/"):
        page.goto(path)
        look(page)
