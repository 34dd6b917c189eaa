"""One believable season: the three meetings of 2021 as past events, and the same three ahead, weekdays kept.

Loading it again changes nothing, except that meetings which have become past get successors ahead: the demo never
grows old.
"""

import hashlib
import json
import secrets
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from registration import clock
from registration.accounts.models import Person, PersonRole
from registration.accounts.roles import Role
from registration.demo_families import load_families
from registration.demo_interpreters import load_interpreters
from registration.demo_staff import load_staff
from registration.extensions import db
from registration.meetings.models import (
    District,
    InterpretationService,
    Meeting,
    Place,
    Series,
    ServiceState,
    TranslatedText,
)
from registration.meetings.published import touch
from registration.reminders.rules import add_defaults

SEASON = Path(__file__).parent / "demo_season.json"

# The first meeting ahead lies this far away, so that a request made today is in time for every language.
AHEAD = timedelta(days=29)
SPAN = timedelta(days=8)

group = AppGroup("demo", help="A season to look at.")


@group.command("load")
@click.option("--registrations", type=click.IntRange(min=0), default=0, help="Add this many made-up families.")
def load_command(registrations: int) -> None:
    """Load the demo season; safe to repeat."""
    if _holds_other_data():
        raise click.ClickException(
            "This database holds data that is not the demo's. The demo would mix made-up families with real ones. "
            "Load it into a database of its own: set FLASK_SQLALCHEMY_DATABASE_URI or FLASK_INSTANCE_PATH."
        )
    load_staff(current_app.config["LANGUAGES"])
    load_season(clock.now())
    db.session.commit()
    load_interpreters(clock.now())
    click.echo("The demo season is loaded.")
    if registrations:
        load_families(registrations, clock.now())


def _holds_other_data() -> bool:
    """Whether somebody uses this database for something else: it has content, and none of it is the demo's series."""
    slug = json.loads(SEASON.read_text(encoding="utf-8"))["series"]["slug"]
    if db.session.scalar(select(Series.id).where(Series.slug == slug)) is not None:
        return False
    return any(db.session.scalar(select(kind.id).limit(1)) is not None for kind in (Series, Person, Place))


def load_season(now: datetime) -> None:
    """The season, in the caller's transaction."""
    season: dict[str, Any] = json.loads(SEASON.read_text(encoding="utf-8"))
    _district(season["district"])
    series = _series(season["series"])
    places = {place["slug"]: _place(place) for place in season["places"]}
    shift = _shift(season["meetings"][0]["starts"], now, ZoneInfo(series.time_zone))
    for meeting in season["meetings"]:
        _meeting(meeting, series, places[meeting["place"]], f"{meeting['slug']}-2021", timedelta())
        _ahead(meeting, series, places[meeting["place"]], shift)
    touch()


def _shift(first: str, now: datetime, zone: ZoneInfo) -> timedelta:
    """Whole weeks from the 2021 season to the next weeks that fit: far enough away, and not in the school holidays."""
    start = datetime.fromisoformat(first).date()
    monday = now.astimezone(zone).date() + AHEAD
    monday += timedelta(days=-monday.weekday() % 7)
    while _holidays(monday) or _holidays(monday + SPAN):
        monday += timedelta(weeks=1)
    return monday - start


def _holidays(day: date) -> bool:
    """Whether US schools are mostly closed: the weeks around New Year, and from mid-June to late August."""
    return (
        (day.month, day.day) >= (12, 18) or (day.month, day.day) <= (1, 5) or (6, 12) <= (day.month, day.day) <= (8, 24)
    )


def _district(data: dict[str, Any]) -> None:
    if db.session.get(District, 1) is None:
        # A random start: what a process has kept of another database's version 1 must not pass for this one's.
        version = secrets.randbelow(2**30)
        db.session.add(District(id=1, phone=data["phone"], email=data["email"], content_version=version))
        _texts("district", 1, data["texts"])


def _series(data: dict[str, Any]) -> Series:
    row = db.session.scalar(select(Series).where(Series.slug == data["slug"]))
    if row is None:
        row = Series(slug=data["slug"], time_zone=data["time_zone"])
        db.session.add(row)
        db.session.flush()
        _texts("series", row.id, data["texts"])
    return row


def _place(data: dict[str, Any]) -> Place:
    row = db.session.scalar(select(Place).where(Place.slug == data["slug"]))
    if row is None:
        row = Place(slug=data["slug"], address=data["address"])
        db.session.add(row)
        db.session.flush()
        _texts("place", row.id, data["texts"])
    return row


def _ahead(data: dict[str, Any], series: Series, place: Place, shift: timedelta) -> None:
    there = db.session.scalar(select(Meeting).where(Meeting.slug == data["slug"]))
    if there is not None and there.past:
        there.slug = f"{data['slug']}-{there.starts_at.date().isoformat()}"
        db.session.flush()
        there = None
    if there is None:
        _meeting(data, series, place, data["slug"], shift)


def _moment(written: str, shift: timedelta, zone: str) -> datetime:
    local = datetime.fromisoformat(written)
    return datetime.combine(local.date() + shift, time(local.hour, local.minute), ZoneInfo(zone))


def _meeting(data: dict[str, Any], series: Series, place: Place, slug: str, shift: timedelta) -> None:
    if db.session.scalar(select(Meeting.id).where(Meeting.slug == slug)) is not None:
        return
    starts = _moment(data["starts"], shift, series.time_zone)
    row = Meeting(
        slug=slug,
        series_id=series.id,
        place_id=place.id,
        floor_language=data["floor_language"],
        starts_at=starts,
        ends_at=_moment(data["ends"], shift, series.time_zone),
        time_zone=series.time_zone,
        published_at=clock.now(),
        capacity=data["capacity"],
        online=data["online_capacity"] is not None,
        online_capacity=data["online_capacity"],
        recording=data["recording"],
        childcare=data["childcare_capacity"] is not None,
        childcare_capacity=data["childcare_capacity"],
        childcare_closes_at=starts - timedelta(days=3) if data["childcare_capacity"] else None,
    )
    db.session.add(row)
    db.session.flush()
    add_defaults(row.id)
    for service in data["interpretation"]:
        db.session.add(InterpretationService(meeting_id=row.id, state=ServiceState.CONFIRMED, **service))
    _texts("meeting", row.id, data["texts"], unreviewed=data.get("unreviewed", []))
    if data.get("unreviewed"):
        row.unreviewed_by_id = _administrator()


def _administrator() -> int | None:
    """Who decided to publish a translation that nobody has reviewed, where the demo has its staff."""
    query = select(Person.id).join(PersonRole).where(PersonRole.role == Role.ADMINISTRATOR, Person.active)
    return db.session.scalar(query.order_by(Person.id).limit(1))


def _texts(
    owner: str, owner_id: int, texts: dict[str, dict[str, str]], unreviewed: Collection[Sequence[str]] = ()
) -> None:
    """All texts of one thing; the demo's district has translators, who have read all but those `unreviewed`."""
    for field, by_locale in texts.items():
        source = hashlib.sha256(by_locale["en"].encode()).hexdigest()
        for locale, text in by_locale.items():
            db.session.add(
                TranslatedText(
                    owner=owner,
                    owner_id=owner_id,
                    field=field,
                    locale=locale,
                    text=text,
                    status="draft" if [field, locale] in unreviewed else "reviewed",
                    source_hash=None if locale == "en" else source,
                )
            )
