"""Made-up families are believable, and all that holds of real ones holds of them."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from operator import attrgetter

import phonenumbers
import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import selectinload

from registration import languages
from registration.demo_families import load_families
from registration.extensions import db
from registration.families import codes
from registration.families.answers import Wish
from registration.families.hearing import is_late
from registration.families.models import InterpretationRequest, Registration, Status
from registration.families.recount import differences
from registration.families.tell import channel
from registration.mail.models import OutboxMessage
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import content
from tests.conftest import NOW

MANY, ENOUGH = 2000, 600
# domain.md, "A district in figures".
MOST_SPOKEN = ("es", "ar", "vi", "am", "so", "fr", "ne", "cmn", "ru", "ti")


@pytest.fixture
def families(app: Flask) -> list[Registration]:
    """Two thousand made-up families, with their requests."""
    load_families(MANY, NOW)
    return everybody()


@pytest.fixture
def some_families(app: Flask) -> list[Registration]:
    """Enough families to fill most rooms."""
    load_families(ENOUGH, NOW)
    return everybody()


def everybody() -> list[Registration]:
    query = select(Registration).options(selectinload(Registration.requests).selectinload(InterpretationRequest.events))
    return [*db.session.scalars(query.order_by(Registration.id))]


def meetings() -> dict[int, Meeting]:
    return {one.id: one for one in db.session.scalars(select(Meeting))}


def messages() -> dict[int, list[OutboxMessage]]:
    found: dict[int, list[OutboxMessage]] = {}
    for one in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id)):
        found.setdefault(one.subject_id, []).append(one)
    return found


def who_would_fit() -> list[str]:
    """Waiting parties for whom there is room."""
    held = meetings()
    found = []
    for family in everybody():
        meeting = held[family.meeting_id]
        in_person = family.attendance == "in_person"
        taken, capacity = (
            (meeting.seats_taken, meeting.capacity) if in_person else (meeting.online_taken, meeting.online_capacity)
        )
        if family.status == Status.WAITING and (capacity is None or taken + family.party <= capacity):
            found.append(family.code)
    return found


def test_counters_agree_with_the_rows_and_nobody_waits_who_would_fit(families: list[Registration]) -> None:
    assert len(families) == MANY
    assert differences() == []
    assert who_would_fit() == []
    assert {family.status for family in families} == set(Status)
    for meeting in meetings().values():
        assert meeting.capacity is not None
        assert meeting.seats_taken <= meeting.capacity
        assert meeting.online_taken <= (meeting.online_capacity or 0)
        assert meeting.childcare_taken <= (meeting.childcare_capacity or 0)


def test_a_counter_that_is_wrong_and_a_party_that_would_fit_are_seen(some_families: list[Registration]) -> None:
    one = next(family for family in some_families if family.status == Status.WAITING)
    db.session.execute(update(Meeting).where(Meeting.id == one.meeting_id).values(seats_taken=0, online_taken=0))
    db.session.expire_all()
    assert differences() != []
    assert one.code in who_would_fit()


def test_loading_again_adds_others(app: Flask) -> None:
    load_families(150, NOW)
    load_families(1050, NOW)
    found = everybody()
    assert len(found) == 1200
    assert differences() == []
    assert who_would_fit() == []
    for field in ("public_id", "code", "submission_id"):
        assert len({getattr(family, field) for family in found}) == 1200
    assert [family.name for family in found[:150]] != [family.name for family in found[150:300]]
    assert db.session.scalar(select(func.count(OutboxMessage.message_id.distinct()))) == db.session.scalar(
        select(func.count(OutboxMessage.id))
    )


def test_the_same_database_and_moment_give_the_same_families(app: Flask) -> None:
    load_families(40, NOW)
    first = [(family.public_id, family.code, family.name, family.created_at) for family in everybody()]
    for table in reversed(db.metadata.sorted_tables):
        if table.name not in ("meeting", "district", "series", "place", "translated_text", "interpretation_service"):
            db.session.execute(delete(table))
    db.session.execute(
        update(Meeting).values(seats_taken=0, online_taken=0, waiting=0, waiting_online=0, childcare_taken=0)
    )
    db.session.commit()
    load_families(40, NOW)
    assert [(family.public_id, family.code, family.name, family.created_at) for family in everybody()] == first


def test_a_district_is_believable(families: list[Registration]) -> None:
    asked = Counter(request.language for family in families for request in family.requests)
    assert asked.most_common(1)[0][0] == "es"
    assert set(asked) >= {*MOST_SPOKEN, "en", "mam", "quc", "rhg", "ase", "und"}
    assert set(asked) <= {*languages.LANGUAGES, "und"}
    assert {request.modality for family in families for request in family.requests} == {"spoken", "sign", "captions"}
    own_words = {request.own_words for family in families for request in family.requests if request.language == "und"}
    assert all(own_words)
    assert scripts(families) >= {"LATIN", "ARABIC", "ETHIOPIC", "DEVANAGARI", "CJK", "CYRILLIC", "MYANMAR"}
    assert any(" " not in family.name for family in families)
    assert 0.05 < share(families, lambda family: family.withdrawn_at is not None) < 0.12
    assert 0.25 < share(families, lambda family: family.email is None) < 0.42
    assert 0.1 < share(families, lambda family: family.phone is None) < 0.3
    assert 0.03 < share(families, lambda family: family.version > 1 and family.withdrawn_at is None) < 0.15
    for flag in ("call_me", "same_address", "not_me_at", "question", "needs_other", "needs", "childcare_granted"):
        assert 0 < share(families, attrgetter(flag)) < 0.25, flag
    ahead = share(families, lambda family: meetings()[family.meeting_id].starts_at > NOW)
    assert 0.8 < ahead < 1


def share(families: list[Registration], holds: Callable[[Registration], object]) -> float:
    return sum(bool(holds(family)) for family in families) / len(families)


def scripts(families: list[Registration]) -> set[str]:
    return {unicodedata.name(family.name[0]).split()[0] for family in families}


def test_every_family_can_be_reached_and_nobody_real_is(some_families: list[Registration]) -> None:
    for family in some_families:
        assert family.email or family.phone
        assert family.locale in ("en", "es", "vi")
        if family.contact_language != family.locale:
            assert family.contact_language not in ("en", "es", "vi")
            assert family.phone
        if family.call_me:
            assert family.phone
        if family.email:
            local, domain = family.email.split("@")
            assert local.replace(".", "").isascii()
            assert local[0].isalpha()
            assert domain in ("example.org", "example.com", "example.net")
            assert family.email_folded == family.email
        if family.phone:
            assert family.phone[5:10] == "55501"
            assert phonenumbers.is_possible_number(phonenumbers.parse(family.phone))
        assert len(family.code) == codes.LENGTH
        assert set(family.code) <= set(codes.ALPHABET)


def test_an_address_given_before_at_the_meeting_is_flagged_and_no_other(some_families: list[Registration]) -> None:
    seen: set[tuple[int, str]] = set()
    for family in some_families:
        if family.email_folded:
            key = (family.meeting_id, family.email_folded)
            assert family.same_address == (key in seen)
            seen.add(key)
    assert any(family.same_address for family in some_families)


def test_histories_are_in_order(some_families: list[Registration]) -> None:
    held = meetings()
    for family in some_families:
        meeting = held[family.meeting_id]
        moments = [family.created_at, family.changed_at, family.not_me_at]
        in_order = [moment for moment in moments if moment is not None]
        assert all(before <= after for before, after in pairwise(in_order))
        assert in_order[-1] <= min(NOW, meeting.starts_at)
        assert family.created_at >= min(NOW, meeting.starts_at) - timedelta(weeks=5)
        assert (family.changed_at is None) == (family.version == 1)
        assert family.calendar_sequence == family.version - 1
        assert (family.status == Status.WAITING) == (family.waiting_since is not None)
        assert (family.status == Status.WITHDRAWN) == (family.withdrawn_at is not None)


def test_requests_are_late_by_the_districts_days_and_end_when_withdrawn(
    some_families: list[Registration],
) -> None:
    held, district = meetings(), content("en").district
    for family in some_families:
        for request in family.requests:
            wish = Wish(request.language, request.modality, request.listeners)
            assert request.late == is_late(held[family.meeting_id], wish, district, request.created_at)
            assert 1 <= request.listeners <= 20
            if family.status == Status.WITHDRAWN:
                assert request.events
    requests = [request for family in some_families for request in family.requests]
    assert {request.late for request in requests} == {True, False}
    assert any(request.events for family in some_families for request in family.requests if not family.withdrawn_at)


def test_each_family_was_told_as_the_outbox_would_have_done(some_families: list[Registration]) -> None:
    told = messages()
    assert set(told) == {family.id for family in some_families}
    for family in some_families:
        first, *later = told[family.id]
        assert first.message in ("confirmation", "waiting")
        assert len(later) == family.version - 1
        for message in told[family.id]:
            assert message.subject_kind == "registration"
            assert message.topic == f"meeting:{family.meeting_id}"
            assert message.sent_text is None
            assert message.state == ("sent" if channel(family) == "mail" else "call")
            assert (message.sent_at is None) == (message.state == "call")
        if family.status == Status.WAITING:
            assert first.message == "waiting"
        if family.withdrawn_at:
            assert later[-1].message == "withdrawn"
    assert {m.message for rows in told.values() for m in rows} == {
        "confirmation", "waiting", "promoted", "changed", "withdrawn",
    }  # fmt: skip


def test_a_meeting_that_is_cancelled_gets_nobody(app: Flask) -> None:
    cancelled = db.session.scalars(select(Meeting).where(Meeting.slug == "spanish-meeting")).one()
    cancelled.status = MeetingStatus.CANCELLED
    db.session.commit()
    load_families(200, NOW)
    assert db.session.scalar(select(func.count()).where(Registration.meeting_id == cancelled.id)) == 0
    assert differences() == []


def test_the_families_of_one_call_wait_in_the_order_in_which_they_came(some_families: list[Registration]) -> None:
    for meeting_id in meetings():
        came = [family.created_at for family in some_families if family.meeting_id == meeting_id]
        assert came == sorted(came)
