"""Answers are deleted as many days after the meeting as the pages say; what reports count stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families import outcomes
from registration.families.change import ChangedMeanwhile, change, erase, withdraw
from registration.families.interpretation import Key
from registration.families.models import CallResult, Demand, Event, Modality, Outcome, Registration, Removal
from registration.families.outcomes import Result, Said
from registration.families.recount import differences
from registration.families.releasing import NothingAsked, release
from registration.interpretation import book
from registration.interpretation.briefing.models import Briefing, Material, MaterialContent
from registration.interpretation.day import approving, attending
from registration.interpretation.models import Assignment
from registration.mail import deliver
from registration.mail.models import AddressAllowance, OutboxMessage
from registration.meetings.models import District, Meeting, MeetingStatus
from registration.meetings.published import content
from registration.privacy.purge import step
from registration.staff.calls.record import note_call
from registration.staff.calls.waiting import Filter, calls
from registration.staff.family.settle import seen_as, write_note
from registration.staff.plan.change_of_plan import change_of_plan
from registration.staff.plan.plans import Kind, Plan
from registration.staff.removals.remove import remove
from tests.conftest import NOW
from tests.families.steps import ADA, address, meeting, register, registrations, the_only
from tests.interpretation.cast import interpreter, team
from tests.pages import Browser
from tests.privacy.canary import family, hits, rows, sing
from tests.promises.crowd import all_at_once, answers, registers
from tests.signing_in import signed_in

DAYS = timedelta(days=30)
A_SECOND = timedelta(seconds=1)


def due(slug: str = "english-meeting") -> datetime:
    """When the answers to a meeting are to be deleted."""
    return meeting(slug).ends_at + DAYS


def purge(now: datetime, families: int = 200) -> list[tuple[str, int]]:
    """Delete everything that is due; what each step did."""
    steps = []
    with clock.at(now):
        while done := step(now, families):
            db.session.commit()
            steps.append(tuple(done))
    db.session.commit()
    return steps  # type: ignore[return-value]


def erased() -> list[bool]:
    """Of each registration, whether its data is gone."""
    return [one.erased_at is not None for one in registrations()]


def test_everything_a_family_said_is_gone_after_its_days_and_not_a_second_before(app: Flask) -> None:
    sing(app)
    before = hits(rows())
    assert before > 20
    assert all(what not in ("registrations", "messages", "files") for what, _ in purge(due() - A_SECOND))
    assert erased() == [False, False]
    purge(due())
    assert erased() == [True, True]
    assert hits(rows()) == 0
    assert differences() == []


def test_the_days_are_those_of_the_district(app: Flask) -> None:
    family(app)
    db.session.execute(update(District).values(retention_days=3))
    db.session.commit()
    ends_at = meeting().ends_at
    purge(ends_at + timedelta(days=3) - A_SECOND)
    assert erased() == [False]
    purge(ends_at + timedelta(days=3))
    assert erased() == [True]


def test_days_that_are_raised_later_are_not_for_families_who_were_promised_fewer(app: Flask) -> None:
    family(app)
    administrator = signed_in(app, "administrator")
    administrator.send(administrator.get("/staff/settings/").form("retention_days"), retention_days="90")
    # The form of this meeting goes on promising what is done, and a later meeting has the new days.
    assert "We delete your answers 30 days after the meeting." in Browser(app).get(address()).text
    assert "We delete your answers 90 days after the meeting." in Browser(app).get("/en/privacy").text
    purge(due() - A_SECOND)
    assert erased() == [False]
    purge(due())
    assert erased() == [True]


def test_days_that_are_lowered_hold_at_once(app: Flask) -> None:
    family(app)
    administrator = signed_in(app, "administrator")
    for days in ("60", "10"):
        administrator.send(administrator.get("/staff/settings/").form("retention_days"), retention_days=days)
    assert "We delete your answers 10 days after the meeting." in Browser(app).get(address()).text
    ends_at = meeting().ends_at
    purge(ends_at + timedelta(days=10) - A_SECOND)
    assert erased() == [False]
    purge(ends_at + timedelta(days=10))
    assert erased() == [True]


def test_a_meeting_that_moved_counts_from_its_new_end(app: Flask) -> None:
    family(app)
    old = due()
    meeting(starts_at=meeting().starts_at + DAYS, ends_at=meeting().ends_at + DAYS)
    purge(old)
    assert erased() == [False]
    purge(old + DAYS)
    assert erased() == [True]


def called_off(kind: Kind, now: datetime, **given: Any) -> None:
    """Let staff change the plan; committed."""
    held = meeting()
    change_of_plan(held.id, Plan(kind, **given), version=held.version, by=None, now=now)
    db.session.commit()


@pytest.mark.parametrize("kind", [Kind.CANCELLED, Kind.POSTPONED])
def test_a_meeting_that_is_called_off_counts_from_its_old_end(app: Flask, kind: Kind) -> None:
    family(app)
    called_off(kind, NOW)
    purge(due() - A_SECOND)
    assert erased() == [False]
    purge(due())
    assert erased() == [True]


def test_families_that_were_deleted_while_a_meeting_had_no_date_hold_no_seats_at_the_new_one(app: Flask) -> None:
    family(app, adults="3")
    called_off(Kind.POSTPONED, NOW)
    later = due()
    purge(later)
    assert meeting().seats_taken == 3
    start = later + DAYS
    called_off(Kind.AGAIN, later, starts_at=start, ends_at=start + timedelta(hours=1))
    assert meeting().seats_taken == 0
    assert meeting().status == MeetingStatus.SCHEDULED
    assert differences() == []


def test_it_goes_on_where_it_was_stopped(app: Flask) -> None:
    for number in range(5):
        register(Browser(app), name=f"Family {number}", email=f"f{number}@example.org")
    now = due()
    with clock.at(now):
        assert step(now, 2) == ("registrations", 2)
        db.session.commit()
        assert step(now, 2) == ("registrations", 2)
        # Stopped before this one was kept.
        db.session.rollback()
    assert erased() == [True, True, False, False, False]
    assert [number for what, number in purge(now, 2) if what == "registrations"] == [2, 1]
    assert purge(now) == []


def test_the_loop_that_delivers_mail_does_it(app: Flask) -> None:
    sing(app)
    with clock.at(due()):
        more = deliver.More(app)
        while more.queue(clock.now()):
            pass
    db.session.rollback()
    assert hits(rows()) == 0


def test_the_command_says_how_far_it_is_and_has_nothing_to_do_the_second_time(app: Flask) -> None:
    sing(app)
    with clock.at(due()):
        first = app.test_cli_runner().invoke(args=["privacy", "purge", "--batch", "1"])
        second = app.test_cli_runner().invoke(args=["privacy", "purge"])
    assert first.exit_code == 0, first.output
    assert "       1  registrations\n       2  registrations\n" in first.stderr
    assert "       2  registrations deleted\n" in first.stdout
    assert second.stdout == "Nothing else has passed its time.\n"


def numbers(meeting_id: int) -> list[object]:
    """What reports are made of: seats, demand, outcomes, and what interpreters are paid."""
    db.session.rollback()
    held = db.session.get_one(Meeting, meeting_id)
    names = ("seats_taken", "online_taken", "children_taken", "waiting", "registrations", "said_yes", "childcare_taken")
    demand = select(Demand.language, Demand.families, Demand.listeners).where(Demand.meeting_id == meeting_id)
    paid = select(Assignment.approved_minutes, Assignment.paid_minutes, Assignment.payable_cents)
    return [
        *(getattr(held, name) for name in names),
        sorted(map(tuple, db.session.execute(demand))),
        list(map(tuple, db.session.execute(paid))),
        outcomes.counted(meeting_id),
        list(map(tuple, db.session.execute(select(Outcome.language, Outcome.outcome)))),
    ]


def test_counts_outcomes_and_pay_are_the_same_afterwards(app: Flask) -> None:
    family(app, interpretation=["so"], other_language="", children="2")
    family(app, interpretation=["so"], other_language="", email="zeisig2@example.org")
    gone = family(app, interpretation=["so"], other_language="", email="zeisig3@example.org")
    held = meeting()
    withdraw(gone, held.id, now=NOW, actor="family")
    hodan = interpreter()
    book.book(team()[0], hodan, by=None, now=NOW)
    db.session.commit()
    job = db.session.scalars(select(Assignment)).one()
    attending.arrive(job.id, actor="interpreter", by=None, now=held.starts_at)
    attending.finish(job.id, held.ends_at, "", by=None, now=held.ends_at)
    approving.approve(job.id, 60, version=job.version, by=None, now=held.ends_at, reason="as told")
    somali = Key("so", Modality.SPOKEN)
    outcomes.say(held.id, [Said(somali, Result(Event.SERVED), 0)], by=None, now=held.ends_at)
    db.session.commit()
    before = numbers(held.id)
    assert before[-2][somali].served == 2  # type: ignore[index]
    purge(due())
    assert erased() == [True] * 3
    assert numbers(held.id) == before
    assert differences() == []


def test_files_for_interpreters_and_whom_they_could_call_go_too(app: Flask) -> None:
    sing(app)
    purge(due())
    assert db.session.scalar(select(func.count()).select_from(Material)) == 0
    assert db.session.scalar(select(func.count()).select_from(MaterialContent)) == 0
    briefing = db.session.scalars(select(Briefing)).one()
    assert (briefing.contact_name, briefing.contact_phone) == ("", "")


def test_nothing_is_left_to_undo_a_removal_with(app: Flask) -> None:
    meeting(capacity=1)
    for number in range(2):
        register(Browser(app), name=f"Family {number}", email=f"f{number}@example.org")
    remove(meeting().id, [one.id for one in registrations()], person_id=None, now=NOW)
    db.session.commit()
    assert db.session.scalars(select(Removal.waited)).one()
    purge(due())
    removal = db.session.scalars(select(Removal)).one()
    assert (removal.waited, removal.families) == ([], 2)


def test_what_counted_mail_to_an_address_goes_after_a_day(app: Flask) -> None:
    register(Browser(app))
    allowances = select(func.count()).select_from(AddressAllowance)
    purge(NOW + timedelta(hours=23))
    assert db.session.scalar(allowances) == 1
    purge(NOW + timedelta(days=1, seconds=1))
    assert db.session.scalar(allowances) == 0


def test_messages_about_no_meeting_go_by_their_own_age(app: Flask) -> None:
    browser = Browser(app)
    browser.send(browser.get("/sign-in").form("email"), email="zeisig@example.org")
    purge(NOW + DAYS - A_SECOND)
    assert db.session.scalars(select(OutboxMessage.address_key)).one() is not None
    purge(NOW + DAYS)
    assert db.session.scalars(select(OutboxMessage.address_key)).one() is None


def test_families_of_other_meetings_stay(app: Flask) -> None:
    family(app)
    family(app, "vietnamese-meeting")
    purge(due())
    assert erased() == [True, False]


def test_the_record_says_how_many_families_and_names_none(app: Flask) -> None:
    sing(app)
    purge(due())
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "retention.purged")).one()
    assert (entry.actor, entry.meeting_id, entry.facts) == ("system", meeting().id, {"families": 2})


def test_who_registers_again_after_the_days_is_deleted_too(app: Flask) -> None:
    family(app)
    purge(due())
    db.session.execute(update(Registration).values(erased_at=None, name="Zeisig late", phone="+13035559481"))
    db.session.commit()
    purge(due())
    assert hits(rows()) == 0


def test_the_old_link_opens_a_page_that_says_so_and_names_nobody(app: Flask) -> None:
    browser = Browser(app)
    register(browser)
    link = browser.get("/en/registration/").root.one(class_="secret").get("href")
    purge(due())
    with clock.at(due()):
        for page in (Browser(app).raw("get", link), browser.raw("get", "/en/registration/")):
            assert page.status_code == 410
            assert "We deleted your answers" in page.text
            assert not [word for word in ADA.values() if word in page.text]


def test_a_family_that_deletes_its_data_after_the_meeting_is_still_counted(app: Flask) -> None:
    number, held = family(app, adults="2"), meeting()
    seats, demand = numbers(held.id)[0], numbers(held.id)[7]
    erase(number, held.id, now=held.ends_at)
    db.session.commit()
    assert (the_only().name, the_only().status) == ("", "registered")
    assert (numbers(held.id)[0], numbers(held.id)[7]) == (seats, demand)
    assert differences() == []


def test_that_a_family_deleted_its_data_is_on_record_without_any_of_it(app: Flask) -> None:
    browser = Browser(app)
    register(browser)
    browser.send(browser.get("/en/registration/delete").form("registration"))
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "family.erased_itself")).one()
    assert (entry.actor, entry.object_id, entry.facts) == ("family", the_only().id, {})


def test_a_family_that_deletes_its_data_waits_for_no_call_any_more(app: Flask) -> None:
    number = family(app, email="", interpretation="call", other_language="")
    assert calls(Filter(), NOW, 10).calls
    erase(number, meeting().id, now=NOW)
    db.session.commit()
    assert not calls(Filter(), NOW, 10).calls
    assert {row.state for row in db.session.scalars(select(OutboxMessage))} == {"superseded"}


def test_nothing_is_written_to_a_family_whose_data_was_deleted_a_moment_ago(app: Flask) -> None:
    number, held = family(app), meeting()
    version = the_only().version
    erase(number, held.id, now=held.ends_at)
    db.session.commit()
    assert not write_note(number, "zeisig note", seen=seen_as(""))
    note_call(
        number,
        held.id,
        CallResult.REACHED,
        "zeisig call",
        message_ids=(),
        noted_before=0,
        person_id=None,
        now=held.ends_at,
    )
    db.session.commit()
    district = content("en").district
    with pytest.raises(ChangedMeanwhile):
        change(number, held.id, answers(1), version=version, district=district, now=held.ends_at, actor="family")
    db.session.rollback()
    with pytest.raises(NothingAsked):
        release(number, "zeisig question", by=None, now=held.ends_at)
    assert hits(rows()) == 0


def test_several_loops_at_once_delete_everything_once(app: Flask) -> None:
    for number in range(40):
        registers("english-meeting", number)
    now = due()
    # On SQLite reading here would keep the others out.
    db.session.rollback()

    def deletes(_: int) -> int:
        done = 0
        while one := step(now, 3):
            db.session.commit()
            done += one.number if one.what == "registrations" else 0
        db.session.commit()
        return done

    assert sum(all_at_once(app, 4, deletes)) == 40
    while step(now):
        db.session.commit()
    assert all(erased())
    counted = [entry.facts["families"] for entry in db.session.scalars(select(AuditEntry)) if "families" in entry.facts]
    assert sum(counted) == 40
    assert differences() == []


def test_staff_see_a_family_without_its_answers_and_can_do_nothing_more_for_it(app: Flask) -> None:
    register(Browser(app), address())
    purge(due())
    assert the_only().name == ""
    assert the_only().status == "registered"
