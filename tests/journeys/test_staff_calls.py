"""A coordinator on a telephone: what needs me, whom do I call, which language is it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from registration.extensions import db
from registration.families.models import Demand, PhoneCall
from registration.mail.models import OutboxMessage
from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import coming, meeting_id
from tests.journeys.steps import answer, follow, words

pytestmark = pytest.mark.browser
Office = Callable[..., Page]


def test_a_coordinator_calls_a_family_and_maps_its_language_by_touch_on_a_phone(
    office: Office, service: Installation
) -> None:
    slug = service.meeting("called-on-a-phone")
    number = meeting_id(service, slug)
    family = coming(
        service, slug, "Ixchel Caba Raymundo", email=None, phone="+13035550161",
        spoken=(), other_language="Ixil de Nebaj", contact_language="es",
    )  # fmt: skip
    page = office("coordinator", width=360, touch=True)
    page.goto("/staff/")
    look(page)
    page.locator("header nav a", has_text="Calls").tap()
    expect(page.locator("h1")).to_have_text("Calls to make")
    page.goto(f"/staff/calls/?meeting={number}")
    call = page.locator(".todo", has_text="Ixchel Caba Raymundo")
    expect(call.locator("a[href^='tel:']")).to_have_attribute("href", "tel:+13035550161")
    _tap(page, "Make this call: Ixchel Caba Raymundo")
    scripts = page.locator(".translation section")
    assert [one.get_attribute("lang") for one in scripts.all()] == ["es", "en"]
    look(page)
    answer(page, note="Her sister will come too.")
    with page.expect_navigation():
        page.get_by_role("button", name="Reached").tap()
    expect(page.locator(".said")).to_be_visible()
    expect(page.locator(".todo", has_text="Ixchel Caba Raymundo")).to_have_count(0)
    look(page)
    with service.database():
        made = db.session.query(PhoneCall).filter_by(registration_id=family.id).one()
        told = db.session.query(OutboxMessage).filter_by(subject_kind="registration", subject_id=family.id).one()
        assert (made.result, told.state, told.sent_locale) == ("reached", "sent", "es")

    page.goto("/staff/")
    own_words = page.locator(".todo", has_text="Ixil de Nebaj")
    expect(own_words).to_have_count(1)
    with page.expect_navigation():
        own_words.locator("a").tap()
    expect(page.locator("h1")).to_have_text("Which language is it?")
    look(page)
    page.locator("#language").select_option("mam")
    with page.expect_navigation():
        page.get_by_role("button", name="Use this language").tap()
    assert "Ixil de Nebaj" in words(page)
    look(page)
    with service.database():
        rows = db.session.query(Demand).filter_by(meeting_id=number).all()
        assert {row.language: row.families for row in rows if row.families} == {"mam": 1}

    page.goto(f"/staff/meetings/{number}/")
    expect(page.locator(".demand")).to_contain_text("1 family")
    assert "Mam" in page.locator(".demand").inner_text()


def _tap(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name).tap()


def test_calls_are_made_one_after_the_other_without_scripts(office: Office, service: Installation) -> None:
    slug = service.meeting("called-in-a-row")
    number = meeting_id(service, slug)
    for name in ("First Caller", "Second Caller"):
        coming(service, slug, name, email=None, phone="+13035550162", spoken=("so",), contact_language="so")
    page = office("coordinator", width=360, javascript=False)
    page.goto(f"/staff/calls/?meeting={number}")
    assert "Use an interpreter on the telephone" in words(page)
    follow(page, page.get_by_role("link", name="Make this call: First Caller"))
    follow(page, page.get_by_role("button", name="No answer"))
    expect(page.locator(".todo")).to_have_count(2)
    follow(page, page.get_by_role("link", name="Make this call: Second Caller"))
    follow(page, page.get_by_role("button", name="Wrong number"))
    expect(page.locator(".todo")).to_have_count(1)
    page.goto(f"/staff/mail/?meeting={number}&state=failed")
    expect(page.locator("table").last).to_contain_text("Second Caller")
