"""Whatever is typed stands on pages and in mails as the text it is: no markup, no header, no link of strangers."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from registration.mail.deliver import deliver_batch
from tests.conftest import NOW
from tests.families.steps import address, check, register, the_only
from tests.pages import Browser, Page, parse

CORPUS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea></title><svg onload=alert(1)>",
    "{{ 7*7 }} {% raw %} %(name)s %s {0}",
    '=HYPERLINK("http://evil.example")',
    "+1+1|cmd|'/c calc'!A0",
    "javascript:alert(1)",
    "&lt;b&gt; &amp; &#60;",
    "Robert'); DROP TABLE registration;--",
    "\\u003cscript\\u003e <!-- -->",
]
OTHER_FIELDS = (
    "email",
    "phone",
    "listeners",
    "adults",
    "children",
    "attendance",
    "contact_language",
    "submission_id",
    "needs",
    "interpretation",
    "childcare_children",
)
FIELDS = ("name", "other_language", "needs_other", "question")


def everywhere(typed: str) -> dict[str, Any]:
    """Answers with this text in every field that takes text."""
    return dict.fromkeys(FIELDS, typed) | {"interpretation": ["es", "other"], "needs": ["captions"]}


def assert_plain(page: Page, typed: str) -> None:
    """Nothing of it became an element or an attribute; the reader of pages refuses scripts and handlers by itself."""
    assert not page.root.all("img", src="x")
    assert not [element for element in page.root.all() if any(name.startswith("on") for name in element.attributes)]
    assert not [a for a in page.root.all("a") if a.get("href").startswith("javascript:")]
    assert "49" not in page.main.one("h1").text
    assert page.response.text.count(typed) == 0 or "<" not in typed


def shown(page: Page) -> str:
    """All text, and what stands in the controls."""
    return page.root.text + " ".join(element.get("value") for element in page.root.all("input"))


@pytest.mark.parametrize("typed", CORPUS)
def test_what_was_typed_is_shown_as_text_on_every_page(browser: Browser, typed: str) -> None:
    given = everywhere(typed)
    refused = check(browser, **given, adults="x")
    assert refused.status == 422
    checked = check(browser, **given)
    confirmed = register(browser, **given)
    pages = [
        refused,
        checked,
        confirmed,
        *(browser.get(f"/en/registration/{p}") for p in ("change", "withdraw", "delete")),
    ]
    late = browser.get("/en/registration/change").form("registration")
    browser.send(browser.get("/en/registration/change").form("registration"), adults=2)
    pages.append(browser.send(late, **dict.fromkeys(FIELDS, typed)))
    assert pages[-1].status == 409
    for page in pages:
        assert_plain(page, typed)
    for page in pages[:4]:
        assert typed in shown(page)
    found = the_only()
    assert (found.name, found.needs_other, found.question) == (typed, typed, typed)


@pytest.mark.parametrize("field", OTHER_FIELDS)
@pytest.mark.parametrize("typed", CORPUS[:3])
def test_what_does_not_belong_in_a_field_comes_back_as_text(browser: Browser, field: str, typed: str) -> None:
    form = browser.get(address()).form("submission_id")
    form.values.update({"name": "Ada", "email": "ada@example.org", "interpretation": "none"})
    form.values[field] = typed
    assert_plain(browser.send(form), typed)


def mails(app: Flask) -> list[EmailMessage]:
    """What was delivered."""
    deliver_batch(NOW)
    folder = Path(app.instance_path) / "mail"
    return [message_from_bytes(path.read_bytes(), policy=default) for path in folder.iterdir()]


@pytest.mark.parametrize("typed", CORPUS)
def test_what_was_typed_is_text_in_mails_and_never_in_a_subject(app: Flask, browser: Browser, typed: str) -> None:
    given = everywhere(typed)
    register(browser, **given)
    (mail,) = mails(app)
    assert typed not in mail["Subject"]
    body = mail.get_body(("html",))
    assert body is not None
    html = body.get_content()
    elements = parse(html).all()
    assert not [one.name for one in elements if one.name in ("script", "svg")]
    assert not [one for one in elements if any(name.startswith("on") for name in one.attributes)]
    assert not [one for one in elements if one.get("href").startswith("javascript:") or one.get("src") == "x"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert "49" not in text.split("\n")[0]
    assert "evil.example" not in text + html


@pytest.mark.parametrize(
    "typed", ["see www.evil.example", "http://evil.example/x", "evil.example", "mail me@evil.example"]
)
def test_a_name_that_could_be_a_link_is_not_repeated_to_an_address(app: Flask, browser: Browser, typed: str) -> None:
    register(browser, name=typed, interpretation="other", other_language=typed)
    (mail,) = mails(app)
    assert "evil" not in mail.as_string()
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            assert "evil" not in part.get_content()


def test_a_line_break_in_a_name_or_address_makes_no_header(app: Flask, browser: Browser) -> None:
    register(browser, name="Ada\r\nBcc: eve@evil.example")
    (mail,) = mails(app)
    assert mail["Bcc"] is None
    assert mail["To"] == "ada@example.org"
