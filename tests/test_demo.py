"""The demo is loaded into an empty database or its own, never beside a district's data."""

from flask import Flask
from sqlalchemy import func, select

from registration.extensions import db
from registration.meetings.models import Meeting, Series


def test_the_demo_is_not_mixed_with_other_data(app: Flask) -> None:
    series = db.session.scalars(select(Series)).one()
    series.slug = "budget-2027"
    db.session.commit()
    before = db.session.scalar(select(func.count(Meeting.id)))
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "holds data that is not the demo" in result.output
    assert "FLASK_SQLALCHEMY_DATABASE_URI" in result.output
    assert db.session.scalar(select(func.count(Meeting.id))) == before


def test_loading_the_demo_again_is_fine(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["demo", "load"]).exit_code == 0
