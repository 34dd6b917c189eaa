"""Fake registrations are removed together, without a word to anybody, and can be brought back for a day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families.change import erase
from registration.families.models import Demand, InterpretationRequest, Registration, Removal
from registration.families.recount import differences
from registration.mail.deliver import deliver_batch
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting
from registration.staff.removals.foreseen import MOST, Party, foresee
from registration.staff.removals.remove import CannotUndo, remove, undo
from tests.conftest import NOW
from tests.families.steps import meeting, messages, register, registrations
from tests.pages import Browser, Page
from tests.signing_in import signed_in

SPANISH = {"interpretation": "es", "listeners": "2"}


@pytest.fixture
def staff(app: Flask) -> Browser:
    """A coordinator who reads English."""
    return signed_in(app, "coordinator")


def families(app: Flask, number: int, **given: Any) -> list[Registration]:
    """So many more families of the meeting in English, each with an address of its own."""
    first = len(registrations())
    for one in range(first, first + number):
        register(Browser(app), **({"name": f"Family {one}", "email": f"family{one}@example.org"} | given))
    return registrations()[first:]


def taken_out(rows: list[Registration]) -> Removal:
    """These are removed; committed."""
    done = remove(rows[0].meeting_id, [row.id for row in rows], person_id=None, now=clock.now())
    assert done is not None
    db.session.commit()
    return done


def brought_back(removal: Removal) -> None:
    """The removal is undone; committed."""
    undo(removal.id, removal.meeting_id, now=clock.now())
    db.session.commit()


def states() -> list[str]:
    """The status of each registration, in order."""
    return [row.status for row in registrations()]


def new_messages(before: int) -> list[tuple[str, str]]:
    """What was queued after the first `before` messages."""
    return [one for one in messages() if one[0] != "sign_in"][before:]


def demand() -> dict[str, tuple[int, int, int]]:
    """Families, listeners, waiting families by language."""
    db.session.rollback()
    rows = db.session.scalars(select(Demand))
    return {row.language: (row.families, row.listeners, row.waiting_families) for row in rows}


def test_removed_families_are_told_nothing_and_their_requests_end(app: Flask) -> None:
    rows = families(app, 3, **SPANISH)
    told = len(new_messages(0))
    removal = taken_out(rows[:2])
    assert states() == ["withdrawn", "withdrawn", "registered"]
    assert [row.removal_id for row in registrations()] == [removal.id, removal.id, None]
    assert new_messages(told) == []
    assert demand()["es"] == (1, 2, 0)
    assert differences() == []


def test_what_still_waited_to_be_sent_to_them_is_not_sent(app: Flask) -> None:
    taken_out(families(app, 1))
    deliver_batch(clock.now())
    assert [state for message, state in messages() if message == "confirmation"] == ["superseded"]


def test_their_seats_go_to_waiting_families_who_are_told(app: Flask) -> None:
    meeting(capacity=2)
    rows = families(app, 3, attendance="in_person")
    assert states() == ["registered", "registered", "waiting"]
    told = len(new_messages(0))
    taken_out(rows[:1])
    assert states() == ["withdrawn", "registered", "registered"]
    assert new_messages(told) == [("promoted", "queued")]
    assert differences() == []


def test_a_second_click_removes_nothing_more(app: Flask) -> None:
    rows = families(app, 2)
    taken_out(rows)
    assert remove(rows[0].meeting_id, [row.id for row in rows], person_id=None, now=NOW) is None
    db.session.rollback()
    assert len(db.session.scalars(select(Removal)).all()) == 1


def test_registrations_of_another_meeting_are_left_alone(app: Flask) -> None:
    rows = families(app, 1)
    other = meeting("spanish-meeting")
    assert remove(other.id, [row.id for row in rows], person_id=None, now=NOW) is None
    db.session.rollback()
    assert states() == ["registered"]


def test_a_batch_has_a_bound(app: Flask) -> None:
    with pytest.raises(ValueError, match="at once"):
        remove(1, range(MOST + 1), person_id=None, now=NOW)


def test_undone_within_a_day_all_is_as_before_and_the_record_has_grown(app: Flask) -> None:
    rows = families(app, 2, childcare_children="1", **SPANISH)
    deliver_batch(clock.now())
    before, told = demand(), len(new_messages(0))
    children = meeting().childcare_taken
    removal = taken_out(rows)
    brought_back(removal)
    assert states() == ["registered", "registered"]
    assert demand() == before
    assert meeting().childcare_taken == children
    assert new_messages(told) == []
    assert len(db.session.scalars(select(InterpretationRequest)).all()) == 4
    assert [row.removal_id for row in registrations()] == [None, None]
    assert differences() == []


def test_undoing_twice_is_once(app: Flask) -> None:
    removal = taken_out(families(app, 2, **SPANISH))
    brought_back(removal)
    assert undo(removal.id, removal.meeting_id, now=clock.now()).again
    db.session.rollback()
    assert len(db.session.scalars(select(InterpretationRequest)).all()) == 4
    assert differences() == []


def test_where_the_seats_are_gone_they_wait_with_their_old_time_and_are_told(app: Flask) -> None:
    meeting(capacity=2)
    rows = families(app, 3, attendance="in_person")
    deliver_batch(clock.now())
    removal = taken_out(rows[:1])
    told = len(new_messages(0))
    with clock.at(NOW + timedelta(hours=2)):
        brought_back(removal)
    assert states() == ["waiting", "registered", "registered"]
    assert registrations()[0].waiting_since == NOW
    assert new_messages(told) == [("waiting", "queued")]
    assert differences() == []


def test_who_waited_before_waits_again_and_hears_only_of_seats(app: Flask) -> None:
    meeting(capacity=1)
    rows = families(app, 2, attendance="in_person")
    deliver_batch(clock.now())
    removal = taken_out(rows[1:])
    told = len(new_messages(0))
    brought_back(removal)
    assert states() == ["registered", "waiting"]
    assert new_messages(told) == []
    removal = taken_out(registrations()[1:])
    meeting(capacity=2)
    brought_back(removal)
    assert states() == ["registered", "registered"]
    assert new_messages(told) == [("promoted", "queued")]
    assert differences() == []


def test_who_never_got_the_confirmation_because_of_the_removal_gets_it_after_the_undo(app: Flask) -> None:
    removal = taken_out(families(app, 1))
    deliver_batch(clock.now())
    brought_back(removal)
    confirmations = [state for message, state in messages() if message == "confirmation"]
    assert confirmations == ["superseded", "queued"]
    deliver_batch(clock.now())
    assert [state for message, state in messages() if message == "confirmation"] == ["superseded", "sent"]


def test_after_a_day_or_once_the_meeting_is_called_off_it_cannot_be_undone(app: Flask) -> None:
    removal = taken_out(families(app, 1))
    with pytest.raises(CannotUndo):
        undo(removal.id, removal.meeting_id, now=NOW + timedelta(days=1))
    db.session.rollback()
    meeting(status="cancelled")
    with pytest.raises(CannotUndo):
        undo(removal.id, removal.meeting_id, now=NOW)
    db.session.rollback()
    assert states() == ["withdrawn"]


def test_who_had_the_data_deleted_meanwhile_does_not_come_back(app: Flask) -> None:
    rows = families(app, 2)
    removal = taken_out(rows)
    erase(rows[0].id, rows[0].meeting_id, now=NOW)
    db.session.commit()
    brought_back(removal)
    assert states() == ["withdrawn", "registered"]
    assert differences() == []


def test_counters_agree_after_removals_and_undoings_among_waiting_families_online_and_in_the_room(app: Flask) -> None:
    meeting(capacity=3, online_capacity=2)
    rows = families(app, 4, attendance="in_person", children="1", **SPANISH)
    rows += families(app, 3, attendance="online", interpretation=["es", "other"], other_language="Mam")
    first = taken_out(rows[::2])
    assert differences() == []
    families(app, 2, attendance="in_person", **SPANISH)
    second = taken_out(registrations()[1:2])
    assert differences() == []
    brought_back(first)
    assert differences() == []
    brought_back(second)
    assert differences() == []


def removals_page(staff: Browser, **asked: str) -> Page:
    """The list."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return staff.get(f"/staff/meetings/{meeting().id}/removals/?{query}")


