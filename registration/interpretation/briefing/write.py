"""What interpreters of a meeting get to read and to prepare with is written. The caller commits."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete

from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.families import seats as families
from registration.interpretation.briefing.files import Sent
from registration.interpretation.briefing.models import Briefing, Material, MaterialContent, MaterialKind


@dataclass(frozen=True, slots=True)
class Words:
    """What staff write for interpreters. `contact_phone` as E.164."""

    contact_name: str = ""
    contact_phone: str = ""
    equipment: str = ""
    arrival: str = ""
    agenda: str = ""
    glossary: str = ""
    files_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A material: an address, a file, or neither while it is only expected. `language`: "" for all teams."""

    kind: MaterialKind
    title: str
    language: str = ""
    link: str = ""
    file: Sent | None = None


class WrittenMeanwhile(Exception):
    """Somebody else has written this briefing since the page was shown."""


class IsThere(Exception):
    """The material has its file or address already."""


def keep(meeting_id: int, words: Words, *, version: int, by: Person | None, now: datetime) -> list[str]:
    """Keep what was written; gives the names of what changed.

    `version`: the briefing's as the page showed it, 0 where there was none. Raises WrittenMeanwhile.
    """
    families.lock(meeting_id)
    there = db.session.get(Briefing, meeting_id, populate_existing=True)
    found = there or Briefing(meeting_id=meeting_id, **asdict(Words()), version=0)
    changed = sorted(name for name, value in asdict(words).items() if getattr(found, name) != value)
    if found.version != version and changed:
        raise WrittenMeanwhile
    if not changed:
        return []
    for name in changed:
        setattr(found, name, getattr(words, name))
    found.version += 1
    db.session.add(found)
    db.session.flush()
    facts = {"fields": changed}
    audit.record(
        "briefing_written",
        object_kind="meeting",
        object_id=meeting_id,
        meeting_id=meeting_id,
        person=by,
        facts=facts,
    )
    return changed


def add(meeting_id: int, wanted: Wanted, *, by: Person | None, now: datetime) -> Material:
    """Add a file, an address, or what is only expected."""
    families.lock(meeting_id)
    made = Material(
        meeting_id=meeting_id,
        language=wanted.language,
        kind=wanted.kind.value,
        title=wanted.title,
        added_at=now,
        person_id=by.id if by else None,
    )
    db.session.add(made)
    db.session.flush()
    _fill(made, wanted.link, wanted.file)
    _on_record("material_added", made, by)
    return made


def supply(material_id: int, *, link: str, file: Sent | None, by: Person | None, now: datetime) -> Material:
    """What was expected is here. Raises IsThere where it was here already, NoResultFound."""
    made = _locked(material_id)
    if not made.missing:
        raise IsThere
    made.added_at, made.person_id = now, by.id if by else None
    _fill(made, link, file)
    _on_record("material_supplied", made, by)
    return made


def remove(material_id: int, *, by: Person | None) -> None:
    """Take a material out, with its bytes. Raises NoResultFound for one that is gone."""
    made = _locked(material_id)
    _on_record("material_removed", made, by)
    db.session.execute(delete(MaterialContent).where(MaterialContent.material_id == material_id))
    db.session.delete(made)
    db.session.flush()


def _locked(material_id: int) -> Material:
    meeting_id = db.session.get_one(Material, material_id).meeting_id
    families.lock(meeting_id)
    return db.session.get_one(Material, material_id, populate_existing=True)


def _fill(made: Material, link: str, file: Sent | None) -> None:
    made.link = link if file is None else ""
    if file is not None:
        made.file_name, made.media_type, made.size = file.name, file.media_type, len(file.data)
        db.session.add(MaterialContent(material_id=made.id, data=file.data))
    db.session.flush()


def _on_record(action: str, made: Material, by: Person | None) -> None:
    """Which kind, for whom, and whether it is here: a title or the name of a file may name somebody."""
    here = "expected" if made.missing else "link" if made.link else "file"
    audit.record(
        action,
        object_kind="material",
        object_id=made.id,
        meeting_id=made.meeting_id,
        person=by,
        facts={"kind": made.kind, "language": made.language or None, "as": here, "bytes": made.size},
    )
