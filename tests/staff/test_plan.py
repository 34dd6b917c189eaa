"""Change of plan: who is affected is shown first; then the meeting, its pages, its mails and calendars say the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families.models import Registration, Status
from registration.families.recount import differences
from registration.mail.models import OutboxMessage
from registration.meetings.models import Change, MeetingChange, OnlineAccess
from registration.staff.plan.change_of_plan import PlannedMeanwhile, change_of_plan
from registration.staff.plan.plans import Kind, NotPossible, moved_along
from tests.conftest import NOW
from tests.families.news import REASON, ROOM, plan_of, replan
from tests.families.steps import address, meeting, register, registrations
from tests.pages import Browser, Page
from tests.signing_in import signed_in

LOCALES = ("en", "es", "vi")
SLUG = "english-meeting"

# What the banner and the chip of a list say.
BANNER = {
    Kind.ROOM: {"en": "The room has changed", "es": "La sala cambió", "vi": "Đã đổi phòng họp"},
    Kind.MOVED: {
        "en": "This meeting was moved",
        "es": "Esta reunión cambió de fecha",
        "vi": "Buổi họp này đã đổi ngày giờ",
    },
    Kind.ONLINE: {
        "en": "This meeting is online now",
        "es": "Esta reunión ahora es en línea",
        "vi": "Buổi họp này nay họp trực tuyến",
    },
    Kind.POSTPONED: {
        "en": "This meeting is postponed",
        "es": "Esta reunión está aplazada",
        "vi": "Buổi họp này được dời lại",
    },
    Kind.CANCELLED: {
        "en": "This meeting is cancelled",
        "es": "Esta reunión está cancelada",
        "vi": "Buổi họp này đã bị hủy",
    },
}
CHIP = {Kind.ROOM: "Another room", Kind.MOVED: "New date", Kind.ONLINE: "Online now"}
MESSAGE = {
    Kind.ROOM: "room_changed",
    Kind.MOVED: "moved",
    Kind.ONLINE: "now_online",
    Kind.POSTPONED: "postponed",
    Kind.CANCELLED: "cancelled",
}


@pytest.fixture
def staff(app: Flask) -> Browser:
    """Somebody who coordinates meetings."""
    return signed_in(app, "coordinator")


def here(rest: str = "", slug: str = SLUG) -> str:
    return f"/staff/meetings/{meeting(slug).id}/{rest}"


def typed(kind: Kind) -> dict[str, str]:
    """What staff type for a plan."""
    reason = {f"reason-{tag}": text for tag, text in REASON.items()}
    more: dict[Kind, dict[str, str]] = {
        Kind.ROOM: {f"room-{tag}": text for tag, text in ROOM.items()},
        Kind.MOVED: {"day": "2027-05-12", "starts": "6:00 PM", "ends": "19:30"},
        Kind.AGAIN: {"day": "2027-05-19", "starts": "18:00", "ends": "19:30"},
        Kind.ONLINE: {"link": "https://video.example.org/j/9137", "dial_in": "+1 303 555 0177", "passcode": "48215"},
    }
    return reason | more.get(kind, {})


def foreseen(staff: Browser, kind: Kind, **given: str) -> Page:
    """The page that shows who will be told what."""
    return staff.send(staff.get(here(f"plan/{kind}")).form("version"), **(typed(kind) | given))


def carry_out(staff: Browser, kind: Kind, **given: str) -> Page:
    """Make a change of plan as staff do."""
    page = foreseen(staff, kind, **given)
    assert page.status == 200, page.main.text
    return staff.send(page.form("sure"))


def families(app: Flask) -> dict[str, Browser]:
    """A family for each page language; the Spanish one has no email."""
    found = {tag: Browser(app) for tag in LOCALES}
    register(found["en"], interpretation="so")
    register(found["es"], address(locale="es"), email="", phone="303 555 0144", interpretation="es")
    register(found["vi"], address(locale="vi"), email="hoa@example.org", interpretation="vi", adults=3, children=1)
    return found


def told(message: str) -> list[str]:
    """The state of each row of a message, by family."""
    db.session.rollback()
    query = select(OutboxMessage.state).where(OutboxMessage.message == message)
    return list(db.session.scalars(query.order_by(OutboxMessage.subject_id)))


def calendar_of(family: Browser, locale: str) -> tuple[Any, Any]:
    file = Calendar.from_ical(family.raw("get", f"/{locale}/registration/calendar.ics").data)
    return file, file.walk("VEVENT")[0]


@pytest.mark.parametrize("kind", list(MESSAGE))
def test_who_is_told_what_is_shown_first_and_nothing_is_done(app: Flask, staff: Browser, kind: Kind) -> None:
    families(app)
    before = (meeting().version, meeting().starts_at, meeting().status)
    page = foreseen(staff, kind)
    assert page.heading == "Not done yet: who is told what"
    assert "3 families will be told" in page.text
    rows = {row.all("th")[0].text: [cell.text for cell in row.all("td")] for row in page.root.one("tbody").all("tr")}
    assert rows == {"English": ["1", "0"], "Español Spanish": ["0", "1"], "Tiếng Việt Vietnamese": ["1", "0"]}
    assert "1 family has no email" in page.text
    for text in REASON.values():
        assert text in page.text
    assert (meeting().version, meeting().starts_at, meeting().status) == before
    assert told(MESSAGE[kind]) == []
    assert db.session.scalars(select(MeetingChange)).all() == []
    assert REASON["en"] not in Browser(app).get(f"/en/meetings/{SLUG}/").text


@pytest.mark.parametrize("kind", list(MESSAGE))
def test_everybody_is_told_once_and_every_page_says_it(app: Flask, staff: Browser, kind: Kind) -> None:
    found = families(app)
    sequences = {tag: calendar_of(found[tag], tag)[1]["SEQUENCE"] for tag in LOCALES}
    uids = {tag: calendar_of(found[tag], tag)[1]["UID"] for tag in LOCALES}
    form = foreseen(staff, kind).form("sure")
    assert "Done. 3 families are told." in staff.send(form).text
    assert "Nobody is told twice" in staff.send(form).text
    assert told(MESSAGE[kind]) == ["queued", "call", "queued"]
    assert len(db.session.scalars(select(MeetingChange)).all()) == 1
    for tag in LOCALES:
        for place in (f"/{tag}/meetings/{SLUG}/", f"/{tag}/registration/"):
            page = found[tag].get(place)
            assert BANNER[kind][tag] in page.text, place
            assert REASON[tag] in page.text, place
        _, event = calendar_of(found[tag], tag)
        assert event["UID"] == uids[tag]
        assert event["SEQUENCE"] > sequences[tag]
    if kind in CHIP:
        assert CHIP[kind] in Browser(app).get("/en/").text
        assert BANNER[kind]["es"] in Browser(app).get(address(locale="es")).text
    assert differences() == []


def test_a_plan_that_was_only_looked_at_leaves_no_trace(app: Flask, staff: Browser) -> None:
    families(app)
    foreseen(staff, Kind.CANCELLED)
    carry_out(staff, Kind.ROOM)
    for tag in LOCALES:
        page = Browser(app).get(f"/{tag}/meetings/{SLUG}/").text
        assert BANNER[Kind.ROOM][tag] in page
        assert BANNER[Kind.CANCELLED][tag] not in page


def test_a_moved_meeting_keeps_its_uid_and_takes_its_closing_days_along(app: Flask, staff: Browser) -> None:
    family = families(app)["en"]
    held = meeting(closes_at=datetime(2027, 5, 2, 23, 30, tzinfo=UTC))
    childcare = held.childcare_closes_at
    assert childcare is not None
    carry_out(staff, Kind.MOVED)
    held = meeting()
    assert held.starts_at == datetime(2027, 5, 13, 0, 0, tzinfo=UTC)
    assert held.ends_at == datetime(2027, 5, 13, 1, 30, tzinfo=UTC)
    # Half an hour later by the clock, nine days on.
    assert held.closes_at == datetime(2027, 5, 12, 0, 0, tzinfo=UTC)
    assert held.childcare_closes_at == childcare + timedelta(days=9, minutes=30)
    file, event = calendar_of(family, "en")
    assert (file["METHOD"], event["STATUS"]) == ("PUBLISH", "CONFIRMED")
    assert event.decoded("DTSTART") == held.starts_at
    page = family.get("/en/registration/").text
    assert "New date: Wednesday, May 12, 2027, 6:00–7:30 PM" in page
    assert "Old date: Monday, May 3, 2027, 5:30–6:30 PM" in page


@pytest.mark.parametrize("kind", [Kind.POSTPONED, Kind.CANCELLED])
def test_what_is_called_off_leaves_the_calendar_and_names_other_meetings(
    app: Flask, staff: Browser, kind: Kind
) -> None:
    found = families(app)
    carry_out(staff, kind)
    for tag in LOCALES:
        file, event = calendar_of(found[tag], tag)
        assert (file["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
        own = found[tag].get(f"/{tag}/registration/")
        assert own.root.all("a", href=f"/{tag}/meetings/spanish-meeting/")
        assert own.root.all("a", href=f"/{tag}/meetings/vietnamese-meeting/")
    public = Browser(app).get(f"/en/meetings/{SLUG}/")
    assert "The meeting of Monday, May 3, 2027, 5:30–6:30 PM, will not take place." in public.text
    assert not [one for one in public.main.all("a") if one.text == "Register" and SLUG in one.get("href")]
    assert [one.status for one in registrations()] == [Status.REGISTERED] * 3


@pytest.mark.parametrize("kind", [Kind.POSTPONED, Kind.CANCELLED])
def test_a_meeting_is_held_after_all_with_every_request_kept(app: Flask, staff: Browser, kind: Kind) -> None:
    family = families(app)["vi"]
    carry_out(staff, kind)
    _, gone = calendar_of(family, "vi")
    with clock.at(meeting().ends_at + timedelta(hours=1)):
        carry_out(signed_in(app, "coordinator"), Kind.AGAIN)
        page = family.get("/vi/registration/").text
        assert "Buổi họp này có ngày mới" in page
        file, back = calendar_of(family, "vi")
    assert (file["METHOD"], back["STATUS"], back["UID"]) == ("PUBLISH", "CONFIRMED", gone["UID"])
    assert back["SEQUENCE"] > gone["SEQUENCE"]
    assert told("moved") == ["queued", "call", "queued"]
    assert meeting().status == "scheduled"
    assert differences() == []


def test_going_online_turns_seats_into_places_and_loses_nobody(app: Flask, staff: Browser) -> None:
    meeting(capacity=5, online_capacity=10)
    found = families(app)
    waiting = Browser(app)
    register(waiting, email="late@example.org", interpretation="so")
    online = Browser(app)
    register(online, email="far@example.org", attendance="online", interpretation="so")
    assert (meeting().seats_taken, meeting().online_taken, meeting().waiting) == (3, 1, 1)
    page = foreseen(staff, Kind.ONLINE, online_capacity="3")
    assert page.status == 422
    assert "4 people come already." in page.root.one(class_="errors").text
    carry_out(staff, Kind.ONLINE, online_capacity="8")
    held = meeting()
    # The family of four that waited for the room fits now.
    assert (held.seats_taken, held.online_taken, held.waiting, held.waiting_online) == (0, 8, 0, 0)
    assert (held.in_person, held.online, held.place_id, held.childcare) == (False, True, None, False)
    assert {one.attendance for one in registrations()} == {"online"}
    assert differences() == []
    assert told("promoted") == ["queued"]
    assert len(told("now_online")) == 5
    own = found["en"].get("/en/registration/").text
    assert "https://video.example.org/j/9137" in own
    assert "Please do not go to Cottonwood High School, dining hall." in own


def test_where_not_everybody_fits_online_the_earliest_wait_no_longer(app: Flask, staff: Browser) -> None:
    meeting(capacity=1, online_capacity=10)
    register(Browser(app), interpretation="so")
    register(Browser(app), email="four@example.org", interpretation="so", adults=4)
    register(Browser(app), email="two@example.org", interpretation="es", adults=2)
    assert meeting().waiting == 2
    carry_out(staff, Kind.ONLINE, online_capacity="4")
    held = meeting()
    assert (held.online_taken, held.waiting_online) == (3, 1)
    assert [one.status for one in registrations()] == ["registered", "waiting", "registered"]
    assert told("promoted") == ["queued"]
    assert len(told("now_online")) == 3
    assert differences() == []


def test_another_room_or_day_gives_nobody_a_seat(app: Flask, staff: Browser) -> None:
    meeting(capacity=1)
    register(Browser(app))
    register(Browser(app), email="waits@example.org")
    meeting(capacity=5)
    carry_out(staff, Kind.MOVED)
    assert meeting().waiting == 1
    assert told("moved") == ["queued", "queued"]


def test_a_change_form_opened_before_the_meeting_went_online_asks_again(app: Flask, staff: Browser) -> None:
    family = families(app)["en"]
    form = family.get("/en/registration/change").form("registration")
    carry_out(staff, Kind.ONLINE)
    assert family.send(form, adults="2").status in (409, 422)
    assert differences() == []


def test_another_room_is_told_to_those_in_the_room_only(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    register(Browser(app), email="far@example.org", attendance="online")
    assert "1 family will be told" in foreseen(staff, Kind.ROOM).text
    carry_out(staff, Kind.ROOM)
    assert told("room_changed") == ["queued"]
    assert "Old place: Cottonwood High School, dining hall" in Browser(app).get(f"/en/meetings/{SLUG}/").text


def test_an_old_room_in_another_language_is_not_left_standing(staff: Browser) -> None:
    page = foreseen(staff, Kind.ROOM, **{"room-es": "comedor"})
    assert page.status == 422
    assert page.root.one(class_="errors").text.count("This is the old room.") == 1
    page = foreseen(staff, Kind.ROOM, **{"room-es": ""})
    assert page.status == 200


def test_a_room_that_is_missing_in_a_language_says_so_before(app: Flask, staff: Browser) -> None:
    families(app)
    page = foreseen(staff, Kind.ROOM, **{"room-es": ""})
    assert page.text.count("Your own words are missing in this language.") == 1
    staff.send(page.form("sure"))
    assert "hall" in Browser(app).get(f"/es/meetings/{SLUG}/").text
    assert "comedor" not in Browser(app).get(f"/es/meetings/{SLUG}/").root.all(class_="facts")[0].text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"day": ""}, "Write the day of the meeting"),
        ({"day": "31 June"}, "please write a day"),
        ({"starts": "half past"}, "please write a time"),
        ({"ends": "17:00"}, "The meeting ends before it starts."),
        ({"day": "2027-03-29"}, "This day and time are over."),
        ({"ends": "5:00 AM", "next_day": "1", "starts": "8:00 AM"}, "The meeting is longer than 12 hours."),
        ({"day": "2028-03-12", "starts": "2:30 AM"}, "this time does not exist on that day"),
        ({"day": "2027-11-07", "starts": "1:30 AM"}, "this time comes twice on that day"),
        ({"day": "2027-05-03", "starts": "5:30 PM", "ends": "6:30 PM"}, "This is the time the meeting has now."),
    ],
)
def test_times_that_cannot_be_are_refused_in_words(staff: Browser, given: dict[str, str], words: str) -> None:
    page = foreseen(staff, Kind.MOVED, **given)
    assert page.status == 422
    assert words in page.root.one(class_="errors").text


@pytest.mark.parametrize("link", ["http://video.example.org/", "javascript:alert(1)", "https://", "video.example.org"])
def test_a_link_that_no_browser_should_open_is_refused(staff: Browser, link: str) -> None:
    page = foreseen(staff, Kind.ONLINE, link=link)
    assert page.status == 422
    assert "It begins with https://" in page.root.one(class_="errors").text


def test_the_second_of_two_editors_sees_the_change_of_the_first(app: Flask, staff: Browser) -> None:
    families(app)
    mine = foreseen(staff, Kind.MOVED).form("sure")
    carry_out(signed_in(app, "coordinator", "administrator"), Kind.ROOM)
    page = staff.send(mine)
    assert page.status == 409
    assert "Somebody else changed this meeting just now" in page.text
    assert "The room was changed" in page.text
    assert "Ana Ruiz" in page.text or "Trần Văn Minh" in page.text
    form = page.form("version")
    assert (form.values["day"], form.values["reason-en"]) == ("2027-05-12", REASON["en"])
    assert told("moved") == []
    staff.send(staff.send(form).form("sure"))
    assert told("moved") == ["queued", "call", "queued"]


def test_what_cannot_be_done_any_more_is_said(app: Flask, staff: Browser) -> None:
    mine = foreseen(staff, Kind.ROOM).form("sure")
    replan(Kind.CANCELLED, meeting())
    db.session.commit()
    page = staff.send(mine)
    assert page.status == 409
    assert "This change cannot be made any more." in page.text
    assert "This cannot be done" in staff.get(here("plan/room")).text
    with pytest.raises(NotPossible):
        replan(Kind.ROOM, meeting())
    db.session.rollback()
    assert staff.raw("get", here("plan/party")).status_code == 404
    assert staff.raw("get", "/staff/meetings/99999999999/plan/").status_code == 404


def test_an_old_version_changes_nothing(app: Flask) -> None:
    held = meeting()
    with pytest.raises(PlannedMeanwhile):
        change_of_plan(held.id, plan_of(Kind.CANCELLED, held), version=held.version + 1, by=None, now=NOW)
    db.session.rollback()
    assert meeting().status == "scheduled"


def test_what_was_changed_stands_on_the_page_of_the_plan(app: Flask, staff: Browser) -> None:
    carry_out(staff, Kind.MOVED)
    page = carry_out(staff, Kind.CANCELLED)
    assert "The meeting was moved" in page.text
    assert "The meeting was cancelled" in page.text
    assert "Before: Monday, May 3, 2027, 5:30–6:30 PM" in page.text


def test_going_back_keeps_what_was_typed(staff: Browser) -> None:
    page = staff.send(foreseen(staff, Kind.MOVED).form("edit"))
    assert page.status == 200
    form = page.form("version")
    assert (form.values["day"], form.values["starts"]) == ("2027-05-12", "18:00")
    assert form.values["reason-vi"] == REASON["vi"]


def test_an_old_form_is_asked_again_with_what_was_typed(staff: Browser) -> None:
    form = staff.get(here("plan/cancelled")).form("version")
    form.values["csrf_token"] = "old"
    page = staff.send(form, **{"reason-en": "Snow"})
    assert page.status == 422
    assert page.form("version").values["reason-en"] == "Snow"


def test_the_door_sign_says_it_in_every_page_language_at_once(app: Flask, staff: Browser) -> None:
    blocks = staff.get(here("door-sign")).main.all("section", class_="block")
    assert [one.get("lang") for one in blocks] == list(LOCALES)
    assert [one.get("dir") for one in blocks] == ["ltr"] * 3
    assert blocks[1].text.startswith("Bienvenidos")
    for kind in (Kind.ROOM, Kind.MOVED, Kind.ONLINE, Kind.CANCELLED):
        carry_out(staff, kind)
        blocks = staff.get(here("door-sign")).main.all("section", class_="block")
        for tag, block in zip(LOCALES, blocks, strict=True):
            assert BANNER[kind][tag] in block.text
            assert REASON[tag] in block.text
    assert signed_in(app, "greeter").get(here("door-sign")).status == 200


CANARY = {"link": "https://canary.example.org/room", "dial_in": "+1 303 555 0199", "passcode": "CANARY-7391"}


def test_the_way_in_is_never_on_a_public_page(app: Flask, staff: Browser) -> None:
    form = staff.get(here("online")).form("version")
    page = staff.send(form, **CANARY, **{f"{name}-es": f"{value}9" for name, value in CANARY.items()})
    assert "Saved." in page.text
    seen: set[str] = set()
    queue = [f"/{tag}/" for tag in LOCALES]
    visitor = Browser(app)
    while queue:
        where = queue.pop()
        if where in seen:
            continue
        seen.add(where)
        answer = visitor.raw("get", where)
        assert answer.status_code < 400, where
        text = answer.get_data(as_text=True)
        for secret in CANARY.values():
            assert secret not in text, where
        if answer.mimetype == "text/html":
            links = [one.get("href") for one in visitor.get(where).root.all("a")]
            queue += [one for one in links if one.startswith("/") and not one.startswith("/staff")]
    assert f"/es/meetings/{SLUG}/" in seen
    assert f"/vi/meetings/{SLUG}/register" in seen


def test_families_online_see_the_way_in_of_their_language(app: Flask, staff: Browser) -> None:
    room, online, spanish, waits = (Browser(app) for _ in range(4))
    register(room, email="a@example.org", interpretation="es")
    register(online, email="b@example.org", attendance="online")
    register(spanish, email="c@example.org", attendance="online", interpretation="es")
    meeting(online_capacity=2)
    register(waits, email="d@example.org", attendance="online")
    form = staff.get(here("online")).form("version")
    staff.send(staff.send(form, **CANARY, **{"link-es": "https://canary.example.org/es"}).form("sure"))
    assert "canary" not in room.get("/en/registration/").text
    assert "canary" not in waits.get("/en/registration/").text
    assert CANARY["passcode"] in online.get("/en/registration/").text
    own = spanish.get("/en/registration/").text
    assert "https://canary.example.org/es" in own
    assert CANARY["passcode"] not in own


def test_two_editors_of_the_way_in_never_overwrite_each_other(app: Flask, staff: Browser) -> None:
    mine = staff.get(here("online")).form("version")
    other = signed_in(app, "coordinator", "administrator")
    other.send(other.get(here("online")).form("version"), link="https://first.example.org/")
    page = staff.send(mine, link="https://second.example.org/")
    assert page.status == 409
    assert "https://first.example.org/" in page.text
    assert page.form("version").values["link"] == "https://second.example.org/"
    assert [row.link for row in db.session.scalars(select(OnlineAccess))] == ["https://first.example.org/"]
    staff.send(page.form("version"))
    db.session.rollback()
    assert [row.link for row in db.session.scalars(select(OnlineAccess))] == ["https://second.example.org/"]


def test_what_moves_along_keeps_its_hour_over_the_change_of_clocks() -> None:
    start, later = datetime(2027, 3, 12, 1, 0, tzinfo=UTC), datetime(2027, 3, 19, 0, 0, tzinfo=UTC)
    closes = datetime(2027, 3, 11, 0, 0, tzinfo=UTC)
    assert moved_along(closes, start, later, "America/Denver") == datetime(2027, 3, 17, 23, 0, tzinfo=UTC)
    assert moved_along(None, start, later, "America/Denver") is None


def test_calls_still_to_make_outlive_the_old_date(app: Flask, staff: Browser) -> None:
    register(Browser(app), email="", phone="303 555 0144", interpretation="so")
    old = meeting().ends_at
    carry_out(staff, Kind.POSTPONED)
    with clock.at(old + timedelta(hours=2)):
        carry_out(signed_in(app, "coordinator"), Kind.AGAIN)
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(row.message, row.state) for row in rows] == [
        ("confirmation", "call"), ("postponed", "call"), ("moved", "call"),
    ]  # fmt: skip
    assert {row.expires_at for row in rows} == {meeting().ends_at}


def test_late_marks_stay_when_a_meeting_moves(app: Flask, staff: Browser) -> None:
    family = Browser(app)
    with clock.at(meeting().starts_at - timedelta(days=3)):
        register(family, interpretation="so")
        late = family.get("/en/registration/")
        assert "You asked after" in late.text
        carry_out(signed_in(app, "coordinator"), Kind.MOVED, day="2027-06-12")
        assert "You asked after" not in family.get("/en/registration/").text
    query = select(Registration).where(Registration.status == Status.REGISTERED)
    assert db.session.scalars(query).one().meeting_id == meeting().id
    assert meeting().starts_at > NOW


def test_every_kind_of_change_has_its_message_and_its_words() -> None:
    assert {kind.change for kind in Kind} == set(Change)
    assert set(MESSAGE) == set(Kind) - {Kind.AGAIN}
