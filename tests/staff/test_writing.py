"""Writing meetings, series and places: what is kept, what is refused and in which words, and two editors at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families.models import Registration
from registration.interpretation import book
from registration.mail.models import OutboxMessage
from registration.meetings.models import InterpretationService, Place, Series
from tests.families import steps
from tests.interpretation.cast import assignment_of, interpreter, team
from tests.pages import Browser
from tests.signing_in import signed_in
from tests.staff.writing_steps import MEETING, errors, meeting, newest, recorded, send, text, words, write

DENVER = ZoneInfo("America/Denver")


@pytest.fixture
def coordinator(app: Flask) -> Browser:
    """Somebody who writes meetings."""
    return signed_in(app, "coordinator")


def edit(browser: Browser, slug: str = "english-meeting", **answers: Any) -> Any:
    """Change a meeting."""
    return send(browser, f"/staff/meetings/{meeting(slug).id}/edit", **answers)


def test_a_meeting_is_kept_as_it_was_written_and_nobody_else_sees_it(coordinator: Browser) -> None:
    page = write(coordinator, capacity="80", room="gym", about="First this.\nThen that.", childcare="1",
                 childcare_capacity="10", childcare_closes="2027-05-17", opens_day="2027-04-01", opens_time="08:00",
                 closes_day="2027-05-19", closes_time="20:00")  # fmt: skip
    assert page.status == 200
    assert "Families do not see it yet" in page.text
    made = newest()
    assert (made.slug, made.floor_language, made.capacity, made.published_at) == ("bus-routes", "es", 80, None)
    assert made.starts_at == datetime(2027, 5, 20, 17, 30, tzinfo=DENVER)
    assert made.ends_at == datetime(2027, 5, 20, 18, 30, tzinfo=DENVER)
    assert made.childcare_closes_at == datetime(2027, 5, 18, 0, 0, tzinfo=DENVER)
    assert made.opens_at == datetime(2027, 4, 1, 8, 0, tzinfo=DENVER)
    assert words("meeting", made.id, "about", "en") == "First this.\nThen that."
    assert recorded("meeting_made").object_id == made.id


def test_a_draft_is_invisible_to_the_public(coordinator: Browser, browser: Browser) -> None:
    write(coordinator)
    slug = newest().slug
    assert browser.get(f"/en/meetings/{slug}/").status == 404
    assert browser.raw("get", f"/en/meetings/{slug}/register").status_code == 404
    for path in ("/en/", "/en/series/school-safety/", "/es/meetings/spanish-meeting/", "/robots.txt"):
        assert slug not in browser.raw("get", path).text


def test_days_and_times_may_be_typed_as_people_write_them(coordinator: Browser) -> None:
    write(coordinator, day="5/20/2027", starts="5:30 pm", ends="6:30 p.m.")
    assert newest().starts_at == datetime(2027, 5, 20, 17, 30, tzinfo=DENVER)


def test_times_are_those_of_the_meetings_zone(coordinator: Browser) -> None:
    write(coordinator, time_zone="America/New_York")
    assert newest().starts_at == datetime(2027, 5, 20, 21, 30, tzinfo=UTC)
    form = coordinator.get(f"/staff/meetings/{newest().id}/edit").form("day")
    assert (form.values["day"], form.values["starts"]) == ("2027-05-20", "17:30")


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no title": ({"title": ""}, "title", "Write a title"),
    "a long title": ({"title": "x" * 121}, "title", "shorten this to 120 characters"),
    "no series": ({"series": ""}, "series", "Choose a series"),
    "a series that is none": ({"series": "77"}, "series", "Choose a series"),
    "a new series without a title": ({"series": "new"}, "series_title", "please write it"),
    "no language": ({"floor_language": ""}, "floor_language", "Choose the language"),
    "an unknown language": ({"floor_language": "xx"}, "floor_language", "Choose the language"),
    "no day": ({"day": ""}, "day", "Write the day of the meeting"),
    "a day that is none": ({"day": "2027-02-30"}, "day", "please write a day"),
    "no start": ({"starts": ""}, "starts", "Write when the meeting starts"),
    "a time that is none": ({"starts": "25:00"}, "starts", "please write a time"),
    "no end": ({"ends": ""}, "ends", "Write when the meeting ends"),
    "it ends before it starts": ({"ends": "17:00"}, "ends", "ends before it starts. Does it end after midnight?"),
    "it is very long": ({"next_day": "1"}, "ends", "longer than 12 hours"),
    "it is over": ({"day": "2027-03-29"}, "day", "This day and time are over"),
    "no zone": ({"time_zone": ""}, "time_zone", "Write the time zone"),
    "an unknown zone": ({"time_zone": "Mountain"}, "time_zone", "do not know this time zone"),
    "a time that does not exist": (
        {"day": "2028-03-12", "starts": "02:30", "ends": "03:30"}, "starts", "This time does not exist"),
    "a time that comes twice": (
        {"day": "2027-11-07", "starts": "01:30", "ends": "03:00"}, "starts", "This time comes twice"),
    "nowhere": ({"in_person": None}, "in_person", "Say where the meeting is held"),
    "in a room without a place": ({"place": ""}, "place", "Choose the place"),
    "a place that is none": ({"place": "77"}, "place", "Choose the place"),
    "a new place without a name": ({"place": "new", "place_address": "1 Main"}, "place_name", "please write it"),
    "a new place without an address": (
        {"place": "new", "place_name": "Hall"}, "place_address", "Write the address of the place"),
    "no seats": ({"capacity": "0"}, "capacity", "a number from 1 to 100000"),
    "seats in words": ({"capacity": "many"}, "capacity", "please write a number"),
    "recording not said": ({"recording": ""}, "recording", "Say whether the meeting is recorded"),
    "childcare that closes on the day": (
        {"childcare": "1", "childcare_closes": "2027-05-20"}, "childcare_closes", "a day before the meeting"),
    "opening without a time": ({"opens_day": "2027-04-01"}, "opens_time", "Write also when registration opens"),
    "an end without a day": ({"closes_time": "17:00"}, "closes_day", "Write also when registration ends"),
    "opens after it closes": (
        {"opens_day": "2027-05-02", "opens_time": "08:00", "closes_day": "2027-05-01", "closes_time": "08:00"},
        "closes_day", "Registration ends before it opens"),
    "opens after the meeting": ({"opens_day": "2027-05-21", "opens_time": "08:00"}, "opens_day", "must open before"),
    "closes after the meeting": (
        {"closes_day": "2027-05-21", "closes_time": "08:00"}, "closes_day", "cannot end after the meeting"),
    "an address with capitals": ({"slug": "Bus Routes"}, "slug", "small letters from a to z"),
    "an address that is taken": ({"slug": "english-meeting"}, "slug", "Another meeting has this web address"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_refused_in_words_at_its_field(coordinator: Browser, case: str) -> None:
    answers, field, said = WRONG[case]
    before = newest().id
    page = write(coordinator, **answers)
    assert page.status == 422
    assert said in errors(page)[field]
    assert newest().id == before
    # What was typed stands there still.
    assert page.form("title").values["title"] == {**MEETING, **answers}["title"]


@pytest.mark.parametrize(("locale", "said"), [("es", "Escriba un título"), ("vi", "Xin ghi tiêu đề")])
def test_the_words_are_in_the_language_of_the_person(app: Flask, locale: str, said: str) -> None:
    page = write(signed_in(app, "coordinator", locale=locale), title="")
    assert errors(page)["title"] == said
    assert page.html.get("lang") == locale


def test_a_meeting_that_goes_on_after_midnight_says_so(coordinator: Browser) -> None:
    write(coordinator, starts="22:00", ends="00:30", next_day="1")
    assert newest().ends_at - newest().starts_at == timedelta(hours=2, minutes=30)
    page = coordinator.get(f"/staff/meetings/{newest().id}/edit")
    assert page.form("next_day").values.get("next_day") == "1"


def test_an_address_is_made_from_the_title_and_never_twice(coordinator: Browser) -> None:
    for expected in ("buoi-hop-ve-duong-xe", "buoi-hop-ve-duong-xe-2", "buoi-hop-ve-duong-xe-3"):
        write(coordinator, title="Buổi họp về Đường xe")
        assert newest().slug == expected


def test_a_series_and_a_place_can_be_made_along_with_a_meeting(coordinator: Browser) -> None:
    write(coordinator, series="new", series_title="Buses", place="new", place_name="Town hall",
          place_address="1 Main Street", place_entrance="Use the back door.")  # fmt: skip
    made = newest()
    assert words("series", made.series_id, "title", "en") == "Buses"
    assert made.place_id is not None
    assert db.session.get_one(Place, made.place_id).address == "1 Main Street"
    assert words("place", made.place_id, "entrance", "en") == "Use the back door."


def test_an_online_meeting_has_no_place_and_no_seats_in_a_room(coordinator: Browser) -> None:
    write(coordinator, in_person=None, online="1", place="1", capacity="50", online_capacity="70")
    made = newest()
    assert (made.in_person, made.online, made.place_id, made.capacity, made.online_capacity) == (
        False, True, None, None, 70,
    )  # fmt: skip


def test_an_old_form_keeps_what_was_typed(coordinator: Browser) -> None:
    form = coordinator.get("/staff/meetings/new").form("title")
    for name, value in MEETING.items():
        form.values[name] = value
    form.values["csrf_token"] = "old"
    before = newest().id
    page = coordinator.send(form)
    assert page.status == 422
    assert "Nothing was saved yet" in page.text
    assert page.form("title").values["title"] == "Bus routes"
    assert newest().id == before


def test_saving_without_a_change_changes_nothing(coordinator: Browser) -> None:
    before = meeting()
    kept = {column.key: getattr(before, column.key) for column in before.__table__.columns}
    page = edit(coordinator)
    assert "Nothing was changed" in page.text
    after = meeting()
    assert {column.key: getattr(after, column.key) for column in after.__table__.columns} == kept


def test_a_meeting_without_families_can_be_moved_in_the_form(coordinator: Browser, browser: Browser) -> None:
    browser.get("/en/meetings/english-meeting/")
    page = edit(coordinator, day="2027-05-05", recording="no")
    assert page.status == 200
    assert meeting().starts_at == datetime(2027, 5, 5, 17, 30, tzinfo=DENVER)
    assert set(recorded("meeting_edited").facts["fields"]) == {"starts_at", "ends_at", "recording"}
    assert "Wednesday, May 5, 2027" in browser.get("/en/meetings/english-meeting/").main.text


def test_where_families_registered_the_plan_is_not_in_the_form_and_the_page_says_where_it_is(
    coordinator: Browser, browser: Browser
) -> None:
    steps.register(browser)
    page = coordinator.get(f"/staff/meetings/{meeting().id}/edit")
    names = {control.get("name") for control in page.root.all("input", "select", "textarea")}
    assert not names & {"day", "starts", "ends", "time_zone", "place", "in_person", "online", "floor_language", "slug"}
    assert page.link("Change of plan").endswith(f"/staff/meetings/{meeting().id}/plan/")
    assert edit(coordinator, recording="audio").status == 200
    assert meeting().recording == "audio"


def test_a_form_from_before_the_first_family_cannot_move_the_meeting(coordinator: Browser, browser: Browser) -> None:
    form = coordinator.get(f"/staff/meetings/{meeting().id}/edit").form("day")
    steps.register(browser)
    before = meeting().starts_at
    page = coordinator.send(form, day="2027-05-05")
    assert page.status == 409
    assert "change of plan now" in page.text
    assert meeting().starts_at == before


def test_where_interpreters_are_booked_the_plan_is_not_edited_behind_their_backs(coordinator: Browser) -> None:
    form = coordinator.get(f"/staff/meetings/{meeting().id}/edit").form("day")
    booked = interpreter()
    book.book(team()[0], booked, by=None, now=clock.now())
    db.session.commit()
    page = coordinator.send(form, day="2027-05-05")
    assert page.status == 409
    assert "Interpreters are booked or asked meanwhile" in page.text
    assert assignment_of(booked).starts_at == meeting().starts_at
    assert "Interpreters are booked" in coordinator.get(f"/staff/meetings/{meeting().id}/edit").text


def test_a_form_from_before_the_first_family_that_moves_nothing_is_kept(coordinator: Browser, browser: Browser) -> None:
    form = coordinator.get(f"/staff/meetings/{meeting().id}/edit").form("day")
    steps.register(browser)
    assert coordinator.send(form, capacity="121").status == 200
    assert meeting().capacity == 121


@pytest.mark.parametrize(
    ("field", "answers"),
    [
        ("capacity", {"capacity": "4"}),
        ("online_capacity", {"online_capacity": "2"}),
        ("childcare_capacity", {"childcare_capacity": "1"}),
        ("childcare_capacity", {"childcare": None}),
    ],
)
def test_no_capacity_falls_below_what_is_taken(coordinator: Browser, field: str, answers: dict[str, Any]) -> None:
    row = meeting()
    row.seats_taken, row.online_taken, row.childcare_taken = 5, 3, 2
    db.session.commit()
    page = edit(coordinator, **answers)
    assert page.status == 422
    assert "already" in errors(page)[field]
    assert meeting().capacity == 120


def test_more_seats_go_to_families_that_wait_and_they_are_told(
    coordinator: Browser, browser: Browser, app: Flask
) -> None:
    row = meeting()
    row.capacity = 1
    db.session.commit()
    steps.register(browser)
    steps.register(Browser(app), name="Omar Said", email="omar@example.org")
    assert meeting().waiting == 1
    assert edit(coordinator, capacity="2").status == 200
    statuses = list(db.session.scalars(select(Registration.status).order_by(Registration.id)))
    assert statuses == ["registered", "registered"]
    assert (meeting().waiting, meeting().seats_taken) == (0, 2)
    assert "promoted" in list(db.session.scalars(select(OutboxMessage.message)))


def test_the_second_of_two_editors_sees_the_firsts_change_beside_what_was_typed(
    coordinator: Browser, app: Flask
) -> None:
    address = f"/staff/meetings/{meeting().id}/edit"
    second = signed_in(app, "coordinator", email="second@example.org").get(address).form("capacity")
    assert edit(coordinator, capacity="130").status == 200
    other = signed_in(app, "coordinator", email="second@example.org")
    second.values["csrf_token"] = other.get(address).form("capacity").values["csrf_token"]
    page = other.send(second, capacity="90")
    assert page.status == 409
    assert meeting().capacity == 130
    assert page.form("capacity").values["capacity"] == "90"
    assert "Now saved: 130" in page.text
    # Having seen both, the second may keep their own.
    assert other.send(page.form("capacity")).status == 200
    assert meeting().capacity == 90


def test_a_series_is_made_edited_and_shown_with_its_meetings(coordinator: Browser, browser: Browser) -> None:
    page = send(
        coordinator, "/staff/series/new", title="Buses", introduction="How we drive.", time_zone="America/Denver"
    )
    assert page.heading == "Buses"
    row = db.session.scalars(select(Series).where(Series.slug == "buses")).one()
    assert "How we drive." in browser.get("/en/series/buses/").main.text
    page = send(coordinator, f"/staff/series/{row.id}/", slug="bus-lines")
    assert page.status == 200
    assert browser.get("/en/series/bus-lines/").status == 200
    assert "Meeting in English" in coordinator.get("/staff/series/1/").main.text


@pytest.mark.parametrize(
    ("answers", "field", "said"),
    [
        ({"title": ""}, "title", "please write it"),
        ({"slug": "school-safety"}, "slug", "Another series has this web address"),
        ({"slug": "Ä"}, "slug", "small letters"),
        ({"time_zone": "Denver"}, "time_zone", "do not know this time zone"),
    ],
)
def test_a_series_that_cannot_be_is_refused(
    coordinator: Browser, answers: dict[str, str], field: str, said: str
) -> None:
    page = send(coordinator, "/staff/series/new", **({"title": "Buses", "time_zone": "America/Denver"} | answers))
    assert page.status == 422
    assert said in errors(page)[field]


def test_a_place_is_made_and_its_address_corrected(coordinator: Browser, browser: Browser) -> None:
    page = send(coordinator, "/staff/places/new", name="Town hall", address="1 Main Street")
    assert page.heading == "Town hall"
    page = send(coordinator, "/staff/places/1/", address="1201 Mesa Street")
    assert page.status == 200
    assert "1201 Mesa Street" in browser.get("/en/meetings/english-meeting/").main.text
    assert errors(send(coordinator, "/staff/places/1/", address=""))["address"] == "Address: please write it"


@pytest.mark.parametrize(("address", "field"), [("/staff/places/1/", "address"), ("/staff/series/1/", "slug")])
def test_two_editors_of_a_place_or_a_series_never_overwrite(coordinator: Browser, address: str, field: str) -> None:
    old = coordinator.get(address).form(field)
    assert send(coordinator, address, **{field: "first-change"}).status == 200
    page = coordinator.send(old, **{field: "second-change"})
    assert page.status == 409
    assert "first-change" in page.text
    assert page.form(field).values[field] == "second-change"
    assert coordinator.get(address).form(field).values[field] == "first-change"


def test_a_copy_has_the_same_times_on_another_day_and_starts_anew(coordinator: Browser, browser: Browser) -> None:
    steps.register(browser, interpretation="es")
    source = meeting()
    page = send(coordinator, f"/staff/meetings/{source.id}/duplicate", day="2027-11-08")
    assert page.status == 200
    made, source = newest(), meeting()
    # The clocks were put back in between: the same time of day is another moment.
    assert made.starts_at == datetime(2027, 11, 8, 17, 30, tzinfo=DENVER)
    assert (made.published_at, made.seats_taken, made.registrations, made.version) == (None, 0, 0, 1)
    assert (made.slug, made.capacity, made.place_id) == ("english-meeting-2027-11-08", source.capacity, source.place_id)
    assert made.childcare_closes_at == datetime(2027, 11, 5, 17, 30, tzinfo=DENVER)
    for locale in ("en", "es", "vi"):
        one, other = (text("meeting", row_id, "about", locale) for row_id in (source.id, made.id))
        assert one is not None
        assert other is not None
        assert (one.text, one.status, one.source_hash) == (other.text, other.status, other.source_hash)
    query = select(InterpretationService).where(InterpretationService.meeting_id == made.id)
    assert {(row.language, row.state) for row in db.session.scalars(query)} == {("es", "looking"), ("vi", "looking")}


def test_interpretation_that_only_requests_brought_is_not_copied(coordinator: Browser) -> None:
    source = meeting()
    row = db.session.scalars(
        select(InterpretationService).where(
            InterpretationService.meeting_id == source.id, InterpretationService.language == "vi"
        )
    ).one()
    row.standing = False
    db.session.commit()
    send(coordinator, f"/staff/meetings/{source.id}/duplicate", day="2027-06-07")
    query = select(InterpretationService.language).where(InterpretationService.meeting_id == newest().id)
    assert list(db.session.scalars(query)) == ["es"]


@pytest.mark.parametrize(
    ("day", "said"), [("", "Write the day"), ("never", "please write a day"), ("2027-03-01", "are over")]
)
def test_a_copy_needs_a_day_that_can_be(coordinator: Browser, day: str, said: str) -> None:
    page = send(coordinator, f"/staff/meetings/{meeting().id}/duplicate", day=day)
    assert page.status == 422
    assert said in errors(page)["day"]


def test_a_copy_never_falls_on_an_hour_that_does_not_exist(coordinator: Browser) -> None:
    row = meeting("vietnamese-meeting")
    row.starts_at, row.ends_at = (datetime(2027, 5, 11, hour, 30, tzinfo=DENVER) for hour in (2, 4))
    db.session.commit()
    page = send(coordinator, f"/staff/meetings/{row.id}/duplicate", day="2028-03-12")
    assert page.status == 422
    assert "does not exist" in errors(page)["day"]


def test_a_whole_series_is_copied_at_once_with_its_weekdays(coordinator: Browser) -> None:
    page = coordinator.get("/staff/series/1/duplicate?weeks=20")
    form = page.form("meeting")
    assert len(form.values.getlist("meeting")) == 3
    page = coordinator.send(form, into="new", title="School safety, next year")
    assert page.heading == "School safety, next year"
    made = newest()
    rows = db.session.scalars(select(type(made)).where(type(made).series_id == made.series_id)).all()
    assert len(rows) == 3
    sources = {slug: meeting(slug).starts_at for slug in ("english-meeting", "spanish-meeting", "vietnamese-meeting")}
    for row in db.session.scalars(select(type(made)).where(type(made).series_id == made.series_id)):
        source = next(at for slug, at in sources.items() if row.slug.startswith(slug))
        assert row.starts_at.astimezone(DENVER).replace(tzinfo=None) == (
            source.astimezone(DENVER) + timedelta(weeks=20)
        ).replace(tzinfo=None)
        assert row.published_at is None
    assert words("series", made.series_id, "introduction", "vi") == words("series", 1, "introduction", "vi")


def test_a_series_is_copied_into_itself_and_only_what_is_ticked(coordinator: Browser) -> None:
    form = coordinator.get("/staff/series/1/duplicate").form("meeting")
    chosen = str(meeting("spanish-meeting").id)
    page = coordinator.send(form, meeting=[chosen], **{f"day-{chosen}": "2027-09-14"})
    assert page.status == 200
    assert "1 copy is saved" in page.text
    assert (newest().series_id, newest().slug) == (1, "spanish-meeting-2027-09-14")


def test_a_series_with_one_wrong_day_is_not_copied_at_all(coordinator: Browser) -> None:
    form = coordinator.get("/staff/series/1/duplicate").form("meeting")
    before, wrong = newest().id, f"day-{meeting('spanish-meeting').id}"
    page = coordinator.send(form, **{wrong: "someday"})
    assert page.status == 422
    assert "please write a day" in errors(page)[wrong]
    assert page.form("meeting").values[wrong] == "someday"
    page = coordinator.send(coordinator.get("/staff/series/1/duplicate").form("meeting"), meeting=[])
    assert errors(page)["rows"] == "Choose at least one meeting"
    page = coordinator.send(coordinator.get("/staff/series/1/duplicate").form("meeting"), into="new", title="")
    assert errors(page)["title"] == "Title of the new series: please write it"
    assert newest().id == before


def test_a_meeting_that_is_over_keeps_its_day_when_something_else_is_changed(coordinator: Browser) -> None:
    with clock.at(datetime(2027, 6, 1, tzinfo=UTC)):
        late = signed_in(coordinator.client.application, "coordinator")
        assert edit(late, recording="no").status == 200
    assert meeting().recording == "no"
