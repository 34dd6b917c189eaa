"""`flask offers move-on`, and the loop that does the same by itself."""

from datetime import timedelta

from flask import Flask

from registration import clock
from registration.extensions import db
from registration.interpretation import offers
from registration.interpretation.models import OfferWay
from registration.mail import IDLE
from tests.conftest import NOW
from tests.interpretation.cast import interpreter, state_of, team


def asked() -> list[int]:
    """Two, one after the other."""
    people = [interpreter(name) for name in ("Hodan Ali", "Farah Nur")]
    offers.offer(team()[0], people, OfferWay.SEQUENCE, by=None, now=NOW)
    db.session.commit()
    return people


def test_the_command_asks_whoever_is_next(app: Flask) -> None:
    people = asked()
    run = app.test_cli_runner().invoke
    assert "0 offers expired" in run(args=["offers", "move-on"]).output
    with clock.at(NOW + timedelta(days=2)):
        assert "1 offers expired" in run(args=["offers", "move-on"]).output
    assert [state_of(one) for one in people] == ["released", "offered"]


def test_the_delivery_loop_does_it_by_itself(app: Flask) -> None:
    people = asked()
    assert offers.move_on in app.extensions[IDLE]
    with clock.at(NOW + timedelta(days=2)):
        for idle in app.extensions[IDLE]:
            idle(clock.now())
            db.session.commit()
    assert state_of(people[1]) == "offered"
