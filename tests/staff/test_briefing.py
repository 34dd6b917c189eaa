"""The briefing of a meeting's interpreters: what staff write and collect, and what interpreters read of it."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.interpretation.briefing import files, shown
from registration.interpretation.briefing.models import Briefing, Material, MaterialContent, MaterialKind
from registration.interpretation.briefing.write import Wanted, Words, WrittenMeanwhile, add, keep
from registration.staff.briefing import views
from tests.conftest import NOW
from tests.families.steps import meeting
from tests.interpretation.cast import team
from tests.pages import Browser, Element, Page
from tests.signing_in import signed_in

PDF = b"%PDF-1.7\n" + b"x" * 200
WORDS = {
    "contact_name": "Ana Ruiz",
    "contact_phone": "303 555 0148",
    "equipment": "Headsets: we bring them.\nA booth stands there.",
    "arrival": "The door on Elm Street",
    "agenda": "Welcome, then safety",
    "glossary": "SRO = school resource officer",
}


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


def address() -> str:
    """Where it is written."""
    return f"/staff/meetings/{meeting().id}/briefing"


def written(staff: Browser, **given: str) -> Page:
    """The page after saving what WORDS say."""
    return staff.send(staff.get(address()).form("contact_name"), **(WORDS | given))


def kept() -> Briefing:
    """What is kept."""
    db.session.rollback()
    return db.session.get_one(Briefing, meeting().id)


def read_by_interpreters(page: Page) -> Element:
    """The part of the page that shows what they read."""
    return page.root.one(class_="panel")


def materials() -> list[Material]:
    """What there is to prepare with."""
    db.session.rollback()
    return list(db.session.scalars(select(Material).order_by(Material.id)))


def sent(staff: Browser, file: tuple[bytes, str] | None = None, where: str = "", **given: Any) -> Page:
    """The page after adding something, by default slides; `file`: its bytes and name."""
    form = staff.get(address()).form("kind" if not where else "link")
    values: dict[str, Any] = {"csrf_token": form.values["csrf_token"]}
    values |= {} if where else {"kind": "slides", "title": "Slides of the evening", "language": "", "link": ""}
    values |= given
    if file is not None:
        values["file"] = (io.BytesIO(file[0]), file[1])
    answer = staff.raw("post", where or f"{address()}/materials", data=values, content_type="multipart/form-data")
    return staff._page(answer, address())


def facts_of(action: str) -> list[dict[str, Any]]:
    """What the record says."""
    db.session.rollback()
    return [dict(row.facts) for row in db.session.scalars(select(AuditEntry).where(AuditEntry.action == action))]


# What is written


def test_what_staff_write_is_what_interpreters_read(staff: Browser) -> None:
    page = written(staff)
    assert "Saved." in page.text
    panel = read_by_interpreters(page)
    for words in ("Ana Ruiz", "(303) 555-0148", "A booth stands there.", "The door on Elm Street", "SRO = school"):
        assert words in panel.text
    assert panel.one("a").get("href") == "tel:+13035550148"
    assert kept().contact_phone == "+13035550148"


def test_files_are_due_a_week_before_unless_staff_say_another_day(staff: Browser) -> None:
    assert staff.get(address()).form("files_by").values["files_by"] == "2027-04-26"
    written(staff)
    assert kept().files_by is None
    written(staff, files_by="2027-04-20")
    assert "Tuesday, April 20, 2027" in read_by_interpreters(staff.get(address())).text
    by = kept().files_by
    assert by is not None
    assert shown.files_by(meeting(), kept()) == by


def test_the_day_that_holds_by_itself_moves_with_the_meeting(staff: Browser) -> None:
    written(staff)
    there = meeting()
    meeting(starts_at=there.starts_at + timedelta(days=2), ends_at=there.ends_at + timedelta(days=2))
    assert staff.get(address()).form("files_by").values["files_by"] == "2027-04-28"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"contact_phone": "12"}, "Write the phone number with its area code"),
        ({"files_by": "soon"}, "Write the day like this"),
        ({"agenda": "x" * 6001}, "shorten this to 6000"),
    ],
)
def test_what_cannot_be_kept_is_said_and_everything_typed_stays(
    staff: Browser, given: dict[str, str], words: str
) -> None:
    page = written(staff, **given)
    assert page.status == 422
    assert words in page.root.one(class_="errors").text
    assert page.form("contact_name").values["glossary"] == WORDS["glossary"]


def test_two_who_write_at_once_the_second_sees_the_first_and_keeps_what_was_typed(staff: Browser) -> None:
    form = staff.get(address()).form("contact_name")
    keep(meeting().id, Words(contact_name="Luis Ortega"), version=0, by=None, now=NOW)
    db.session.commit()
    page = staff.send(form, **WORDS)
    assert page.status == 409
    assert "Somebody else wrote here just now" in page.text
    assert "Luis Ortega" in page.root.all(class_="answers")[0].text
    assert page.form("contact_name").values["contact_name"] == "Ana Ruiz"
    assert kept().contact_name == "Luis Ortega"
    assert "Saved." in staff.send(page.form("contact_name")).text
    assert kept().contact_name == "Ana Ruiz"


def test_the_same_twice_is_no_conflict_and_no_change(app: Flask) -> None:
    words, there = Words(contact_name="Ana Ruiz"), meeting().id
    assert keep(there, words, version=0, by=None, now=NOW) == ["contact_name"]
    assert keep(there, words, version=0, by=None, now=NOW) == []
    with pytest.raises(WrittenMeanwhile):
        keep(there, Words(contact_name="Kim"), version=0, by=None, now=NOW)


def test_the_record_names_fields_and_nobody(staff: Browser) -> None:
    written(staff)
    (facts,) = facts_of("briefing_written")
    assert facts == {
        "fields": ["agenda", "arrival", "contact_name", "contact_phone", "equipment", "glossary"],
    }


# What there is to prepare with


def test_a_file_is_kept_and_can_be_had_again(staff: Browser) -> None:
    page = sent(staff, (PDF, "../evil/Trình bày tháng 5.PDF"))
    assert "Added." in page.text
    (found,) = materials()
    assert (found.file_name, found.media_type, found.size) == ("Trình bày tháng 5.pdf", "application/pdf", len(PDF))
    answer = staff.raw("get", page.link("Slides of the evening"))
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_record_holds_no_name_of_a_file(staff: Browser) -> None:
    sent(staff, (PDF, "minutes-of-rosa-mendez.pdf"))
    assert facts_of("material_added") == [{"kind": "slides", "language": None, "as": "file", "bytes": len(PDF)}]
    page = staff.get(address())
    staff.send(page.forms()[[form.action.endswith("/remove") for form in page.forms()].index(True)])
    assert facts_of("material_removed")[0]["as"] == "file"
    assert db.session.scalar(select(func.count()).select_from(MaterialContent)) == 0
    assert materials() == []


def test_what_is_only_expected_is_marked_and_comes_later(staff: Browser) -> None:
    page = sent(staff)
    assert "Not here yet" in read_by_interpreters(page).text
    (found,) = materials()
    assert found.missing
    where = f"/staff/materials/{found.id}/supply"
    assert "Give a link or choose a file" in sent(staff, where=where).root.one(class_="errors").text
    page = sent(staff, where=where, link="https://slides.example.org/5")
    assert page.link("Slides of the evening") == "https://slides.example.org/5"
    assert not materials()[0].missing
    assert "It stands otherwise by now" in sent(staff, (PDF, "a.pdf"), where=where).text
    assert materials()[0].size is None


def test_what_is_for_one_language_is_read_by_its_team_only(staff: Browser) -> None:
    team()
    sent(staff, title="For all")
    sent(staff, title="For Somali", language="so")
    there = meeting().id
    assert [one.title for one in shown.materials(there, "so")] == ["For all", "For Somali"]
    assert [one.title for one in shown.materials(there, "es")] == ["For all"]
    assert [one.title for one in shown.materials(there)] == ["For all", "For Somali"]


@pytest.mark.parametrize(
    ("given", "file", "words"),
    [
        ({"kind": ""}, None, "Choose what it is"),
        ({"title": " "}, None, "Write a title"),
        ({"language": "am"}, None, "Choose a language, or all"),
        ({"link": "http://example.org"}, None, "Write the whole link"),
        ({"link": "https://example.org"}, (PDF, "a.pdf"), "Give a link or a file, not both"),
        ({}, (b"", "a.pdf"), "This file is empty"),
        ({}, (b"MZ\x90", "a.exe"), "We cannot take this file"),
        ({}, (b"<html>", "a.pdf"), "We cannot take this file"),
        ({}, (b"\xff\xfe\x00", "a.txt"), "We cannot take this file"),
        ({}, (PDF, "pdf"), "We cannot take this file"),
    ],
)
def test_what_cannot_be_added_is_said_and_the_rest_stays(
    staff: Browser, given: dict[str, str], file: tuple[bytes, str] | None, words: str
) -> None:
    team()
    page = sent(staff, file, **({"title": "My title"} | given))
    assert page.status == 422
    assert words in page.root.one(class_="errors").text
    if "title" not in given:
        assert page.form("kind").values["title"] == "My title"
    assert materials() == []


def test_a_file_that_is_too_large_is_refused_and_the_rest_stays(
    staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "At most 10 MB" in staff.get(address()).text
    monkeypatch.setattr(files, "MOST_BYTES", 2048)
    page = sent(staff, (PDF + b"x" * 2048, "a.pdf"), title="My title")
    assert page.status == 422
    assert "This file is larger than 2 KB" in page.root.one(class_="errors").text
    assert page.form("kind").values["title"] == "My title"


def test_a_body_that_nobody_reads_is_refused_in_plain_words(staff: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_BODY", 1000)
    page = sent(staff, (PDF + b"x" * 2000, "a.pdf"))
    assert page.status == 413
    assert "choose a smaller file" in page.text
    assert materials() == []


def test_from_who_is_not_signed_in_no_more_is_read_than_anywhere(app: Flask, staff: Browser) -> None:
    data = {"file": (io.BytesIO(PDF + b"x" * 300_000), "a.pdf")}
    assert Browser(app).raw("post", f"{address()}/materials", data=data).status_code == 413
    page = sent(staff, (PDF + b"x" * 300_000, "a.pdf"))
    assert "Added." in page.text


def test_only_this_page_reads_so_much(staff: Browser) -> None:
    large = {"contact_name": "x" * 300_000}
    assert staff.raw("post", address(), data=large).status_code == 413


@pytest.mark.parametrize(
    ("data", "name", "taken"),
    [
        (PDF, "a.pdf", "a.pdf"),
        (b"PK\x03\x04...", "Folien.PPTX", "Folien.pptx"),
        ("từ vựng".encode(), "từ vựng.txt", "từ vựng.txt"),
        (b"\x89PNG\r\n\x1a\n..", 'C:\\a\\b<c>:"d".png', "b-c-d.png"),
        (b"\xff\xd8\xff\xe0", "..jpg", "file.jpg"),
        (PDF, "x" * 200 + ".pdf", "x" * 116 + ".pdf"),
        (PDF, "a\u202efdp\n.pdf", "afdp.pdf"),
    ],
)
def test_files_are_known_by_what_they_hold_and_their_names_are_cleaned(data: bytes, name: str, taken: str) -> None:
    assert files.read(name, data).name == taken


def test_an_old_form_keeps_what_was_typed(staff: Browser) -> None:
    form = staff.get(address()).form("contact_name").fill(**WORDS)
    form.values["csrf_token"] = "old"
    page = staff.post(form.action, form.values)
    assert page.status == 422
    assert page.form("contact_name").values["agenda"] == WORDS["agenda"]
    assert facts_of("briefing_written") == []


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_the_page_stands_in_every_language(app: Flask, locale: str) -> None:
    add(meeting().id, Wanted(kind=MaterialKind.SLIDES, title="Folien"), by=None, now=NOW)
    db.session.commit()
    page = signed_in(app, "coordinator", locale=locale).get(address())
    assert page.html.get("lang") == locale
    assert date(2027, 4, 26).isoformat() == page.form("files_by").values["files_by"]
