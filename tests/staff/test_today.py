"""Today: what needs somebody, by deadline; and what it costs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, update

from registration import clock
from registration.demo_families import load_families
from registration.extensions import db
from registration.families.change import not_me
from registration.mail.models import OutboxMessage
from registration.meetings.models import InterpretationService, TranslatedText
from registration.meetings.published import touch
from registration.staff.removals.remove import remove
from registration.staff.today.due import CallsRow, FamilyRow, Found, Mails, RemovalRow, Urgency, due, grouped, urgency
from registration.staff.today.interpreting import DemandRow
from registration.staff.today.things import Kind, MeetingRow, Policy, Todo
from tests.conftest import NOW
from tests.families.steps import address, meeting, register, registrations
from tests.pages import Browser, Page
from tests.signing_in import signed_in

DENVER = "America/Denver"
POLICY = Policy(tell_by_days=3, spoken_notice_days=14, signed_notice_days=28)
STARTS = NOW + timedelta(days=30)
MEETING = MeetingRow(1, STARTS, published=True, held=True)


def kinds(found: Found, now: datetime = NOW) -> list[tuple[Kind, datetime]]:
    """What there is to do, and by when."""
    return [(todo.kind, todo.by) for todo in due(found, POLICY, now)]


def asked(**changes: Any) -> DemandRow:
    """Three families ask for Somali in time; nobody is arranged."""
    row: dict[str, Any] = {
        "meeting_id": 1,
        "language": "so",
        "modality": "spoken",
        "families": 3,
        "listeners": 5,
        "late": 0,
    }
    return DemandRow(**(row | {"arranged": False} | changes))


# The pure part


def test_a_language_without_an_interpreter_is_due_on_the_day_that_families_were_promised() -> None:
    assert kinds(Found([MEETING], [asked()])) == [(Kind.NO_INTERPRETER, STARTS - timedelta(days=3))]


@pytest.mark.parametrize("changes", [{"arranged": True}, {"families": 0}])
def test_what_is_arranged_or_asked_by_nobody_is_nothing_to_do(changes: dict[str, Any]) -> None:
    assert kinds(Found([MEETING], [asked(**changes)])) == []


def test_who_asked_late_was_promised_no_day() -> None:
    assert kinds(Found([MEETING], [asked(late=3)])) == [(Kind.LATE, STARTS)]
    assert kinds(Found([MEETING], [asked(late=2)])) == [(Kind.NO_INTERPRETER, STARTS - timedelta(days=3))]


def test_a_meeting_that_is_called_off_needs_no_interpreter() -> None:
    assert kinds(Found([MeetingRow(1, STARTS, published=True, held=False)], [asked()])) == []


@pytest.mark.parametrize(("days_ahead", "days_before"), [(30, 14), (10, 3), (2, 0)])
def test_own_words_are_due_before_the_next_day_that_matters(days_ahead: int, days_before: int) -> None:
    starts = NOW + timedelta(days=days_ahead)
    found = Found([MeetingRow(1, starts, True, True)], own_words=[FamilyRow(7, 1, NOW, "Rosa", "Mixteco", 9)])
    assert kinds(found) == [(Kind.OWN_WORDS, starts - timedelta(days=days_before))]


def test_doubts_are_due_three_days_after_they_came_up_and_before_the_meeting() -> None:
    rows = [FamilyRow(7, 1, NOW, "Rosa")]
    assert kinds(Found([MEETING], not_me=rows)) == [(Kind.NOT_ME, NOW + timedelta(days=3))]
    near = MeetingRow(1, NOW + timedelta(days=1), True, True)
    assert kinds(Found([near], not_me=rows)) == [(Kind.NOT_ME, NOW + timedelta(days=1))]


def test_a_double_is_due_a_week_before_the_meeting() -> None:
    found = Found([MEETING], same_address=[FamilyRow(7, 1, NOW, "Rosa")])
    assert kinds(found) == [(Kind.SAME_ADDRESS, STARTS - timedelta(days=7))]


def test_many_languages_of_one_meeting_are_one_thing_to_do_the_most_asked_first() -> None:
    rows = [asked(language=tag, families=number) for number, tag in enumerate(("am", "so", "ar", "ne"), 1)]
    (todo,) = due(Found([MEETING], rows), POLICY, NOW)
    assert isinstance(todo.about, tuple)
    assert [row.language for row in todo.about] == ["ne", "ar", "so", "am"]
    assert len(due(Found([MEETING], rows[:3]), POLICY, NOW)) == 3


def test_families_of_meetings_that_are_over_are_nothing_to_do() -> None:
    rows = [FamilyRow(7, 2, NOW, "Rosa", "Mixteco", 9)]
    assert kinds(Found([MEETING], own_words=rows, not_me=rows, same_address=rows)) == []


def test_texts_count_for_published_meetings_and_for_drafts_that_start_soon() -> None:
    gaps = {"missing": {"vi": 2}, "stale": {"es": 1, "vi": 1}}
    published = MeetingRow(1, STARTS, True, True, **gaps)
    assert kinds(Found([published])) == [(Kind.TEXTS, STARTS - timedelta(days=7))] * 2
    draft = MeetingRow(1, STARTS, False, True, **gaps)
    assert [kind for kind, _ in kinds(Found([draft]))] == [Kind.DRAFT]
    assert [kind for kind, _ in kinds(Found([draft]), STARTS - timedelta(days=21))] == [
        Kind.DRAFT,
        Kind.TEXTS,
        Kind.TEXTS,
    ]


def test_a_removal_is_due_while_it_can_be_undone() -> None:
    found = Found([MEETING], removals=[RemovalRow(1, 1, NOW, 40)])
    assert kinds(found) == [(Kind.UNDO, NOW + timedelta(days=1))]


def test_calls_and_mails_are_one_thing_each() -> None:
    found = Found(
        calls=CallsRow(4, NOW, (("es", 3), ("so", 1))),
        failed=Mails(2, NOW + timedelta(days=1)),
        held=Mails(0, None),
    )
    assert kinds(found) == [(Kind.CALLS, NOW), (Kind.FAILED, NOW + timedelta(days=1))]


def test_the_nearest_deadline_stands_first() -> None:
    found = Found([MEETING], [asked(), asked(language="am", late=3)], not_me=[FamilyRow(7, 1, NOW)])
    assert [kind for kind, _ in kinds(found)] == [Kind.NOT_ME, Kind.NO_INTERPRETER, Kind.LATE]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (NOW - timedelta(days=9), Urgency.TODAY),
        (datetime(2027, 3, 31, 5, 59, tzinfo=UTC), Urgency.TODAY),
        (datetime(2027, 3, 31, 6, 0, tzinfo=UTC), Urgency.WEEK),
        (datetime(2027, 4, 7, 5, 59, tzinfo=UTC), Urgency.WEEK),
        (datetime(2027, 4, 7, 6, 0, tzinfo=UTC), Urgency.LATER),
    ],
)
def test_days_are_those_of_the_district(by: datetime, expected: Urgency) -> None:
    now = datetime(2027, 3, 30, 20, 0, tzinfo=UTC)
    # The seventh day after Tuesday 30 March is Tuesday 6 April, which ends at six in the morning of UTC.
    assert urgency(Todo(Kind.CALLS, by, None), now, DENVER) is expected


def test_headings_without_anything_are_left_out() -> None:
    todos = [Todo(Kind.CALLS, NOW, None), Todo(Kind.HELD, NOW + timedelta(days=99), None)]
    assert list(grouped(todos, NOW, DENVER)) == [Urgency.TODAY, Urgency.LATER]


# The page


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English, in a district where all that the demo leaves open is settled."""
    settle_texts()
    return signed_in(app, "coordinator")


