"""Links and attempts of signing in are deleted once they are of no more use, by the loop that delivers mail."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from registration import clock
from registration.accounts import forget, limits, sign_in
from registration.accounts.models import AuditEntry, SignInAttempt, SignInLink
from registration.extensions import db
from registration.mail import deliver
from tests.conftest import NOW
from tests.pages import Browser
from tests.signing_in import open_link, person_with

WEEK = timedelta(days=7)


def count(table: type) -> int:
    """Rows of a table."""
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_links_go_a_week_after_they_ran_out_used_or_not(app: Flask) -> None:
    person = person_with("coordinator")
    open_link(Browser(app), person)
    sign_in.link_for(person, NOW)
    db.session.commit()
    ran_out = NOW + sign_in.LIFE
    assert count(SignInLink) == 2
    assert forget.forget_old(ran_out + WEEK - timedelta(seconds=1)) == 0
    assert forget.forget_old(ran_out + WEEK) == 2
    assert count(SignInLink) == 0
    assert "signed_in" in set(db.session.scalars(select(AuditEntry.action)))


def test_links_that_are_good_stay_beside_old_ones(app: Flask) -> None:
    person = person_with("coordinator")
    sign_in.link_for(person, NOW - 2 * WEEK)
    address = sign_in.link_for(person, NOW)
    assert forget.forget_old(NOW) == 1
    db.session.commit()
    assert Browser(app).get(address).status == 200


def test_attempts_go_once_no_limit_counts_them(app: Flask) -> None:
    sign_in.ask_for_link("nobody@example.org", NOW)
    limits.note_wrong_code(person_with("coordinator"), NOW)
    db.session.commit()
    assert forget.forget_old(NOW + timedelta(hours=23)) == 0
    assert forget.forget_old(NOW + timedelta(days=1)) == 2
    assert count(SignInAttempt) == 0


def test_many_go_in_several_steps(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forget, "AT_A_TIME", 2)
    person = person_with("coordinator")
    for _ in range(3):
        sign_in.link_for(person, NOW - 2 * WEEK)
    assert [forget.forget_old(NOW) for _ in range(3)] == [2, 1, 0]


def test_the_loop_that_delivers_mail_does_it(app: Flask) -> None:
    sign_in.link_for(person_with("coordinator"), NOW)
    db.session.commit()
    with clock.at(NOW + 2 * WEEK):
        deliver.More(app).queue(clock.now())
    db.session.rollback()
    assert count(SignInLink) == 0
