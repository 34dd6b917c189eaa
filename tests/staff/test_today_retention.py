"""Today warns before answers are deleted that somebody still needs."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from registration import clock
from registration.extensions import db
from registration.families import outcomes
from registration.families.change import erase
from registration.families.interpretation import Key
from registration.families.models import Event, Modality
from registration.families.outcomes import Result, Said
from registration.meetings.models import MeetingStatus
from registration.staff.today import retention
from registration.staff.today.due import WARNED_BEFORE
from tests.families.steps import meeting, register, the_only
from tests.pages import Browser
from tests.signing_in import signed_in

DAYS = timedelta(days=30)
A_SECOND = timedelta(seconds=1)


def warned(now: datetime) -> list[tuple[int, bool]]:
    """Meetings that are warned about at a moment, and whether they are postponed."""
    db.session.rollback()
    return [(row.meeting_id, row.postponed) for row in retention.found(now)]


def deleted_at() -> datetime:
    """When the answers go."""
    return meeting().ends_at + DAYS


def test_a_week_before_answers_go_staff_hear_that_nobody_said_what_was_served(app: Flask) -> None:
    register(Browser(app), interpretation="so")
    assert warned(deleted_at() - WARNED_BEFORE - A_SECOND) == []
    assert warned(deleted_at() - WARNED_BEFORE) == [(meeting().id, False)]
    assert warned(deleted_at() - A_SECOND) == [(meeting().id, False)]
    assert warned(deleted_at()) == []


def test_once_it_is_said_nobody_is_warned(app: Flask) -> None:
    register(Browser(app), interpretation="so")
    said = [Said(Key("so", Modality.SPOKEN), Result(Event.SERVED), 0)]
    outcomes.say(meeting().id, said, by=None, now=meeting().ends_at)
    db.session.commit()
    assert warned(deleted_at() - WARNED_BEFORE) == []


@pytest.mark.parametrize("interpretation", ["none", "en"])
def test_where_nobody_asked_for_an_interpreter_there_is_nothing_to_say(app: Flask, interpretation: str) -> None:
    register(Browser(app), interpretation=interpretation)
    assert warned(deleted_at() - WARNED_BEFORE) == []


def test_a_postponed_meeting_without_a_new_date_is_warned_about_whatever_was_asked(app: Flask) -> None:
    register(Browser(app))
    meeting(status=MeetingStatus.POSTPONED)
    assert warned(deleted_at() - WARNED_BEFORE) == [(meeting().id, True)]


def test_where_no_answers_are_left_there_is_nothing_to_warn_about(app: Flask) -> None:
    register(Browser(app), interpretation="so")
    erase(the_only().id, meeting().id, now=meeting().ends_at)
    db.session.commit()
    assert warned(deleted_at() - WARNED_BEFORE) == []


@pytest.mark.parametrize(
    ("status", "words", "href"),
    [
        (MeetingStatus.SCHEDULED, "Nobody has said yet what was served.", "/outcome"),
        (MeetingStatus.POSTPONED, "There is no new date yet.", "/plan/"),
    ],
)
def test_it_says_the_day_and_leads_to_where_it_is_settled(app: Flask, status: str, words: str, href: str) -> None:
    register(Browser(app), interpretation="so")
    meeting(status=status)
    with clock.at(deleted_at() - timedelta(days=2)):
        page = signed_in(app, "coordinator").get("/staff/")
    assert "Families’ answers will be deleted on Wednesday, June 2, 2027" in page.text
    assert words in page.text
    assert [link for link in page.main.all("a") if href in link.get("href")]