def settle_texts() -> None:
    """Every text is there and of today."""
    db.session.execute(update(TranslatedText).values(source_hash=None))
    touch()
    db.session.commit()


def today(staff: Browser) -> Page:
    """The first screen."""
    return staff.get("/staff/")


def todos(page: Page) -> list[str]:
    """What there is to do, in order."""
    return [one.one("h3").text for one in page.root.all("li", class_="todo")]


def arrange(language: str, state: str = "confirmed") -> None:
    """The meeting in English has a service; committed."""
    db.session.add(InterpretationService(meeting_id=meeting().id, language=language, mode="consecutive", state=state))
    touch()
    db.session.commit()


def test_nothing_to_do_is_said(app: Flask, staff: Browser) -> None:
    page = today(staff)
    assert todos(page) == []
    assert "Nothing waits for you" in page.text
    assert "Tuesday, March 30, 2027" in page.text


def test_a_language_without_an_interpreter_stands_there_until_it_is_arranged(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="so", listeners="2")
    page = today(staff)
    assert todos(page) == ["No interpreter yet: Somali"]
    assert "1 family, 2 listeners" in page.text
    assert "Friday, April 30" in page.text
    arrange("so", "looking")
    assert todos(today(staff)) == ["No interpreter yet: Somali"]
    db.session.execute(update(InterpretationService).values(state="confirmed"))
    db.session.commit()
    assert todos(today(staff)) == []


def test_a_long_tail_of_languages_stands_on_one_line(app: Flask, staff: Browser) -> None:
    for number, tag in enumerate(("so", "am", "ar", "ne")):
        register(Browser(app), interpretation=tag, name=tag, email=f"{number}@example.org")
    page = today(staff)
    assert todos(page) == ["No interpreter yet for 4 languages"]
    assert "Somali: 1" in page.text


def test_late_requests_are_named_as_such(app: Flask, staff: Browser) -> None:
    with clock.at(NOW + timedelta(days=25)):
        register(Browser(app), interpretation="so")
        assert todos(today(signed_in(app, "coordinator"))) == ["Asked late: Somali"]


