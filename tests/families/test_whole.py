"""A registration read past the session is the one that the session gives."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import selectinload

from registration import database
from registration.extensions import db
from registration.families import holder, whole
from registration.families.mapping import map_language
from registration.families.models import InterpretationRequest, Registration
from registration.meetings.models import Meeting
from tests.conftest import NOW
from tests.families.steps import register
from tests.pages import Browser

OWN_WORDS: dict[str, Any] = {"interpretation": ["es", "other"], "other_language": "Mixteco", "listeners": "2"}


def columns(one: object) -> dict[str, Any]:
    """All columns of an object."""
    return {column.key: getattr(one, column.key) for column in inspect(type(one)).column_attrs}


def everything(one: Registration) -> list[Any]:
    """A registration with what belongs to it."""
    requests = [(columns(request), [columns(event) for event in request.events]) for request in one.requests]
    return [columns(one), columns(one.meeting), requests]


def by_the_session() -> list[Registration]:
    """All registrations as the ORM gives them."""
    db.session.rollback()
    query = select(Registration).options(
        selectinload(Registration.meeting),
        selectinload(Registration.requests).selectinload(InterpretationRequest.events),
    )
    return list(db.session.scalars(query.order_by(Registration.id).execution_options(populate_existing=True)))


@pytest.fixture
def three(app: Flask, browser: Browser) -> list[Registration]:
    """One without requests, one with two, one whose own words were mapped."""
    register(browser)
    register(browser, **OWN_WORDS)
    register(browser, **OWN_WORDS)
    asked = by_the_session()[-1].requests[-1]
    map_language(asked.id, asked.registration_id, asked.meeting_id, "mix", person_id=None, now=NOW)
    db.session.commit()
    return by_the_session()


def test_both_ways_give_the_same_columns_requests_and_events(three: list[Registration]) -> None:
    expected = [everything(one) for one in three]
    assert sorted(len(one.requests) for one in three) == [0, 2, 3]
    found = whole.by_ids([one.id for one in three])
    assert [everything(one.registration) for one in found] == expected
    for one, wanted in zip(three, expected, strict=True):
        alone = whole.by_public_id(one.public_id)
        assert alone is not None
        assert everything(alone.registration) == wanted


def test_families_of_one_meeting_share_it(three: list[Registration]) -> None:
    found = whole.by_ids([one.id for one in three])
    assert len({id(one.registration.meeting) for one in found}) == 1


def test_what_is_not_there_is_not_given(three: list[Registration]) -> None:
    assert whole.by_public_id("nobody") is None
    assert whole.by_ids([]) == []
    assert [one.registration.id for one in whole.by_ids([three[0].id, 10**6])] == [three[0].id]


def test_nothing_set_on_it_is_ever_written(three: list[Registration]) -> None:
    database.reads_only()
    found = holder.load([three[0].public_id, three[0].link_version])
    assert found is not None
    assert inspect(found).detached
    found.name = "Somebody else"
    database.may_write()
    db.session.commit()
    assert by_the_session()[0].name != "Somebody else"


def test_a_part_that_was_not_read_is_missed_aloud(three: list[Registration]) -> None:
    found = whole.by_ids([three[0].id])[0].registration
    assert isinstance(found.meeting, Meeting)
    with pytest.raises(InvalidRequestError):
        found.meeting.series  # noqa: B018 - reading it is the point
