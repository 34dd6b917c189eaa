"""What interpreters read of a meeting besides what all know. No family's data: staff write or release all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from registration import dates, i18n, languages
from registration.extensions import db
from registration.families.models import Registration, ReleasedQuestion, Status
from registration.i18n import gettext
from registration.interpretation.briefing.models import Briefing, Material, MaterialContent, MaterialKind
from registration.meetings.models import Meeting

# Files are there so long before a meeting, unless staff say another day.
FILES_BEFORE = timedelta(days=7)
KIBIBYTE, MEBIBYTE = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sheet:
    """One thing to prepare with, in words. `href`: where it opens, "" while it is only expected."""

    id: int
    kind: str
    title: str
    language: str
    href: str
    file_name: str
    size: str
    missing: bool
    outside: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """All of it. `phone`: E.164, "" for none; `files_by` in words."""

    contact: str
    phone: str
    equipment: str
    arrival: str
    agenda: str
    glossary: str
    files_by: str
    sheets: Sequence[Sheet]
    questions: Sequence[str]


def kind_words() -> dict[MaterialKind, str]:
    """What a file is for."""
    return {
        MaterialKind.SLIDES: gettext("Slides"),
        MaterialKind.SCRIPT: gettext("Script of a speech"),
        MaterialKind.HANDOUT: gettext("Handout"),
        MaterialKind.SIGHT_TRANSLATION: gettext("Document to translate aloud"),
        MaterialKind.GLOSSARY: gettext("Glossary"),
    }


def size_words(size: int) -> str:
    """How large a file is."""
    tag = i18n.speaking()
    if size >= MEBIBYTE:
        return gettext("%(number)s MB", number=dates.count(round(size / MEBIBYTE), tag))
    return gettext("%(number)s KB", number=dates.count(max(1, round(size / KIBIBYTE)), tag))


def files_by(meeting: Meeting, briefing: Briefing | None) -> datetime:
    """When the files should be there: as staff say, or the end of the day a week before the meeting."""
    if briefing is not None and briefing.files_by is not None:
        return briefing.files_by
    zone = ZoneInfo(meeting.time_zone)
    day = (meeting.starts_at.astimezone(zone) - FILES_BEFORE).date()
    return datetime.combine(day, time(23, 59), zone)


def materials(meeting_id: int, language: str | None = None) -> list[Material]:
    """The materials of a meeting in the order they were added; with `language`, those for its team and for all."""
    query = select(Material).where(Material.meeting_id == meeting_id).order_by(Material.id)
    if language is not None:
        query = query.where(Material.language.in_(("", language)))
    return list(db.session.scalars(query))


def questions(meeting_id: int) -> list[str]:
    """The questions of families that staff released, in staff's words; not of who does not come any more."""
    query = select(ReleasedQuestion.text).join(Registration, Registration.id == ReleasedQuestion.registration_id)
    query = query.where(ReleasedQuestion.meeting_id == meeting_id, Registration.status != Status.WITHDRAWN)
    return list(db.session.scalars(query.order_by(ReleasedQuestion.at, ReleasedQuestion.registration_id)))


def shown(meeting: Meeting, file_at: Callable[[int], str], language: str | None = None) -> Shown:
    """What interpreters of `language` read (None: those of every language); `file_at`: where a file is opened."""
    there = db.session.get(Briefing, meeting.id)
    return Shown(
        contact=there.contact_name if there else "",
        phone=there.contact_phone if there else "",
        equipment=there.equipment if there else "",
        arrival=there.arrival if there else "",
        agenda=there.agenda if there else "",
        glossary=there.glossary if there else "",
        files_by=dates.full_date(files_by(meeting, there), meeting.time_zone, i18n.speaking()),
        sheets=[_sheet(one, file_at) for one in materials(meeting.id, language)],
        questions=questions(meeting.id),
    )


def _sheet(one: Material, file_at: Callable[[int], str]) -> Sheet:
    words = languages.capitalised(languages.name_in(one.language, i18n.speaking())) if one.language else ""
    return Sheet(
        id=one.id,
        kind=kind_words()[MaterialKind(one.kind)],
        title=one.title,
        language=words,
        href=one.link or (file_at(one.id) if one.size is not None else ""),
        file_name=one.file_name,
        size=size_words(one.size) if one.size is not None else "",
        missing=one.missing,
        outside=bool(one.link),
    )


def content_of(material_id: int) -> bytes | None:
    """The bytes of a file."""
    return db.session.scalar(select(MaterialContent.data).where(MaterialContent.material_id == material_id))
