"""Families found: by name, code, phone and email, by filters, a page at a time."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import text

from registration import clock, demo_families
from registration.database import is_sqlite
from registration.extensions import db
from registration.families.change import erase, withdraw
from registration.families.models import Attendance, Registration, Status
from registration.staff.families_list import find as finding
from registration.staff.families_list import near, ways
from registration.staff.families_list.asked import Asked, Mark
from tests.conftest import NOW
from tests.families.steps import meeting as change_meeting
from tests.pages import Browser
from tests.signing_in import signed_in
from tests.staff.coming import comes, find, meeting_of, names, statements, where

LOCALES = ("en", "es", "vi")


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


@pytest.fixture
def families(app: Flask) -> dict[str, Registration]:
    """Three families of one meeting and one of another."""
    return {
        "dao": comes("Nguyễn Thị Đào", email="dao.nguyen@example.org", phone="+13035550148", spoken=("vi",)),
        "rosa": comes(email="rosa@example.org"),
        "omar": comes("عمر حسن", email=None, phone="+17205550177", spoken=("ar",), contact_language="ar"),
        "elsewhere": comes("Rosa Elena Paz", slug="spanish-meeting", spoken=(), phone="+13035550199"),
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Nguyễn", ["Nguyễn Thị Đào"]),
        ("nguyen", ["Nguyễn Thị Đào"]),
        ("NGUYEN thi", ["Nguyễn Thị Đào"]),
        ("đao ngu", ["Nguyễn Thị Đào"]),
        ("dao ngu", ["Nguyễn Thị Đào"]),
        ("ngu xol", []),
        ("mendez", ["Rosa Méndez Xol"]),
        ("xo", ["Rosa Méndez Xol"]),
        ("endez", []),
        ("حسن", ["عمر حسن"]),
        ("(303) 555-0148", ["Nguyễn Thị Đào"]),
        ("303 555 01", ["Nguyễn Thị Đào"]),
        ("303.555.0148", ["Nguyễn Thị Đào"]),
        ("+1 303 555 0148", ["Nguyễn Thị Đào"]),
        ("1 303 555", ["Nguyễn Thị Đào"]),
        ("5550148", []),
        ("dao.nguyen@example.org", ["Nguyễn Thị Đào"]),
        ("DAO.Nguyen@", ["Nguyễn Thị Đào"]),
        ("dao.nguy", ["Nguyễn Thị Đào"]),
        ("rosa@", ["Rosa Méndez Xol"]),
        ("%", []),
        ("' OR 1=1", []),
    ],
)
def test_a_family_is_found_as_people_type(
    staff: Browser, families: dict[str, Registration], typed: str, found: list[str]
) -> None:
    assert find(staff, f"q={quote(typed)}") == found


def test_a_code_is_read_with_spaces_and_small_letters(staff: Browser, families: dict[str, Registration]) -> None:
    code = families["rosa"].code
    for typed in (code, code.lower(), f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}"):
        assert find(staff, f"q={quote(typed)}") == ["Rosa Méndez Xol"]
    other = families["elsewhere"].code
    assert find(staff, f"q={other}") == []


def test_the_search_of_all_meetings_finds_in_each_and_names_it(
    staff: Browser, families: dict[str, Registration]
) -> None:
    page = staff.get("/staff/families/?q=rosa")
    assert sorted(names(page)) == ["Rosa Elena Paz", "Rosa Méndez Xol"]
    assert "Meeting in Spanish" in page.main.one("tbody").text
    assert names(staff.get(f"/staff/families/?q={families['elsewhere'].code}")) == ["Rosa Elena Paz"]
    assert names(staff.get("/staff/families/?q=%2B1+303")) == ["Nguyễn Thị Đào", "Rosa Elena Paz"]
    assert names(staff.get("/staff/families/")) == []


def test_meetings_of_long_ago_are_not_searched(staff: Browser, families: dict[str, Registration]) -> None:
    with clock.at(NOW + timedelta(days=150)):
        assert near.meetings(clock.now()) == []
    change_meeting("spanish-meeting", starts_at=NOW - timedelta(days=62), ends_at=NOW - timedelta(days=61))
    assert names(staff.get("/staff/families/?q=rosa")) == ["Rosa Méndez Xol"]


def narrowed(staff: Browser) -> None:
    """Families each of which has one thing the others lack."""
    comes("Plain", spoken=())
    comes("Spanish", spoken=("es",))
    comes("Own Words", spoken=(), other_language="Chuj de San Mateo")
    comes("Signs", spoken=("ase",))
    comes("Captions", spoken=(), needs=("captions",))
    comes("Wheelchair", spoken=(), needs=("wheelchair",))
    comes("Other Need", spoken=(), needs_other="A chair with arms")
    comes("Online", spoken=(), attendance=Attendance.ONLINE)
    comes("No Email", spoken=(), email=None, phone="+13035550111")
    comes("Call Me", spoken=(), phone="+13035550112", call_me=True)
    gone = comes("Gone", spoken=("so",))
    withdraw(gone.id, gone.meeting_id, now=NOW, actor="family")
    unknown = comes("Not Me", spoken=())
    unknown.not_me_at = NOW
    comes("Twin", spoken=(), email="same@example.org")
    comes("Twins", spoken=(), email="SAME@example.org")
    db.session.commit()
    with clock.at(NOW + timedelta(days=30)):
        comes("Late", spoken=("vi",))
    change_meeting(capacity=meeting_of().seats_taken)
    comes("Waits", spoken=())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("language=es", ["Spanish"]),
        ("language=und", ["Own Words"]),
        ("language=ase", ["Signs"]),
        ("language=en", ["Captions"]),
        ("language=fr", []),
        ("modality=sign", ["Signs"]),
        ("modality=captions", ["Captions"]),
        ("modality=spoken", ["Late", "Own Words", "Spanish"]),
        ("language=es&modality=sign", []),
        ("need=captions", ["Captions"]),
        ("need=wheelchair", ["Wheelchair"]),
        ("need=other", ["Other Need"]),
        ("attendance=online", ["Online"]),
        ("attendance=online&language=es", []),
        ("status=waiting", ["Waits"]),
        ("status=waiting&attendance=in_person", ["Waits"]),
        ("status=waiting&attendance=online", []),
        ("status=withdrawn", ["Gone"]),
        ("status=withdrawn&language=so", ["Gone"]),
        ("language=so", []),
        ("only=late", ["Late"]),
        ("only=late&language=vi", ["Late"]),
        ("only=late&language=es", []),
        ("only=no_email", ["No Email"]),
        ("only=call_me", ["Call Me"]),
        ("only=same_address", ["Twins"]),
        ("only=not_me", ["Not Me"]),
        ("only=not_me&only=same_address", []),
        ("only=call_me&q=call", ["Call Me"]),
        ("only=call_me&q=twin", []),
        ("q=twin", ["Twin", "Twins"]),
        ("language=es&q=nobody", []),
    ],
)
def test_every_filter_shows_those_and_no_others(staff: Browser, query: str, found: list[str]) -> None:
    narrowed(staff)
    assert find(staff, query) == found


def test_unknown_filters_narrow_nothing_and_break_nothing(staff: Browser, families: dict[str, Registration]) -> None:
    for query in ("language=xx", "need=money", "status=lost", "only=nothing", "after=-1", "after=x", "after=99999"):
        assert len(find(staff, query)) == 3, query


def test_without_a_filter_the_newest_family_comes_first(staff: Browser, families: dict[str, Registration]) -> None:
    assert find(staff) == ["عمر حسن", "Rosa Méndez Xol", "Nguyễn Thị Đào"]


def test_what_narrows_the_list_can_be_taken_off_one_by_one(staff: Browser, families: dict[str, Registration]) -> None:
    page = staff.get(where(rest="families/?q=rosa&language=es&only=no_email"))
    chips = page.main.one("ul", class_="active")
    assert [chip.one("bdi").text for chip in chips.all("a") if chip.all("bdi")] == ["rosa", "Spanish", "No email"]
    without = staff.get(page.link("No email"))
    assert names(without) == ["Rosa Méndez Xol"]
    assert names(staff.get(page.link("Remove all"))) == find(staff)
    form = page.form("q")
    assert form.values.getlist("only") == ["no_email"]
    assert form.values["language"] == "es"


@pytest.mark.parametrize(
    "query", ["", "q=ma", "language=es", "status=waiting", "q=%2B1+303", "q=family", "only=no_email", "need=wheelchair"]
)
def test_pages_follow_each_other_without_gap_and_without_doubles(app: Flask, staff: Browser, query: str) -> None:
    db.session.execute(text("UPDATE meeting SET capacity = 60, online_capacity = 0 WHERE slug = 'english-meeting'"))
    db.session.commit()
    demo_families.load_families(400, NOW)
    for number in range(60):
        comes(f"Family Maria Mateo {number}", email=f"family{number}@example.org", phone="+13035550148")
    seen: list[str] = []
    page = staff.get(where(rest=f"families/?{query}"))
    while True:
        seen += [link.get("href") for row in page.main.one("tbody").all("tr") for link in row.all("th")[0].all("a")]
        later = page.main.all("a", rel="next")
        if not later:
            break
        page = staff.get(page.link(later[0].text))
    assert len(seen) == len(set(seen))
    every = [one for ids in finding.every(meeting_of().id, asked_of(query), keys(), 1000) for one in ids]
    assert [int(href.strip("/").rsplit("/", 1)[-1]) for href in seen] == every
    assert set(every) == plainly(query)


def asked_of(query: str) -> Asked:
    """The few queries of the test above, read by hand."""
    name, _, value = query.partition("=")
    return {
        "": Asked(),
        "q": Asked(text=value.replace("%2B", "+").replace("+1+", "+1 ")),
        "language": Asked(language=value),
        "status": Asked(status=value),
        "only": Asked(marks=(Mark.NO_EMAIL,)),
        "need": Asked(need=value),
    }[name]


def keys() -> list[tuple[str, str]]:
    """Languages and modalities asked for at the meeting."""
    query = text("SELECT language, modality FROM demand WHERE meeting_id = :id")
    rows = db.session.execute(query, {"id": meeting_of().id})
    return [(row.language, row.modality) for row in rows]


def plainly(query: str) -> set[int]:
    """The same families, found by looking at every one of them."""
    sql = {
        "": "1 = 1",
        "q=ma": "id IN (SELECT registration_id FROM registration_word WHERE word LIKE 'ma%')",
        "language=es": "status <> 'withdrawn' AND id IN (SELECT registration_id FROM interpretation_request r WHERE"
        " language = 'es' AND NOT EXISTS (SELECT 1 FROM interpretation_event WHERE request_id = r.id))",
        "status=waiting": "status = 'waiting'",
        "q=%2B1+303": "phone LIKE '+1303%'",
        "q=family": "id IN (SELECT registration_id FROM registration_word WHERE word LIKE 'family%')",
        "only=no_email": "email IS NULL",
        "need=wheelchair": "CAST(needs AS VARCHAR) LIKE '%wheelchair%'",
    }[query]
    rows = db.session.execute(
        text(f"SELECT id FROM registration WHERE meeting_id = :id AND {sql}"),  # noqa: S608
        {"id": meeting_of().id},
    )
    return {row.id for row in rows}


def test_where_few_fit_the_page_stops_looking_and_offers_to_look_on(
    staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "STEPS", (2, 3))
    monkeypatch.setattr(finding, "PAGE", 1)
    comes("Wanted", spoken=(), needs=("wheelchair",))
    for number in range(8):
        comes(f"Other {number}", spoken=())
    page = staff.get(where(rest="families/?need=wheelchair"))
    assert names(page) == []
    assert "No family fits so far." in page.text
    assert "We looked at 5 families so far." in page.text
    found = names(staff.get(page.link("Look on")))
    assert found == ["Wanted"]


def test_a_page_costs_the_same_statements_whatever_the_number_of_registrations(app: Flask, staff: Browser) -> None:
    comes("Maria Mateo")
    addresses = [where(rest=f"families/{query}") for query in ("", "?q=ma", "?language=es", "?q=mar+mat")]
    addresses.append("/staff/families/?q=ma")
    few = [len(statements(staff, address)) for address in addresses]
    demo_families.load_families(600, NOW)
    assert [len(statements(staff, address)) for address in addresses] == few


def test_no_page_counts_registrations(app: Flask, staff: Browser) -> None:
    comes("Maria Mateo")
    for address in (where(rest="families/"), where(rest="families/?q=ma"), where(), "/staff/meetings/"):
        for statement in statements(staff, address):
            counts = "count(" in statement.lower() and "from registration" in statement.lower()
            assert not counts, statement


WAYS = {
    "everybody": (Asked(), "ix_registration_meeting"),
    "waiting": (Asked(status=Status.WAITING), "ix_registration_meeting_status"),
    "late": (Asked(marks=(Mark.LATE,)), "ix_interpretation_request_late"),
    "language": (Asked(language="es"), "ix_interpretation_request_meeting_language"),
    "not me": (Asked(marks=(Mark.NOT_ME,)), "ix_registration_not_me"),
    "same address": (Asked(marks=(Mark.SAME_ADDRESS,)), "ix_registration_same_address"),
}


@pytest.mark.parametrize("name", [*WAYS, "name", "email", "phone"])
def test_every_way_walks_its_index_in_its_order(app: Flask, name: str) -> None:
    other = {
        "name": (ways.by_name([1], ("ma",)), "registration_word"),
        "email": (ways.by_email([1], "ma"), "ix_registration_meeting_email"),
        "phone": (ways.by_phone([1], ["+1303"]), "ix_registration_meeting_phone"),
    }
    if name in WAYS:
        asked, index = WAYS[name]
        way = ways.by_filters(1, asked, [("es", "spoken")])
    else:
        way, index = other[name]
    plan = explained(way)
    assert index in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    # An incremental one only puts ids in order among families with one and the same email, telephone or moment.
    assert "Sort  (" not in plan.replace("Incremental Sort", ""), plan


def explained(way: ways.Way) -> str:
    """How the database would walk a way."""
    statement = way.step(None, 50).compile(db.engine, compile_kwargs={"literal_binds": True})
    if is_sqlite():
        return "\n".join(str(row[3]) for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
    # An empty table would be read whole.
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    db.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    db.session.execute(text("SET LOCAL enable_sort = off"))
    return "\n".join(str(row[0]) for row in db.session.execute(text(f"EXPLAIN {statement}")))


def test_a_greeter_finds_names_and_sees_no_languages_and_no_files(
    app: Flask, families: dict[str, Registration]
) -> None:
    greeter = signed_in(app, "greeter")
    page = greeter.get(where(rest="families/?q=rosa&language=so&only=late"))
    assert names(page) == ["Rosa Méndez Xol"]
    assert "Español" not in page.main.text
    assert not page.main.all("select", name="language")
    assert not page.main.all("form", method="post")
    assert greeter.raw("post", where(rest="families.csv")).status_code == 403
    assert "Español" not in greeter.get("/staff/families/?q=rosa").main.text


def test_a_name_is_shown_as_text(staff: Browser) -> None:
    comes("<b>Ana</b> & Co")
    assert find(staff) == ["<b>Ana</b> & Co"]


def test_an_erased_family_is_found_by_no_word(staff: Browser, families: dict[str, Registration]) -> None:
    erase(families["rosa"].id, families["rosa"].meeting_id, now=NOW)
    db.session.commit()
    for typed in ("rosa", "mendez", "rosa@"):
        assert find(staff, f"q={typed}") == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pages_speak_the_language_of_who_reads_them(app: Flask, locale: str) -> None:
    browser = signed_in(app, "coordinator", locale=locale)
    narrowed(browser)
    for rest in ("families/", "families/?q=sp&language=es", "families/?only=late"):
        page = browser.get(where(rest=rest))
        assert page.html.get("lang") == locale
    assert browser.get("/staff/families/?q=spanish").html.get("lang") == locale
