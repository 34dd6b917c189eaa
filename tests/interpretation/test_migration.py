"""The tables of interpreters come and go over a database in which somebody is booked."""

import flask_migrate
from flask import Flask
from sqlalchemy import select

from registration import clock
from registration.extensions import db
from registration.interpretation import book
from registration.interpretation.models import Interpreter
from registration.meetings.models import InterpretationService
from tests.interpretation.cast import interpreter, service_state, team


def test_it_can_be_taken_back_and_run_again_and_services_stay(app: Flask) -> None:
    one = interpreter(rate_cents=4500)
    book.book(team()[0], one, by=None, now=clock.now())
    db.session.commit()
    services = len(db.session.scalars(select(InterpretationService.id)).all())
    db.session.commit()
    flask_migrate.downgrade(revision="0008")
    flask_migrate.upgrade()
    assert db.session.scalars(select(Interpreter)).all() == []
    assert len(db.session.scalars(select(InterpretationService.id)).all()) == services
    assert service_state() == "confirmed"
    book.book(team(language="am")[0], interpreter("Abebe Kebede"), by=None, now=clock.now())
