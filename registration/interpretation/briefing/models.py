"""The tables of briefings: what staff write for interpreters of a meeting, and files."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registration.accounts.models import Person
from registration.database import UtcDateTime
from registration.extensions import Model
from registration.meetings.models import TAG, Meeting


class MaterialKind(StrEnum):
    """What a file is for (domain.md, 16)."""

    SLIDES = "slides"
    SCRIPT = "script"
    HANDOUT = "handout"
    SIGHT_TRANSLATION = "sight_translation"
    GLOSSARY = "glossary"


class Briefing(Model):
    """What interpreters of a meeting read besides what all know of it. `files_by`: when files should be there."""

    __tablename__ = "briefing"

    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id), primary_key=True)
    contact_name: Mapped[str] = mapped_column(String(128), default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    # What there is and who brings it: headsets, microphones, a booth.
    equipment: Mapped[str] = mapped_column(Text, default="")
    # How an interpreter gets in, where to meet, anything else.
    arrival: Mapped[str] = mapped_column(Text, default="")
    # What is spoken about and in which order, who turns with whom.
    agenda: Mapped[str] = mapped_column(Text, default="")
    glossary: Mapped[str] = mapped_column(Text, default="")
    files_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class Material(Model):
    """A file or an address for interpreters; with neither it is expected and still missing.

    `language`: "" for all teams of the meeting. `size` in bytes, null where there is no file.
    """

    __tablename__ = "material"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(one.value) for one in MaterialKind)})", name="kind"),
        CheckConstraint("size >= 0", name="size"),
        Index("ix_material_meeting_id", "meeting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id))
    language: Mapped[str] = mapped_column(TAG, default="")
    kind: Mapped[str] = mapped_column(String(17))
    title: Mapped[str] = mapped_column(String(120))
    link: Mapped[str] = mapped_column(String(500), default="")
    file_name: Mapped[str] = mapped_column(String(120), default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    @property
    def missing(self) -> bool:
        """Whether it is only expected."""
        return not self.link and self.size is None


class MaterialContent(Model):
    """The bytes of a file, apart from the row that lists show. In the database, as web machines share nothing else."""

    __tablename__ = "material_content"

    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