def test_own_words_lead_to_where_the_language_is_chosen(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="other", other_language="Mixteco")
    page = today(staff)
    assert todos(page) == ["A family wrote “Mixteco”"]
    assert staff.get(page.link("Choose the language")).heading == "Which language is it?"


def test_calls_lead_to_the_list(app: Flask, staff: Browser) -> None:
    register(Browser(app), email="", phone="303 555 0148")
    register(Browser(app), address(locale="es"), name="Rosa", email="", phone="303 555 0149")
    page = today(staff)
    assert todos(page) == ["2 families wait for a call"]
    assert "English: 1, Spanish: 1" in page.text
    assert staff.get(page.link("Open the call list")).heading == "Calls to make"


@pytest.mark.parametrize(("state", "words"), [("failed", "1 message failed"), ("held", "1 message is held")])
def test_failed_and_held_messages_stand_there(app: Flask, staff: Browser, state: str, words: str) -> None:
    register(Browser(app))
    db.session.execute(update(OutboxMessage).where(OutboxMessage.message == "confirmation").values(state=state))
    db.session.commit()
    assert todos(today(staff)) == [words]


def test_doubts_and_doubles_lead_to_the_family(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    register(Browser(app), name="Cousin")
    assert todos(today(staff)) == ["Registered twice? Cousin"]
    not_me(registrations()[0], NOW)
    db.session.commit()
    page = today(staff)
    assert todos(page) == ["“This is not me”: Ada Okafor", "Registered twice? Cousin"]
    assert staff.get(page.link("Settle it")).heading == "“This is not me”"


def test_a_missing_and_a_stale_text_stand_there_by_language(app: Flask, staff: Browser) -> None:
    title = (
        TranslatedText.owner == "meeting",
        TranslatedText.owner_id == meeting().id,
        TranslatedText.field == "title",
    )
    db.session.execute(update(TranslatedText).where(*title, TranslatedText.locale == "vi").values(text=""))
    db.session.execute(update(TranslatedText).where(*title, TranslatedText.locale == "es").values(source_hash="0" * 64))
    touch()
    db.session.commit()
    page = today(staff)
    assert todos(page) == ["The page is not complete: Spanish", "The page is not complete: Vietnamese"]
    assert "1 text is out of date." in page.text
    assert "1 text is missing." in page.text


def test_a_draft_stands_there(app: Flask, staff: Browser) -> None:
    meeting(published_at=None)
    page = today(staff)
    assert todos(page) == ["Not published yet"]
    assert "Not published" in page.main.text


def test_a_removal_can_be_found_again(app: Flask, staff: Browser) -> None:
    register(Browser(app))
    row = registrations()[0]
    remove(row.meeting_id, [row.id], person_id=None, now=NOW)
    db.session.commit()
    page = today(staff)
    assert todos(page) == ["1 registration was removed"]
    assert staff.get(page.link("See or undo")).heading == "Remove fake registrations"


def test_the_next_meetings_stand_in_a_table(app: Flask, staff: Browser) -> None:
    register(Browser(app), interpretation="so", attendance="in_person")
    page = today(staff)
    rows = page.root.all("tr")[1:]
    assert [row.one("th").text.split(" ")[0] for row in rows] == ["Meeting"] * 3
    assert "1 of 120" in rows[0].text
    assert "2 of 3" in rows[0].text


@pytest.mark.parametrize("role", ["greeter", "administrator"])
def test_who_cannot_do_these_things_sees_the_meetings_only(app: Flask, staff: Browser, role: str) -> None:
    register(Browser(app), interpretation="so")
    page = today(signed_in(app, role))
    assert todos(page) == []
    assert "Next meetings" in page.text
    assert "Nothing waits" not in page.text


def test_it_costs_the_same_however_many_families_there_are(app: Flask, staff: Browser) -> None:
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: counted.append(arguments[2]))
    load_families(40, NOW)
    db.session.commit()
    today(staff)
    counted.clear()
    today(staff)
    few = len(counted)
    load_families(400, NOW)
    db.session.commit()
    today(staff)
    counted.clear()
    page = today(staff)
    assert len(counted) <= few + 2
    assert len(page.root.all("li", class_="todo")) < 60


def test_the_page_writes_nothing(app: Flask, staff: Browser) -> None:
    load_families(60, NOW)
    db.session.commit()
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: counted.append(arguments[2]))
    today(staff)
    assert [one for one in counted if one.split(" ")[0] in ("INSERT", "UPDATE", "DELETE")] == []


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_the_page_stands_in_every_language(app: Flask, locale: str) -> None:
    load_families(60, NOW)
    register(Browser(app), interpretation="other", other_language="Mixteco", name="Rosa")
    db.session.commit()
    page = today(signed_in(app, "coordinator", locale=locale))
    assert page.html.get("lang") == locale
    assert len(todos(page)) > 3
