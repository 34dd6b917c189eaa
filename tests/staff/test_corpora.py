"""Whatever is typed into whatever field stands everywhere as the text it is: on pages, in mails, files and exports."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask, Response
from icalendar import Calendar
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.models import Registration
from registration.mail.deliver import deliver_batch
from registration.mail.models import OutboxMessage
from tests.conftest import NOW
from tests.corpora import KINDS, corpus
from tests.families.steps import register, the_only
from tests.pages import Browser, Element, parse
from tests.signing_in import signed_in
from tests.staff.typing import Typist

TEXTS = [pytest.param(text, id=f"{kind}-{number}") for kind in KINDS for number, text in enumerate(corpus(kind))]
# What a template language would make of 1234*4321.
COMPUTED = "5332114"
BEGINS_A_FORMULA = tuple("=+-@\t\r＝")
NO_MARKUP = {"script", "svg", "img", "canary", "object", "embed", "form"}


@pytest.fixture
def typist(app: Flask) -> Typist:
    """Somebody with every role and a family's cookie, who knows a family and its message."""
    browser = signed_in(app, *Role)
    register(browser, interpretation="es", phone="303 555 0148", question="Why?", needs_other="A chair")
    return at_work(app, browser)


def at_work(app: Flask, browser: Browser) -> Typist:
    """The browser with the rows it may look at."""
    family = the_only()
    messages = select(OutboxMessage.id).where(OutboxMessage.subject_kind == "registration")
    gaps: dict[str, object] = {
        "meeting_id": family.meeting_id,
        "registration_id": family.id,
        "message_id": db.session.scalars(messages.limit(1)).one(),
        "locale": "en",
    }
    return Typist(app, browser, gaps)


def faults_of_page(root: Element) -> list[str]:
    """Markup that no template of ours writes: it was typed."""
    found = []
    for one in root.all():
        if one.name.startswith("canary") or any("canary" in name or name.startswith("on") for name in one.attributes):
            found.append(f"<{one.name} {one.attributes}>")
        if one.get("href").lstrip().lower().startswith(("javascript:", "data:", "//canary")):
            found.append(f"href {one.get('href')}")
        if one.get("src").startswith("canary") or (one.name == "script" and "canary" in one.text):
            found.append(f"<{one.name} {one.attributes}>")
    if COMPUTED in root.text:
        found.append("a template was computed")
    return found


def faults_of_csv(data: bytes) -> list[str]:
    """Cells that a table program would compute."""
    cells = [cell for line in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")) for cell in line]
    return [f"a formula: {cell!r}" for cell in cells if cell.startswith(BEGINS_A_FORMULA) and not number(cell)]


def number(cell: str) -> bool:
    """Whether a cell is only a number, as -5 is."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def faults_of_xlsx(data: bytes) -> list[str]:
    """The same in a workbook."""
    sheets = load_workbook(io.BytesIO(data)).worksheets
    cells = [cell for sheet in sheets for line in sheet.iter_rows() for cell in line]
    return [f"a formula: {cell.value!r}" for cell in cells if cell.data_type == "f" or cell.hyperlink]


def nothing_there() -> object:
    """A view that fails."""
    raise KeyError("planted")


def faults_of_calendar(data: bytes) -> list[str]:
    """Properties and parts that were typed."""
    found = []
    for part in Calendar.from_ical(data.decode()).walk():
        if part.name not in ("VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"):
            found.append(f"a part: {part.name}")
        found += [f"a property: {name}" for name in part if "CANARY" in name.upper() or name.upper() == "ATTENDEE"]
    return found


def faults_of_answer(answer: TestResponse) -> list[str]:
    """What was typed and is no text in an answer of any kind."""
    found = [f"a header: {name}" for name, _ in answer.headers if "canary" in name.lower()]
    kind = answer.mimetype
    if kind == "text/html":
        found += faults_of_page(parse(answer.text))
    elif kind == "text/csv":
        found += faults_of_csv(answer.data)
    elif "spreadsheetml" in str(kind):
        found += faults_of_xlsx(answer.data)
    elif kind == "text/calendar":
        found += faults_of_calendar(answer.data)
    elif kind == "application/json":
        json.loads(answer.data)
    return found


def faults_of_mail(raw: bytes) -> list[str]:
    """The same in a mail."""
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    found = [f"a header: {name}" for name in mail if name.lower() in ("bcc", "cc") or "canary" in name.lower()]
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            root = parse(part.get_content())
            found += faults_of_page(root)
            found += [f"<{one.name}>" for one in root.all() if one.name in NO_MARKUP]
        elif part.get_content_type() == "text/calendar":
            found += faults_of_calendar(bytes(part.get_payload(decode=True) or b""))
    return found


def mails(app: Flask) -> list[bytes]:
    """What was written to all."""
    while deliver_batch(NOW):
        pass
    return [path.read_bytes() for path in (Path(app.instance_path) / "mail").glob("*.eml")]


def typed(app: Flask, typist: Typist, texts: Sequence[str]) -> None:
    """Type, look at everything, read all mail; nothing of it may be anything but text."""
    typist.type_everywhere(texts)
    looked_at = 0
    for address, answer in typist.answers():
        looked_at += 1
        typist.faults += [f"{address}: {fault}" for fault in faults_of_answer(answer)]
    for raw in mails(app):
        typist.faults += [f"a mail: {fault}" for fault in faults_of_mail(raw)]
    assert not typist.faults, "\n".join(sorted(set(typist.faults)))
    # Whoever was signed out on the way has seen nothing of staff.
    assert typist.browser.raw("get", "/staff/mail/").status_code == 200
    assert typist.sent > 20
    assert looked_at > 40


# What a database may refuse, cut off or compare otherwise; the others are about what is written of it.
STORED = {"bytes", "long", "names", "numbers"}
STORED_OR_SHOWN = [kind if kind in STORED else pytest.param(kind, marks=pytest.mark.one_database) for kind in KINDS]


@pytest.mark.parametrize("kind", STORED_OR_SHOWN)
def test_what_is_typed_into_every_field_is_text_everywhere(app: Flask, typist: Typist, kind: str) -> None:
    typed(app, typist, corpus(kind))


@pytest.mark.faults
@pytest.mark.parametrize("text", TEXTS)
def test_each_text_in_every_field_at_once_is_text_everywhere(app: Flask, typist: Typist, text: str) -> None:
    typed(app, typist, [text])


PAGE = "<!doctype html><html lang=en dir=ltr><head><title>x</title></head><body><h1>%s</h1></body></html>"
PLANTED: dict[str, tuple[Callable[[], object], str]] = {
    "markup": (lambda: PAGE % said(), "canary"),
    "a formula": (lambda: Response(f"name\r\n{said()}\r\n", mimetype="text/csv"), "a formula"),
    "an error": (nothing_there, "KeyError"),
}


def said() -> str:
    """The name that was typed, as it is."""
    return db.session.scalars(select(Registration.name).order_by(Registration.id.desc())).first() or ""


@pytest.mark.own_app
@pytest.mark.parametrize("fault", PLANTED)
def test_a_page_that_is_careless_is_found(app: Flask, fault: str) -> None:
    view, words = PLANTED[fault]
    app.add_url_rule("/staff/planted", "staff.planted", view)  # type: ignore[arg-type] # it is wrong on purpose
    browser = Browser(app)
    register(browser, name="=1+1" if fault == "a formula" else '"><img src=canary onerror=canary(1)>')
    typist = at_work(app, browser)
    for address, answer in typist.answers():
        if address == "/staff/planted":
            typist.faults += faults_of_answer(answer)
    assert [one for one in typist.faults if words in one]
