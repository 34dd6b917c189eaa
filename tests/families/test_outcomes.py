"""What became of each request: kept for ever, by whom and why, adding up to what was asked (domain.md, 18, 19)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families import outcomes
from registration.families.interpretation import Key
from registration.families.models import Event, InterpretationEvent, Modality, Outcome, Why
from registration.families.outcomes import Counted, Result, Said
from registration.meetings.models import ServiceState
from tests.conftest import NOW
from tests.families.news import decide, meeting_in
from tests.families.steps import address, meeting, register, registrations
from tests.pages import Browser
from tests.signing_in import person_with

SOMALI = Key("so", Modality.SPOKEN)
SERVED = Result(Event.SERVED)
PARTLY = Result(Event.PARTLY, Why.TOO_FEW)
UNMET = Result(Event.UNMET, Why.DID_NOT_COME)


def say(result: Result, key: Key = SOMALI, version: int = 0) -> int:
    """Staff say it an hour after the meeting."""
    one = meeting()
    by = person_with("coordinator")
    done = outcomes.say(one.id, [Said(key, result, version)], by=by, now=one.ends_at + timedelta(hours=1))
    db.session.commit()
    return done


def events() -> list[tuple[str, str, str, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(InterpretationEvent).order_by(InterpretationEvent.id))
    return [(row.event, row.reason, row.actor, row.person_id is not None) for row in rows]


def families(app: Flask, number: int = 2) -> None:
    for index in range(number):
        register(Browser(app), interpretation="so", email=f"family{index}@example.org")


def test_every_standing_request_keeps_what_became_of_it_who_said_it_and_why(app: Flask) -> None:
    families(app)
    register(Browser(app), interpretation="am", email="other@example.org")
    assert say(UNMET) == 1
    assert events() == [("unmet", "did_not_come", "staff", True)] * 2


def test_a_correction_is_added_and_nothing_is_taken_away(app: Flask) -> None:
    families(app, 1)
    say(UNMET)
    assert say(PARTLY, version=1) == 1
    assert [event for event, *_ in events()] == ["unmet", "partly"]
    assert outcomes.counted(meeting().id) == {SOMALI: Counted(requested=1, partly=1)}
    row = db.session.scalars(select(Outcome)).one()
    assert (row.outcome, row.reason, row.version) == ("partly", "too_few", 2)


def test_saying_the_same_again_says_nothing_new(app: Flask) -> None:
    families(app, 1)
    assert say(SERVED) == 1
    assert say(SERVED, version=0) == 0
    assert len(events()) == 1


def test_of_two_who_say_different_things_the_second_is_shown_the_first(app: Flask) -> None:
    families(app, 1)
    say(SERVED)
    with pytest.raises(outcomes.SaidMeanwhile):
        say(UNMET, version=0)
    db.session.rollback()
    assert [event for event, *_ in events()] == ["served"]


def test_nothing_is_said_before_the_meeting_begins(app: Flask) -> None:
    families(app, 1)
    one = meeting()
    with pytest.raises(outcomes.TooEarly):
        outcomes.say(one.id, [Said(SOMALI, SERVED, 0)], by=None, now=one.starts_at - timedelta(minutes=1))


def test_what_was_not_served_has_a_reason_always() -> None:
    with pytest.raises(ValueError, match="reason"):
        Result(Event.UNMET)
    with pytest.raises(ValueError, match="reason"):
        Result(Event.SERVED, Why.OTHER)
    with pytest.raises(ValueError, match="no result"):
        Result(Event.LOOKING)


def test_requested_is_served_and_partly_and_unmet_and_withdrawn(app: Flask) -> None:
    families(app, 3)
    one = Browser(app)
    register(one, interpretation="so", email="gone@example.org")
    one.send(one.get("/en/registration/withdraw").form("registration"))
    register(Browser(app), interpretation="am", email="other@example.org")
    say(SERVED)
    counted = outcomes.counted(meeting().id)
    assert counted[SOMALI] == Counted(requested=4, served=3, withdrawn=1)
    assert counted[SOMALI].open == 0
    assert counted[Key("am", Modality.SPOKEN)].open == 1


def test_who_waited_for_a_seat_to_the_end_was_not_served_whoever_came(app: Flask) -> None:
    meeting().capacity = 1
    db.session.commit()
    families(app, 2)
    assert {row.status for row in registrations()} == {"registered", "waiting"}
    say(SERVED)
    assert sorted(row[:2] for row in events()) == [("served", ""), ("unmet", "no_seat")]


def test_what_was_decided_before_says_why_too(app: Flask) -> None:
    families(app, 1)
    decide(meeting_in("en"), "so", ServiceState.LOOKING)
    db.session.commit()
    say(SERVED)
    assert [row[0] for row in events()] == ["looking", "served"]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (SERVED, "There was an interpreter."),
        (PARTLY, "There was an interpreter for a part of the meeting."),
        (UNMET, "There was no interpreter. We are sorry."),
    ],
)
def test_the_family_reads_what_became_of_its_request(app: Flask, result: Result, words: str) -> None:
    browser = Browser(app)
    register(browser, interpretation="so")
    ends = meeting().ends_at
    say(result)
    with clock.at(ends + timedelta(days=1)):
        page = browser.get("/en/registration/")
    assert words in page.text
    assert "still looking" not in page.text


def test_after_the_meeting_the_page_is_truthful_before_anybody_has_said_anything(app: Flask) -> None:
    browser = Browser(app)
    register(browser, address(locale="es"), interpretation="so")
    with clock.at(meeting().ends_at + timedelta(minutes=5)):
        page = browser.get("/es/registration/")
    assert "No encontramos intérprete a tiempo" in page.text
    assert "Todavía buscamos" not in page.text


def test_a_language_that_is_not_served_twice_does_not_count_for_another_meeting(app: Flask) -> None:
    families(app, 1)
    say(SERVED)
    assert outcomes.counted(meeting("spanish-meeting").id) == {}
    assert outcomes.said_of(meeting("spanish-meeting").id) == {}
    assert meeting().ends_at > NOW


def test_captions_have_words_of_their_own(app: Flask) -> None:
    browser = Browser(app)
    register(browser, needs=["captions"])
    ends = meeting().ends_at
    say(UNMET, Key("en", Modality.CAPTIONS))
    with clock.at(ends + timedelta(days=1)):
        page = browser.get("/en/registration/")
    assert "There were no captions. We are sorry." in page.text
