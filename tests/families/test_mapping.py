"""Staff find out which language a family's own words mean: the demand moves there, the record keeps both."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.families import holder
from registration.families.change import ChangedMeanwhile, change
from registration.families.mapping import Mapped, NotOwnWords, map_language
from registration.families.models import Demand, InterpretationEvent, InterpretationRequest, Registration
from registration.families.recount import differences
from registration.families.views.own import answers_of
from registration.mail.models import OutboxMessage, State
from registration.meetings.published import content
from tests.conftest import NOW
from tests.families.steps import register, the_only
from tests.pages import Browser

MIXTECO: dict[str, Any] = {"interpretation": "other", "other_language": "Mixteco de Tlaxiaco", "listeners": "2"}


def requests() -> list[InterpretationRequest]:
    """All requests, in order."""
    db.session.rollback()
    return list(db.session.scalars(select(InterpretationRequest).order_by(InterpretationRequest.id)))


def demand() -> dict[str, tuple[int, int]]:
    """Families and listeners by language, where there are any."""
    db.session.rollback()
    return {row.language: (row.families, row.listeners) for row in db.session.scalars(select(Demand)) if row.families}


def mapped(language: str, request: InterpretationRequest | None = None) -> Mapped:
    """The first request is understood as `language`; committed."""
    asked = request or requests()[0]
    done = map_language(asked.id, asked.registration_id, asked.meeting_id, language, person_id=None, now=clock.now())
    db.session.commit()
    return done


def test_the_demand_moves_to_the_language_and_the_counters_agree_with_their_rows(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    assert demand() == {"und": (1, 2)}
    mapped("es")
    assert demand() == {"es": (1, 2)}
    assert differences() == []


def test_the_record_keeps_the_old_request_with_its_event_and_the_words_beside_the_new_one(
    app: Flask, browser: Browser
) -> None:
    register(browser, **MIXTECO)
    mapped("es")
    old, new = requests()
    event = db.session.scalars(select(InterpretationEvent)).one()
    assert (event.request_id, event.event, event.actor) == (old.id, "mapped", "staff")
    assert (old.language, new.language, new.own_words, new.listeners) == ("und", "es", "Mixteco de Tlaxiaco", 2)
    assert new.created_at == NOW


def test_a_late_request_stays_late_and_one_in_time_stays_in_time(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    with clock.at(NOW + timedelta(days=30)):
        register(Browser(app), **(MIXTECO | {"name": "Late", "email": "late@example.org"}))
        first, second = requests()
        mapped("es", first)
        mapped("es", second)
    assert [(request.language, request.late) for request in requests()[2:]] == [("es", False), ("es", True)]
    assert differences() == []


def test_in_the_language_of_the_meeting_the_request_ends_without_demand(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    assert mapped("en").request is None
    assert demand() == {}
    assert differences() == []
    assert len(requests()) == 1


def test_a_signed_language_is_counted_as_one(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    mapped("mfs")
    assert requests()[1].modality == "sign"
    assert differences() == []


def test_own_words_for_a_language_that_the_family_asked_for_already_add_no_second_request(
    app: Flask, browser: Browser
) -> None:
    register(browser, **(MIXTECO | {"interpretation": ["es", "other"]}))
    own, spanish = sorted(requests(), key=lambda request: request.language != "und")
    assert mapped("es", own).request == spanish
    assert demand() == {"es": (1, 2)}
    assert differences() == []


def test_a_second_click_and_a_request_that_stands_no_longer_change_nothing(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    asked = requests()[0]
    mapped("es", asked)
    for language in ("es", "so"):
        with pytest.raises(NotOwnWords):
            map_language(asked.id, asked.registration_id, asked.meeting_id, language, person_id=None, now=NOW)
        db.session.rollback()
    assert demand() == {"es": (1, 2)}


def test_no_language_of_the_list_is_no_language(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    asked = requests()[0]
    for tag in ("xx", "und", "en-XA"):
        with pytest.raises(ValueError, match="no language"):
            map_language(asked.id, asked.registration_id, asked.meeting_id, tag, person_id=None, now=NOW)


def test_a_form_that_the_family_opened_before_overwrites_nothing(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    page = browser.get("/en/registration/change")
    mapped("es")
    late = browser.send(page.form("name"), adults="3")
    assert late.status == 409
    assert demand() == {"es": (1, 2)}


def test_a_later_change_of_the_family_keeps_the_language_and_the_day_it_asked(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    mapped("es")
    browser.send(browser.get("/en/registration/change").form("name"), children="1")
    assert [(request.language, len(request.own_words) > 0) for request in requests()] == [("und", True), ("es", True)]
    assert db.session.scalars(select(InterpretationEvent.event)).all() == ["mapped"]
    assert differences() == []


def test_what_waits_to_tell_of_an_earlier_change_is_still_told(app: Flask, browser: Browser) -> None:
    register(browser, **(MIXTECO | {"email": "", "phone": "303 555 0148"}))
    browser.send(browser.get("/en/registration/change").form("name"), children="1")
    mapped("es")
    registration = the_only()
    told = db.session.scalars(select(OutboxMessage).where(OutboxMessage.message == "changed")).one()
    assert (told.occurrence, told.state) == (str(registration.version), State.CALL)


def test_a_change_over_an_old_version_is_refused_after_mapping(app: Flask, browser: Browser) -> None:
    register(browser, **MIXTECO)
    mapped("es")
    registration = db.session.scalars(select(Registration)).one()
    loaded = _whole(registration.id)
    with pytest.raises(ChangedMeanwhile):
        change(
            loaded.id,
            loaded.meeting_id,
            answers_of(loaded),
            version=1,
            district=content("en").district,
            now=NOW,
            actor="staff",
        )


def _whole(registration_id: int) -> Registration:
    found = holder.by_id(registration_id)
    assert found is not None
    return found
