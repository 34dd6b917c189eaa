"""What the public reads was committed, whatever a transaction that was rolled back has seen."""

import pytest
from flask import Flask, g
from sqlalchemy import select, update

from registration import fragments
from registration.extensions import db
from registration.meetings.models import Meeting, Place
from registration.meetings.published import Content, content, note_version, touch


@pytest.fixture
def meeting(app: Flask) -> Meeting:
    """A meeting in a room."""
    return db.session.scalars(select(Meeting).where(Meeting.slug == "english-meeting")).one()


def shown(meeting_id: int) -> str:
    """The time zone on the public page, which stands in the meeting's own row."""
    return content("en").meeting(meeting_id).time_zone


def begin_a_request() -> None:
    """Forget what a request keeps."""
    g.pop("content_version", None)


def test_what_was_rolled_back_is_not_shown_when_its_version_comes_again(meeting: Meeting) -> None:
    before, meeting_id = meeting.time_zone, meeting.id
    meeting.time_zone = "America/Chicago"
    touch()
    assert shown(meeting_id) == "America/Chicago", "a preview shows what would be"
    db.session.rollback()
    begin_a_request()
    touch()
    db.session.commit()
    begin_a_request()
    assert shown(meeting_id) == before


def test_what_was_rolled_back_is_not_shown_in_the_same_request(meeting: Meeting) -> None:
    before, meeting_id = meeting.time_zone, meeting.id
    meeting.time_zone = "America/Chicago"
    touch()
    assert shown(meeting_id) == "America/Chicago"
    db.session.rollback()
    assert shown(meeting_id) == before
    meeting = db.session.get_one(Meeting, meeting_id)
    meeting.time_zone = "America/New_York"
    touch()
    db.session.commit()
    assert shown(meeting_id) == "America/New_York"


def test_content_asked_for_before_a_change_learns_nothing_that_is_rolled_back(meeting: Meeting) -> None:
    before, meeting_id = meeting.time_zone, meeting.id
    early: Content = content("en")
    meeting.time_zone = "America/Chicago"
    db.session.flush()
    assert early.meeting(meeting_id).time_zone == "America/Chicago"
    db.session.rollback()
    begin_a_request()
    assert shown(meeting_id) == before


def test_a_change_by_statement_is_not_shown_once_it_is_rolled_back(meeting: Meeting) -> None:
    before, meeting_id = meeting.time_zone, meeting.id
    db.session.execute(update(Meeting).where(Meeting.id == meeting_id).values(time_zone="America/Chicago"))
    assert shown(meeting_id) == "America/Chicago"
    db.session.rollback()
    assert shown(meeting_id) == before


def test_a_preview_shows_its_latest_change(meeting: Meeting) -> None:
    for zone in ("America/Chicago", "America/New_York"):
        meeting.time_zone = zone
        touch()
        assert shown(meeting.id) == zone
    db.session.rollback()


def test_pieces_of_pages_are_not_kept_from_a_transaction_that_wrote(meeting: Meeting) -> None:
    place = db.session.scalars(select(Place)).first()
    assert place is not None
    note_version(7)
    assert fragments.kept(("piece",), lambda: "committed") == "committed"
    meeting.time_zone = "America/Chicago"
    db.session.flush()
    assert fragments.kept(("piece",), lambda: "would be") == "would be"
    assert fragments.kept(("other piece",), lambda: "would be") == "would be"
    touch()
    note_version(8)
    assert fragments.kept(("piece",), lambda: "would be") == "would be"
    db.session.rollback()
    note_version(8)
    assert fragments.kept(("piece",), lambda: "committed later") == "committed later"
    note_version(7)
    assert fragments.kept(("other piece",), lambda: "committed") == "committed"