def test_staff_choose_see_what_would_happen_do_it_and_undo_it(app: Flask, staff: Browser) -> None:
    meeting(capacity=2)
    rows = families(app, 3, attendance="in_person")
    page = removals_page(staff)
    confirm = staff.send(page.form("chosen"), chosen=[str(rows[0].id), str(rows[1].id)])
    assert confirm.heading == "Remove 2 registrations?"
    assert "Family 2" in confirm.main.text
    assert states() == ["registered", "registered", "waiting"]
    done = staff.send(confirm.form("confirmed"))
    assert "2 registrations are removed." in done.text
    assert states() == ["withdrawn", "withdrawn", "registered"]
    undone = staff.send(next(form for form in done.forms() if form.action.endswith("/undo")))
    assert "1 family has its seats again. 1 family waits now." in undone.text
    assert sorted(states()) == ["registered", "registered", "waiting"]
    assert differences() == []
    actions = [(entry.action, entry.facts) for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions[-2:] == [
        ("registrations.removed", {"families": 2}),
        ("registrations.restored", {"registered": 1, "waiting": 1}),
    ]


def test_both_buttons_pressed_twice_do_it_once(app: Flask, staff: Browser) -> None:
    rows = families(app, 2)
    confirm = staff.send(removals_page(staff).form("chosen"), chosen=[str(rows[0].id)])
    form = confirm.form("confirmed")
    done = staff.send(form)
    assert "removed already" in staff.send(form).text
    back = next(form for form in done.forms() if form.action.endswith("/undo"))
    staff.send(back)
    assert staff.send(back).status == 200
    assert states() == ["registered", "registered"]
    assert differences() == []
    db.session.rollback()
    assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "removal")).all()) == 2


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"name": "bot"}, ["Bot 1"]),
        ({"domain": "spam.example"}, ["Bot 1"]),
        ({"domain": "@SPAM.example"}, ["Bot 1"]),
        ({"name": "100%"}, []),
        ({"since": "2027-03-31"}, []),
        ({"until": "2027-03-29"}, []),
        ({"since": "2027-03-30", "until": "2027-03-30"}, ["Bot 1", "Ada Okafor"]),
        ({"since": "nonsense"}, ["Bot 1", "Ada Okafor"]),
    ],
)
def test_the_list_is_narrowed_by_name_domain_and_day(
    app: Flask, staff: Browser, asked: dict[str, str], shown: list[str]
) -> None:
    register(Browser(app))
    register(Browser(app), name="Bot 1", email="a@spam.example")
    page = removals_page(staff, **asked)
    names = [cell.one("bdi").text for cell in page.root.all("th", scope="row")]
    assert names == shown


