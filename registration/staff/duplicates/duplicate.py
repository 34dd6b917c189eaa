"""Meetings written again for another day: one, or a whole series at once. The caller commits."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from registration import local
from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.meetings.completeness import Owner
from registration.meetings.models import InterpretationService, Meeting, Series, ServiceState, TranslatedText
from registration.meetings.published import touch
from registration.reminders import rules
from registration.staff.writing.write import new_series, new_slug

# What a meeting for another day is like the one it is made from; counters, versions and moments are its own.
COPIED = (
    "place_id", "floor_language", "time_zone", "in_person", "online", "capacity", "online_capacity", "recording",
    "childcare", "childcare_capacity",
)  # fmt: skip


def duplicate(meeting: Meeting, day: date, *, series_id: int | None = None, person: Person | None) -> Meeting:
    """A draft of `meeting` on another day, at the same times of day.

    Texts come along as they are. Standing interpretation is looked for anew; registrations stay where they are.
    Raises local.Skipped or local.Twice where the clocks change.
    """
    days = (day - local.day_of(meeting.starts_at, meeting.time_zone)).days
    copy = Meeting(
        slug=new_slug(f"{_stem(meeting.slug)}-{day.isoformat()}", "meeting"),
        series_id=series_id or meeting.series_id,
        **{name: getattr(meeting, name) for name in COPIED},
        **{name: _moved(getattr(meeting, name), days, meeting.time_zone) for name in ("starts_at", "ends_at")},
        **{
            name: _moved(getattr(meeting, name), days, meeting.time_zone)
            for name in ("opens_at", "closes_at", "childcare_closes_at")
        },
    )
    db.session.add(copy)
    db.session.flush()
    copy_texts(("meeting", meeting.id), ("meeting", copy.id))
    _copy_services(meeting.id, copy.id)
    rules.copy(meeting.id, copy.id)
    audit.record(
        "meeting_duplicated",
        object_kind="meeting",
        object_id=copy.id,
        meeting_id=copy.id,
        person=person,
        facts={"made_from": meeting.id},
    )
    touch()
    return copy


def _moved(moment: datetime | None, days: int, zone: str) -> datetime | None:
    return None if moment is None else local.moved(moment, days, zone)


def _stem(slug: str) -> str:
    """A slug without the day that an earlier copy put behind it."""
    head, _, tail = slug.rpartition("-20")
    return head if head and tail.replace("-", "").isdigit() else slug


def copy_texts(from_: Owner, to: Owner) -> None:
    """All texts of one thing, in every language, with how they stand."""
    query = select(TranslatedText).where(TranslatedText.owner == from_[0], TranslatedText.owner_id == from_[1])
    for row in db.session.scalars(query).all():
        db.session.add(
            TranslatedText(
                owner=to[0],
                owner_id=to[1],
                field=row.field,
                locale=row.locale,
                text=row.text,
                status=row.status,
                source_hash=row.source_hash,
            )
        )
    db.session.flush()


def _copy_services(from_id: int, to_id: int) -> None:
    query = select(InterpretationService).where(
        InterpretationService.meeting_id == from_id, InterpretationService.standing
    )
    for row in db.session.scalars(query).all():
        db.session.add(
            InterpretationService(
                meeting_id=to_id, language=row.language, mode=row.mode, state=ServiceState.LOOKING, standing=True
            )
        )


def duplicate_series(
    series: Series, days: Iterable[tuple[Meeting, date]], *, title: str = "", person: Person | None
) -> tuple[int, list[Meeting]]:
    """Drafts of meetings on other days, in their series or in a new one with `title`; its id and the drafts."""
    target = series.id
    if title:
        made = new_series(title, series.time_zone, person)
        target = made.id
        _introduce(series.id, made.id)
    return target, [duplicate(meeting, day, series_id=target, person=person) for meeting, day in days]


def _introduce(from_id: int, to_id: int) -> None:
    """The introduction of a series comes along; its title is another one, so translations of it do not."""
    row = TranslatedText
    query = select(row).where(row.owner == "series", row.owner_id == from_id, row.field == "introduction")
    for text in db.session.scalars(query).all():
        db.session.add(
            TranslatedText(
                owner="series",
                owner_id=to_id,
                field="introduction",
                locale=text.locale,
                text=text.text,
                status=text.status,
                source_hash=text.source_hash,
            )
        )
    db.session.flush()
