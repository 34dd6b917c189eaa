"""What families do on the pages: answer, press, read. And families that registered before a journey begins."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from registration.extensions import db
from registration.families.models import Registration
from tests.journeys.installation import Installation
from tests.pages import Browser

LINK = re.compile(r"https?://\S+/r/[^\s<>\"]+")
NOT_ME = re.compile(r"https?://\S+/not-me/[^\s<>\"]+")


def answer(page: Page, **answers: str) -> None:
    """Fill in fields by their names; `interpretation` and `attendance` are chosen."""
    for name, value in answers.items():
        field = page.locator(f'main [name="{name}"]')
        if name in ("interpretation", "attendance"):
            choice = page.locator(f'main input[name="{name}"][value="{value}"]')
            _open_around(choice)
            choice.check()
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            _open_around(field)
            field.fill(value)


def _open_around(control: Locator) -> None:
    closed = control.locator("xpath=ancestor::details[not(@open)]/summary")
    if closed.count():
        closed.click()


def press(page: Page) -> None:
    """Press the main button of the page."""
    follow(page, page.locator("main button.primary"))


def follow(page: Page, control: Locator) -> None:
    """Press a link or a button, and be on the page that comes."""
    with page.expect_navigation():
        control.click()


def register(page: Page, locale: str, slug: str, **answers: str) -> None:
    """From the form to the confirmation, without a look on the way."""
    page.goto(f"/{locale}/meetings/{slug}/register")
    answer(page, **answers)
    press(page)
    expect(page.locator(".mark.unfinished")).to_be_visible()
    press(page)
    expect(page).to_have_url(re.compile(rf"/{locale}/registration/"))


def code(page: Page) -> str:
    """The code on the ticket."""
    return page.locator(".ticket .code").inner_text().replace("\n", "").strip()


def words(page: Page) -> str:
    """All words of the page."""
    return str(page.locator("body").inner_text())


def link_in(mail: EmailMessage, which: re.Pattern[str] = LINK) -> str:
    """The address that the text of a mail gives."""
    body = mail.get_body(("plain",))
    assert body is not None
    found = which.search(body.get_content())
    assert found, body.get_content()
    return found[0]


@dataclass(frozen=True)
class Family:
    """A registration made before: its code, its link, its public id."""

    code: str
    link: str
    public_id: str

    def path(self, locale: str) -> str:
        """The link with its page in `locale`."""
        return f"/{locale}/" + urlsplit(self.link).path.split("/", 2)[2]


def family(service: Installation, slug: str, locale: str = "en", **answers: Any) -> Family:
    """A family that has registered, without a browser."""
    reader = Browser(service.app)
    given = {"name": "Grace Example", "phone": "303 555 0148", "interpretation": "none"} | answers
    check = reader.send(reader.get(f"/{locale}/meetings/{slug}/register").form("submission_id"), **given)
    page = reader.send(check.form("checked"))
    assert page.status == 200, page.text
    link = page.root.one("a", class_="secret").get("href")
    return Family(
        page.root.one("p", class_="code").text, link, _public_id(service, page.root.one("p", class_="code").text)
    )


def _public_id(service: Installation, written: str) -> str:
    with service.database():
        return db.session.scalars(select(Registration.public_id).where(Registration.code == written)).one()


def stored(service: Installation, **values: object) -> list[dict[str, Any]]:
    """The registrations with these values, as dictionaries."""
    with service.database():
        query = select(Registration)
        for name, value in values.items():
            query = query.where(getattr(Registration, name) == value)
        rows = db.session.scalars(query.order_by(Registration.id)).all()
        return [{column.name: getattr(row, column.name) for column in Registration.__table__.columns} for row in rows]