def test_nothing_chosen_is_said(app: Flask, staff: Browser) -> None:
    families(app, 1)
    page = removals_page(staff)
    refused = staff.send(page.form("chosen"), chosen=[])
    assert refused.status == 422
    assert "Choose at least one registration" in refused.text


def test_an_old_form_removes_nothing(app: Flask, staff: Browser) -> None:
    rows = families(app, 1)
    where = f"/staff/meetings/{meeting().id}/removals/"
    answer = staff.post(where, {"chosen": str(rows[0].id), "confirmed": "yes", "csrf_token": "old"})
    assert answer.status == 422
    assert states() == ["registered"]


def test_a_removal_of_another_meeting_is_not_found(app: Flask, staff: Browser) -> None:
    removal = taken_out(families(app, 1))
    other = db.session.scalars(select(Meeting.id).where(Meeting.slug == "spanish-meeting")).one()
    assert staff.raw("post", f"/staff/meetings/{other}/removals/{removal.id}/undo").status_code in (404, 422)
    assert states() == ["withdrawn"]


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_the_pages_stand_in_every_language(app: Flask, another_browser: Callable[[], Browser], locale: str) -> None:
    rows = families(app, 2)
    taken_out(rows[:1])
    person = signed_in(app, "coordinator", locale=locale)
    page = removals_page(person)
    assert page.html.get("lang") == locale
    confirm = person.send(page.form("chosen"), chosen=[str(rows[1].id)])
    assert confirm.html.get("lang") == locale


def test_what_would_happen_is_foreseen_as_it_then_happens() -> None:
    going = [Party(1, "in_person", 3, False), Party(2, "online", 2, False), Party(3, "in_person", 1, True)]
    waiting = [
        Party(3, "in_person", 1, True),
        Party(4, "in_person", 5, True),
        Party(5, "in_person", 2, True),
        Party(6, "in_person", 2, True),
        Party(7, "online", 1, True),
    ]
    seen = foresee(going, waiting, {"in_person": 1, "online": None})
    assert (seen.families, dict(seen.freed)) == (3, {"in_person": 3, "online": 2})
    assert seen.promoted == (5, 6, 7)


def test_the_outbox_knows_no_message_of_a_removal(app: Flask) -> None:
    taken_out(families(app, 1))
    db.session.rollback()
    assert {row.message for row in db.session.scalars(select(OutboxMessage))} <= {"confirmation", "sign_in"}
