"""Questions of families: interpreters read what staff release, in staff's words, while the family wants it."""

import pytest
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.accounts.models import AuditEntry
from registration.extensions import db
from registration.families import change, releasing
from registration.families.models import ReleasedQuestion
from registration.interpretation.briefing import shown
from registration.staff.questions import views
from tests.conftest import NOW
from tests.families.steps import meeting, register, registrations, the_only
from tests.pages import Browser, Page
from tests.signing_in import person_with, signed_in

ASKED = "I am Rosa Méndez. Why did they search my son Luis?"
SAID = "Why are children searched?"


@pytest.fixture
def asked(app: Flask) -> int:
    """A family that asks something and names itself; its number."""
    register(Browser(app), question=ASKED)
    return the_only().id


def released() -> list[str]:
    """What interpreters read."""
    db.session.rollback()
    return shown.questions(meeting().id)


def address() -> str:
    """Where staff see them."""
    return f"/staff/meetings/{meeting().id}/questions"


def saved(staff: Browser, **given: object) -> Page:
    """The page after saving the first question."""
    form = staff.get(address()).form("text")
    return staff.send(form.fill(**given))


def test_nothing_is_released_by_itself(asked: int) -> None:
    assert released() == []


def test_staff_release_it_in_their_own_words_and_take_it_back(app: Flask, asked: int) -> None:
    staff = signed_in(app, "coordinator")
    page = staff.get(address())
    assert ASKED in page.text
    assert page.form("text").values["text"] == ASKED
    assert "released" not in page.form("text").values
    assert "Interpreters can read it now." in saved(staff, released="1", text=SAID).text
    assert released() == [SAID]
    assert staff.get(address()).form("text").values["text"] == SAID
    assert "Interpreters cannot read it." in saved(staff, released=[]).text
    assert released() == []


def test_words_are_needed(app: Flask, asked: int) -> None:
    page = saved(signed_in(app, "coordinator"), released="1", text=" ")
    assert page.status == 422
    assert "Write what interpreters may read" in page.root.one(class_="errors").text
    assert released() == []


def test_when_the_family_deletes_its_data_it_goes_too(asked: int) -> None:
    releasing.release(asked, SAID, by=None, now=NOW)
    db.session.commit()
    change.erase(asked, the_only().meeting_id, now=NOW)
    db.session.commit()
    assert db.session.scalars(select(ReleasedQuestion)).all() == []
    with pytest.raises(releasing.NothingAsked):
        releasing.release(asked, SAID, by=None, now=NOW)


def test_of_who_cannot_come_nothing_is_read_any_more(app: Flask, asked: int) -> None:
    releasing.release(asked, SAID, by=None, now=NOW)
    db.session.commit()
    change.withdraw(asked, the_only().meeting_id, now=NOW, actor="family")
    db.session.commit()
    assert released() == []
    assert ASKED not in signed_in(app, "coordinator").get(address()).text


def test_the_record_has_no_words_of_it(asked: int) -> None:
    by = person_with("coordinator")
    assert releasing.release(asked, SAID, by=by, now=clock.now())
    assert not releasing.release(asked, SAID, by=by, now=clock.now())
    assert releasing.take_back(asked, by=by)
    assert not releasing.take_back(asked, by=by)
    db.session.commit()
    wanted = AuditEntry.action.in_(("question_released", "question_taken_back"))
    entries = db.session.scalars(select(AuditEntry).where(wanted).order_by(AuditEntry.id)).all()
    assert [(one.action, one.object_id, one.facts) for one in entries] == [
        ("question_released", asked, {}),
        ("question_taken_back", asked, {}),
    ]


def test_who_stopped_asking_is_said(app: Flask, asked: int) -> None:
    staff = signed_in(app, "coordinator")
    form = staff.get(address()).form("text").fill(released="1", text=SAID)
    registrations()[0].question = ""
    db.session.commit()
    assert "This family does not ask it any more." in staff.send(form).text
    assert released() == []


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_many_stand_on_several_pages_in_every_language(
    app: Flask, asked: int, locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST", 1)
    register(Browser(app), question="And the second?", email="second@example.org", name="Amina")
    page = signed_in(app, "coordinator", locale=locale).get(address())
    assert page.html.get("lang") == locale
    assert ASKED in page.text
    assert "And the second?" not in page.text
    assert "And the second?" in signed_in(app, "coordinator", locale=locale).get(f"{address()}?after={asked}").text
