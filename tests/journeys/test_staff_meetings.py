"""Staff look at meetings and families: lists, pictures, one family, files, and registrations that are not real."""

import csv
import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.installation import Installation
from tests.journeys.looking import look
from tests.journeys.staff import Desk, coming, meeting_id
from tests.journeys.steps import answer, follow, press, stored, words

pytestmark = pytest.mark.browser
Office = Callable[..., Page]


def _column(page: Page, label: str) -> list[str]:
    return [one.inner_text() for one in page.locator(f"main td[data-label='{label}']").all()]


def test_the_list_of_meetings_is_filtered_and_sorted_by_links_and_says_so(office: Office, desk: Desk) -> None:
    assert desk.gaps
    page = office("coordinator")
    page.goto("/staff/meetings/")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Date")
    follow(page, page.get_by_role("columnheader", name="Who comes").get_by_role("link"))
    expect(page.locator("th[aria-sort]")).to_contain_text("Who comes")
    first = page.locator("th[aria-sort]").get_attribute("aria-sort")
    numbers = [int(re.findall(r"\d+", one)[0]) for one in _column(page, "Who comes")]
    follow(page, page.locator("th[aria-sort] a"))
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") != first
    assert len(numbers) > 2
    answer(page, open="1", q="english")
    follow(page, page.get_by_role("button", name="Show"))
    expect(page.locator(".active a.chip")).to_have_count(2)
    assert "sort=attendance" in page.url
    look(page)
    follow(page, page.locator(".active a.chip").first)
    expect(page.locator(".active a.chip")).to_have_count(1)


def test_pictures_of_a_meeting_say_the_numbers_of_its_tables(office: Office, desk: Desk) -> None:
    page = office("coordinator")
    page.goto(f"/staff/meetings/{desk.gaps['meeting_id']}/")
    for fold in page.locator("main details.fold:not([open]) > summary").all():
        fold.click()
    rows = page.locator("table", has=page.locator("caption", has_text="Asked and arranged")).locator("tbody tr").all()
    table = {row.locator("th").inner_text().split("\n")[0]: row.inner_text() for row in rows}
    bars = page.locator(".demand > li").all()
    assert len(bars) == len(table) >= 6
    for bar in bars:
        name = bar.locator(".who b").inner_text()
        shown = re.findall(r"\d+", bar.locator(".words").inner_text())[0]
        assert (bar.locator("svg.bar text").text_content() or "").strip() == shown
        assert re.search(rf"\b{shown}\b", table[name]), (name, table[name])
    days = page.locator("table", has=page.locator("caption", has_text="Registrations")).last
    drawn = page.locator("figure.days svg rect").count()
    assert days.locator("tbody tr").count() >= drawn >= 1
    look(page)


def test_a_family_is_found_without_accents_and_changed_and_its_own_page_shows_it(
    office: Office, window: Office, service: Installation
) -> None:
    slug = service.meeting("families-in-a-browser")
    number = meeting_id(service, slug)
    found = coming(service, slug, "Nguyễn Đặng Thị Hạnh", spoken=("vi",), contact_language="vi", locale="vi")
    coming(service, slug, "Rosa Méndez")
    page = office("coordinator", width=360)
    page.goto(f"/staff/meetings/{number}/families/")
    answer(page, q="dang han", language="vi")
    follow(page, page.get_by_role("button", name="Find"))
    expect(page.locator("main tbody th")).to_have_text(["Nguyễn Đặng Thị Hạnh"])
    expect(page.locator(".active a.chip")).to_have_count(2)
    look(page)
    follow(page, page.get_by_role("link", name="Nguyễn Đặng Thị Hạnh"))
    follow(page, page.get_by_role("link", name="Change answers"))
    answer(page, adults="3")
    press(page)
    expect(page.locator(".said")).to_be_visible()
    look(page)
    own = window(360)
    own.goto(found.path("vi"))
    assert stored(service, id=found.id)[0]["adults"] == 3
    expect(own.locator("main")).to_contain_text(re.compile(r"3 người lớn|Người lớn\s*3"))


def test_a_family_is_registered_by_telephone_and_all_families_are_taken_away_as_files(
    office: Office, service: Installation
) -> None:
    slug = service.meeting("telephone-in-a-browser")
    number = meeting_id(service, slug)
    page = office("coordinator")
    page.goto(f"/staff/meetings/{number}/register")
    press(page)
    expect(page.locator(".errors")).to_be_focused()
    look(page)
    answer(page, name="=Halima Ömer", phone="303 555 0181", interpretation="so", adults="2")
    press(page)
    expect(page.locator("h1")).to_have_text("=Halima Ömer")
    look(page)
    page.goto(f"/staff/meetings/{number}/families/")
    with page.expect_download() as started:
        page.get_by_role("button", name=re.compile("CSV")).click()
    text = started.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert any("Halima Ömer" in cell and not cell.startswith("=") for cell in rows[1])
    with page.expect_download() as started:
        page.get_by_role("button", name=re.compile("XLSX|Excel")).click()
    sheet = openpyxl.load_workbook(io.BytesIO(started.value.path().read_bytes())).active
    assert sheet.max_row == 2


def test_registrations_that_are_not_real_are_removed_together_and_brought_back(
    office: Office, service: Installation
) -> None:
    slug = service.meeting("fakes-in-a-browser", capacity=2, online=False, online_capacity=None)
    number = meeting_id(service, slug)
    for one in range(2):
        coming(
            service, slug, f"Buy Watches {one}", email=f"w{one}@cheap.example.net", contact_language="en", locale="en"
        )
    real = coming(service, slug, "Rosa Waits", email="rosa.waits@example.org", contact_language="en", locale="en")
    page = office("coordinator", width=360)
    page.goto(f"/staff/meetings/{number}/removals/")
    answer(page, domain="cheap.example.net")
    follow(page, page.get_by_role("button", name="Show"))
    look(page)
    follow(page, page.get_by_role("button", name="Choose all 2 that are shown"))
    assert "Rosa Waits" in words(page)
    look(page)
    press(page)
    assert stored(service, id=real.id)[0]["status"] == "registered"
    look(page)
    page.goto(f"/staff/meetings/{number}/families/")
    expect(page.locator("main")).to_contain_text("Rosa Waits")
    page.goto(f"/staff/meetings/{number}/removals/")
    follow(page, page.get_by_role("button", name="Undo"))
    expect(page.locator(".said")).to_be_visible()
    look(page)
    states = [row["status"] for row in stored(service, meeting_id=number)]
    assert sorted(states) == ["registered", "registered", "waiting"]
