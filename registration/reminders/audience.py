"""To whom a reminder or an announcement goes: as plain values, as a query, and in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from registration.extensions import db
from registration.families.audience import Numbers, Where, ended, written
from registration.families.models import Attendance, InterpretationRequest, Registration, Status

# Families that can be told at all; the others never get a reminder or an announcement.
STANDING = (Status.REGISTERED.value, Status.WAITING.value)


@dataclass(frozen=True, slots=True)
class Audience:
    """What a family must be like. Empty tuples, None and False narrow nothing down.

    `standing`: registered, waiting. `attendance`: in_person, online. `asked`: asked for an interpreter or captions.
    `languages`: those of which it reads one or asked for one; with `asked`, asked for one.
    """

    standing: tuple[str, ...] = (Status.REGISTERED.value,)
    attendance: str | None = None
    asked: bool = False
    languages: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "standing": list(self.standing),
            "attendance": self.attendance,
            "asked": self.asked,
            "languages": list(self.languages),
        }


def read(kept: Mapping[str, Any]) -> Audience:
    """An audience as it was kept; {} is everybody with a place. Unknown words narrow nothing down."""
    standing = tuple(one for one in kept.get("standing") or (Status.REGISTERED.value,) if one in STANDING)
    attendance = kept.get("attendance")
    return Audience(
        standing=standing or (Status.REGISTERED.value,),
        attendance=attendance if attendance in set(Attendance) else None,
        asked=bool(kept.get("asked")),
        languages=tuple(kept.get("languages") or ()),
    )


def where(audience: Audience, meeting_ids: Sequence[int]) -> Where:
    """Registrations of `meeting_ids` in the audience, whether or not they can be told."""
    conditions: list[ColumnElement[bool]] = [
        Registration.meeting_id.in_(meeting_ids),
        Registration.status.in_(audience.standing),
        Registration.erased_at.is_(None),
        Registration.not_me_at.is_(None),
    ]
    if audience.attendance is not None:
        conditions.append(Registration.attendance == audience.attendance)
    if audience.asked:
        conditions.append(_asking(audience.languages))
    elif audience.languages:
        reads = or_(Registration.contact_language.in_(audience.languages), Registration.locale.in_(audience.languages))
        conditions.append(or_(reads, _asking(audience.languages)))
    return and_(*conditions)


def _asking(languages: Sequence[str]) -> Where:
    request = InterpretationRequest
    asked = select(request.id).where(request.registration_id == Registration.id, ~ended())
    if languages:
        asked = asked.where(request.language.in_(languages))
    return asked.exists()


def way() -> ColumnElement[str]:
    """How a family of the audience is told: `mail`, `call`, or `none` where it wants no such messages or cannot be."""
    return case(
        (Registration.unsubscribed_at.is_not(None), "none"),
        (and_(written(), Registration.bounced_at.is_(None)), "mail"),
        (Registration.phone.is_not(None), "call"),
        else_="none",
    )


def preview_counts(audience: Audience, meeting_ids: Sequence[int]) -> list[Numbers]:
    """How many families would be told, by the page language they read and by how; the most first."""
    told = select(Registration.locale, way().label("way")).where(where(audience, meeting_ids)).subquery()
    by_mail, by_call = (func.sum(case((told.c.way == one, 1), else_=0)) for one in ("mail", "call"))
    query = select(told.c.locale, by_mail, by_call).group_by(told.c.locale)
    found = [Numbers(locale, int(mail), int(call)) for locale, mail, call in db.session.execute(query)]
    return sorted((one for one in found if one.mail or one.call), key=lambda one: (-one.mail - one.call, one.locale))
