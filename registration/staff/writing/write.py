"""A meeting is made or edited, with its series and its place. The caller commits."""

from datetime import datetime

from sqlalchemy import exists, select

from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.families.change import promote
from registration.interpretation.plan_changes import concerned_by
from registration.meetings.completeness import Owner, source_language
from registration.meetings.models import Meeting, Place, Series
from registration.meetings.published import touch
from registration.reminders.rules import add_defaults
from registration.staff.texts import rows
from registration.staff.writing import slugs
from registration.staff.writing.answers import Details, NewPlace, NewSeries, Plan, Words, Written


class ChangedMeanwhile(Exception):
    """Somebody changed it since the form was shown."""


class PlanChange(Exception):
    """Families have registered: another time, place or way is a change of plan, which they are told of."""


def families_hold(meeting: Meeting) -> bool:
    """Whether families have registered for a meeting that they see, so that its plan is theirs too."""
    return meeting.published and bool(
        meeting.seats_taken or meeting.online_taken or meeting.waiting or meeting.waiting_online
    )


def others_hold(meeting: Meeting) -> bool:
    """Whether somebody is told when the plan changes: families who registered, interpreters who are booked or asked."""
    return families_hold(meeting) or (meeting.published and concerned_by(meeting.id) > 0)


def plan_of(meeting: Meeting) -> Plan:
    """When, where and how a meeting is held."""
    return Plan(
        meeting.starts_at,
        meeting.ends_at,
        meeting.time_zone,
        meeting.in_person,
        meeting.online,
        meeting.place_id if meeting.in_person else None,
    )


def slug_taken(slug: str, model: type[Meeting | Series | Place] = Meeting) -> bool:
    """Whether an address stands already."""
    return bool(db.session.scalar(select(exists().where(model.slug == slug))))


def new_slug(title: str, otherwise: str, model: type[Meeting | Series | Place] = Meeting) -> str:
    """An address made from a title, which nothing else has."""
    return slugs.free(slugs.slug_of(title, otherwise), lambda one: slug_taken(one, model))


def put_first(owner: Owner, **words: str) -> None:
    """The first texts of a new thing, in the district's first language."""
    for field, text in words.items():
        rows.put(owner, field, source_language(), text)


def new_series(title: str, zone: str, person: Person | None, introduction: str = "") -> Series:
    """A series without meetings."""
    series = Series(slug=new_slug(title, "series", Series), time_zone=zone)
    db.session.add(series)
    db.session.flush()
    put_first(("series", series.id), title=title, introduction=introduction)
    audit.record("series_made", object_kind="series", object_id=series.id, person=person)
    return series


def new_place(place: NewPlace, person: Person | None) -> Place:
    """A place where meetings can be held."""
    row = Place(slug=new_slug(place.name, "place", Place), address=place.address)
    db.session.add(row)
    db.session.flush()
    put_first(("place", row.id), name=place.name, entrance=place.entrance, parking=place.parking)
    audit.record("place_made", object_kind="place", object_id=row.id, person=person)
    return row


def create(written: Written, *, person: Person | None) -> Meeting:
    """A new meeting that only staff see."""
    plan, words, details = written.plan, written.words or Words(""), written.details
    if plan is None:
        raise ValueError("a new meeting needs a plan")
    meeting = Meeting(slug=details.slug or new_slug(words.title, "meeting"), floor_language=details.floor_language)
    _apply_plan(meeting, plan, person)
    _apply_details(meeting, details, person)
    db.session.add(meeting)
    db.session.flush()
    put_first(("meeting", meeting.id), title=words.title, about=words.about, room=words.room)
    add_defaults(meeting.id)
    audit.record("meeting_made", object_kind="meeting", object_id=meeting.id, meeting_id=meeting.id, person=person)
    touch()
    return meeting


def edit(meeting: Meeting, version: int, written: Written, *, person: Person | None, now: datetime) -> list[str]:
    """Change a meeting whose row is locked; gives the columns that changed.

    Raises ChangedMeanwhile when `version` is an old one, PlanChange when others hold the plan and it differs.
    """
    if meeting.version != version:
        raise ChangedMeanwhile
    plan = written.plan
    if plan is not None and plan != plan_of(meeting):
        if others_hold(meeting):
            raise PlanChange
        _apply_plan(meeting, plan, person)
    _apply_details(meeting, written.details, person)
    fields = sorted(attribute.key for attribute in db.inspect(meeting).attrs if attribute.history.has_changes())
    if not fields:
        return []
    meeting.version += 1
    db.session.flush()
    audit.record(
        "meeting_edited",
        object_kind="meeting",
        object_id=meeting.id,
        meeting_id=meeting.id,
        person=person,
        facts={"fields": fields},
    )
    if {"capacity", "online_capacity"} & set(fields) and (meeting.waiting or meeting.waiting_online):
        promote(meeting, now)
    touch()
    return fields


def _apply_plan(meeting: Meeting, plan: Plan, person: Person | None) -> None:
    place = plan.place
    meeting.starts_at, meeting.ends_at, meeting.time_zone = plan.starts_at, plan.ends_at, plan.time_zone
    meeting.in_person, meeting.online = plan.in_person, plan.online
    meeting.place_id = new_place(place, person).id if isinstance(place, NewPlace) else place


def _apply_details(meeting: Meeting, details: Details, person: Person | None) -> None:
    series = details.series
    if isinstance(series, NewSeries):
        meeting.series_id = new_series(series.title, meeting.time_zone, person).id
    else:
        meeting.series_id = series
    if details.slug:
        meeting.slug = details.slug
    for name in (
        "floor_language", "capacity", "online_capacity", "recording", "childcare", "childcare_capacity",
        "childcare_closes_at", "opens_at", "closes_at",
    ):  # fmt: skip
        setattr(meeting, name, getattr(details, name))
