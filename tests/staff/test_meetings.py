"""The list of meetings and one meeting: numbers equal the rows, filters and orders stand in the address."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from registration import clock, demo_families
from registration.extensions import db
from registration.families.change import withdraw
from registration.families.models import Attendance, Demand
from registration.meetings.models import InterpretationService, Meeting, ServiceState, TranslatedText
from registration.meetings.texts import fingerprint
from registration.staff.meetings import arranged, listing
from tests.conftest import NOW
from tests.families.steps import meeting as change_meeting
from tests.pages import Browser, Element, Page
from tests.signing_in import signed_in
from tests.staff.coming import comes, meeting_of, statements, where

LOCALES = ("en", "es", "vi")
LIST = "/staff/meetings/"
ENGLISH, SPANISH, VIETNAMESE = "Meeting in English", "Meeting in Spanish", "Meeting in Vietnamese"


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


def titles(page: Page) -> list[str]:
    """The meetings of a list, in its order."""
    tables = page.main.all("table")
    return [row.all("th")[0].all("a")[0].text for row in tables[0].one("tbody").all("tr")] if tables else []


def row_of(page: Page, title: str) -> Element:
    """The row of a meeting."""
    return next(row for row in page.main.one("tbody").all("tr") if row.all("a")[0].text == title)


def cells(row: Element) -> dict[str, str]:
    """The words of a row, by the head of their column."""
    return {cell.get("data-label"): cell.text for cell in row.all("td")}


def line_cells(page: Page, language: str) -> dict[str, str]:
    """The numbers of a language in the table of one meeting."""
    for row in page.main.all("tr"):
        if row.all("th", scope="row") and row.all("th")[0].text.startswith(language):
            return cells(row)
    raise AssertionError(f"no row says {language}")


def draft(slug: str = "spanish-meeting") -> None:
    """A meeting as staff still write it."""
    change_meeting(slug, published_at=None)


def test_a_meeting_is_shown_with_who_comes_and_what_is_open(staff: Browser) -> None:
    comes(adults=2, children=1, spoken=("es", "so"), listeners=2)
    comes(adults=1, spoken=("so",), attendance=Attendance.ONLINE)
    comes(adults=1, spoken=("am",))
    change_meeting(capacity=4)
    comes(adults=3, spoken=("so",))
    shown = cells(row_of(staff.get(LIST), ENGLISH))
    assert "4 of 4 in the room" in shown["Who comes"]
    assert "1 of 200 online" in shown["Who comes"]
    assert "Adults: 4, children: 1" in shown["Who comes"]
    assert "1 family waits" in shown["Who comes"]
    assert shown["Open requests"] == "4 of 5"
    # Spanish and Vietnamese are provided, whoever asks; Somali and Amharic are asked for.
    assert "2 of 4 settled" in shown["Languages"]
    assert "Somali: 3 families, 4 listeners Not decided" in shown["Languages"]
    assert "Spanish: 1 family, 2 listeners Confirmed" in shown["Languages"]
    assert "Vietnamese: 0 families, 0 listeners Confirmed" in shown["Languages"]
    assert "Not decided" in shown["State"]
    assert "Full" in shown["State"]


@pytest.mark.parametrize(
    ("state", "words"), [("looking", "Still looking"), ("confirmed", "Ready"), ("another_way", "Ready")]
)
def test_the_state_of_a_meeting_is_that_of_its_least_certain_language(staff: Browser, state: str, words: str) -> None:
    comes(spoken=("es",))
    db.session.execute(update(InterpretationService).values(state=state))
    db.session.commit()
    assert words in cells(row_of(staff.get(LIST), ENGLISH))["State"]


def test_each_meeting_stands_in_one_of_the_four_lists(staff: Browser) -> None:
    draft()
    change_meeting("vietnamese-meeting", status="cancelled")
    assert titles(staff.get(LIST)) == [ENGLISH]
    assert titles(staff.get(f"{LIST}?show=draft")) == [SPANISH]
    assert titles(staff.get(f"{LIST}?show=cancelled")) == [VIETNAMESE]
    assert titles(staff.get(f"{LIST}?show=past")) == [VIETNAMESE, SPANISH, ENGLISH]
    tabs = staff.get(LIST).main.one("nav", class_="tabs").text
    assert tabs == "Coming up (1) Past (3) Drafts (1) Cancelled (1)"
    every = [listing.numbers(clock.now())[kind] for kind in listing.Kind]
    assert sum(every) == len(db.session.scalars(select(Meeting)).all())


def test_a_postponed_meeting_is_still_ahead(staff: Browser) -> None:
    change_meeting(status="postponed")
    assert "Postponed" in cells(row_of(staff.get(LIST), ENGLISH))["State"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("vietnam", [VIETNAMESE]), ("tieng viet", [VIETNAMESE]), ("reunión español", [SPANISH]), ("nothing", []),
     ("MEETING", [ENGLISH, SPANISH, VIETNAMESE])],
)  # fmt: skip
def test_titles_are_searched_in_every_language_without_accents(staff: Browser, typed: str, found: list[str]) -> None:
    assert titles(staff.get(f"{LIST}?q={typed}")) == found


def test_only_what_is_open_can_be_shown(staff: Browser) -> None:
    assert titles(staff.get(f"{LIST}?open=1")) == []
    comes(spoken=("so",))
    comes(slug="vietnamese-meeting", spoken=("en",))
    assert titles(staff.get(f"{LIST}?open=1")) == [ENGLISH]
    english = InterpretationService.meeting_id == meeting_of("vietnamese-meeting").id
    db.session.execute(update(InterpretationService).where(english).values(state=ServiceState.LOOKING))
    db.session.commit()
    assert titles(staff.get(f"{LIST}?open=1")) == [ENGLISH, VIETNAMESE]


def test_a_series_can_be_shown_alone(staff: Browser) -> None:
    page = staff.get(f"{LIST}?series={meeting_of().series_id}&q=vietnam")
    assert titles(page) == [VIETNAMESE]
    assert titles(staff.get(f"{LIST}?series=999")) == []
    assert titles(staff.get(page.link("vietnam"))) == [ENGLISH, SPANISH, VIETNAMESE]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("date", [ENGLISH, SPANISH, VIETNAMESE]),
        ("name", [ENGLISH, SPANISH, VIETNAMESE]),
        ("attendance", [SPANISH, VIETNAMESE, ENGLISH]),
        ("open", [VIETNAMESE, ENGLISH, SPANISH]),
    ],
)
def test_every_order_stands_in_the_address_and_turns(staff: Browser, sort: str, order: list[str]) -> None:
    comes(spoken=("so",))
    comes(slug="spanish-meeting", adults=9, spoken=())
    for _ in range(2):
        comes(slug="vietnamese-meeting", adults=2, spoken=("so",))
    page = staff.get(f"{LIST}?sort={sort}")
    assert titles(page) == order
    (head,) = [one for one in page.main.all("th") if one.get("aria-sort")]
    descending = sort in ("attendance", "open")
    assert head.get("aria-sort") == ("descending" if descending else "ascending")
    turned = staff.get(f"{LIST}{head.all('a')[0].get('href').removeprefix(LIST)}")
    assert titles(turned) == order[::-1]
    (head,) = [one for one in turned.main.all("th") if one.get("aria-sort")]
    assert head.get("aria-sort") == ("ascending" if descending else "descending")


def test_nonsense_in_the_address_is_as_if_it_were_not_there(staff: Browser) -> None:
    for query in ("show=x", "sort=x", "order=x", "page=0", "page=-1", "page=x", "series=x", "open=x", "page=9"):
        assert staff.get(f"{LIST}?{query}").status == 200
    assert titles(staff.get(f"{LIST}?page=9")) == []


def test_many_meetings_are_shown_a_page_at_a_time(staff: Browser) -> None:
    first = meeting_of()
    for number in range(listing.PAGE):
        starts = first.starts_at + timedelta(days=30 + number)
        db.session.add(
            Meeting(
                slug=f"one-more-{number}", series_id=first.series_id, floor_language="en", starts_at=starts,
                ends_at=starts + timedelta(hours=1), time_zone=first.time_zone, published_at=NOW,
            )
        )  # fmt: skip
    db.session.commit()
    page = staff.get(LIST)
    assert len(titles(page)) == listing.PAGE
    assert titles(page)[-1] == f"one-more-{listing.PAGE - 4}"
    second = staff.get(page.link("Next page"))
    assert titles(second) == [f"one-more-{number}" for number in range(listing.PAGE - 3, listing.PAGE)]
    assert titles(staff.get(second.link("Page before"))) == titles(page)


def test_missing_stale_and_unreviewed_texts_are_named_by_language(staff: Browser) -> None:
    row = TranslatedText
    db.session.execute(update(row).values(status="reviewed"))
    assert "Texts: complete in 3 languages" in cells(row_of(committed(staff), ENGLISH))["State"]
    of_title = (row.owner == "meeting", row.owner_id == meeting_of().id, row.field == "title")
    db.session.execute(update(row).where(*of_title, row.locale == "es").values(text=""))
    db.session.execute(update(row).where(*of_title, row.locale == "vi").values(source_hash=fingerprint("older")))
    said = cells(row_of(committed(staff), ENGLISH))["State"]
    assert "Spanish: 1 missing" in said
    assert "Vietnamese: 1 out of date" in said
    page = staff.get(where())
    assert "Spanish: 1 missing" in page.text
    assert "Vietnamese: 1 out of date" in page.text


def committed(staff: Browser) -> Page:
    """The list after what was changed."""
    db.session.commit()
    return staff.get(LIST)


def test_what_is_open_is_the_same_in_sql_and_on_the_page(app: Flask, staff: Browser) -> None:
    demo_families.load_families(300, NOW)
    meetings = db.session.scalars(select(Meeting)).all()
    lines = arranged.of_meetings([one.id for one in meetings])
    summed = {row[0]: row[1] for row in db.session.execute(select(Meeting.id, arranged.open_families()))}
    for one in meetings:
        assert summed[one.id] == sum(line.asked for line in lines[one.id] if not line.standing.settled)
    assert any(summed.values())


def test_the_lines_of_a_meeting_equal_the_rows_of_demand(app: Flask) -> None:
    demo_families.load_families(300, NOW)
    meeting = meeting_of()
    rows = db.session.scalars(select(Demand).where(Demand.meeting_id == meeting.id)).all()
    lines = arranged.of_meetings([meeting.id])[meeting.id]
    asked = {(line.language, line.modality): (line.families, line.listeners) for line in lines if line.asked}
    there = [row for row in rows if row.families + row.waiting_families]
    assert asked == {(row.language, row.modality): (row.families, row.listeners) for row in there}


def test_one_meeting_says_what_was_asked_and_what_is_arranged(staff: Browser) -> None:
    comes(spoken=("es",), listeners=2, adults=2)
    comes(spoken=("es",), attendance=Attendance.ONLINE)
    comes(spoken=("ase",))
    comes(spoken=(), needs=("captions",))
    comes(spoken=(), other_language="Chuj de San Mateo")
    change_meeting(capacity=meeting_of().seats_taken)
    comes(spoken=("so",), listeners=3, adults=3)
    page = staff.get(where())
    numbers = ("Families", "Listeners in the room", "Listeners online", "Listeners waiting", "State")
    assert [line_cells(page, "Español")[name] for name in numbers] == ["2", "2", "1", "0", "Confirmed"]
    assert [line_cells(page, "Soomaali")[name] for name in numbers] == ["1", "0", "0", "3", "Not decided"]
    assert [line_cells(page, "Tiếng Việt")[name] for name in numbers] == ["0", "0", "0", "0", "Confirmed"]
    assert line_cells(page, "Captions in English")["Families"] == "1"
    assert line_cells(page, "In their own words")["Families"] == "1"
    headings = [one.text for one in page.main.all("h2")]
    assert headings[:3] == [
        "Spoken languages: asked and arranged", "Sign language and captions", "Languages in their own words",
    ]  # fmt: skip
    assert "Chuj" not in page.text
    assert "nobody yet" in page.main.one("div", class_="lead").text
    assert len(page.main.all("svg", class_="bar")) == 6 + 3


def test_late_requests_are_noted_while_they_stand(staff: Browser) -> None:
    with clock.at(NOW + timedelta(days=30)):
        comes(spoken=("so",))
        gone = comes(spoken=("so",))
        comes(spoken=("so",))
        withdraw(gone.id, gone.meeting_id, now=clock.now(), actor="family")
        db.session.commit()
    assert "2 requests came late." in staff.get(where()).text


def test_another_way_is_named(staff: Browser) -> None:
    db.session.execute(update(InterpretationService).values(state=ServiceState.ANOTHER_WAY, way="telephone"))
    db.session.commit()
    row = line_cells(staff.get(where()), "Español")
    assert (row["How"], row["State"]) == ("An interpreter by telephone", "Another way")


def test_registrations_a_day_are_drawn_and_told(staff: Browser) -> None:
    for day in (0, 0, 3):
        with clock.at(NOW + timedelta(days=day)):
            comes()
    page = staff.get(where())
    assert "3 registrations in all. Most: 2 on Mar 30." in page.text
    with clock.at(NOW + timedelta(days=25)):
        comes()
    assert "Later requests are marked late" in staff.get(where()).text


def test_the_tally_holds_counts_and_no_names(staff: Browser) -> None:
    comes("Rosa Méndez Xol", email="rosa@example.org", spoken=("es",))
    page = staff.get(where(rest="tally"))
    assert line_cells(page, "Español")["Families"] == "1"
    assert "Rosa" not in page.main.text
    assert "rosa@" not in page.main.text


def test_a_meeting_that_is_not_there_is_not_found(staff: Browser) -> None:
    for rest in ("", "tally", "families/"):
        assert staff.get(f"/staff/meetings/99999/{rest}").status == 404


def test_pages_cost_the_same_statements_whatever_the_number_of_registrations(app: Flask, staff: Browser) -> None:
    comes(spoken=("so",))
    addresses = (LIST, f"{LIST}?sort=open&open=1", f"{LIST}?q=meeting", where(), where(rest="tally"))
    # The first page of all reads what is published, too.
    staff.get(LIST)
    few = [len(statements(staff, address)) for address in addresses]
    demo_families.load_families(500, NOW)
    assert [len(statements(staff, address)) for address in addresses] == few


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pages_speak_the_language_of_who_reads_them(app: Flask, locale: str) -> None:
    browser = signed_in(app, "coordinator", locale=locale)
    demo_families.load_families(150, NOW)
    heading = {"en": "Meetings", "es": "Reuniones", "vi": "Các buổi họp"}
    page = browser.get(LIST)
    assert page.html.get("lang") == locale
    assert page.heading == heading[locale]
    for address in (f"{LIST}?show=past", where(), where(rest="tally")):
        assert browser.get(address).html.get("lang") == locale
