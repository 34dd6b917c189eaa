"""Ways through the families of meetings, each in the order of one index, so that a page costs what it shows.

| asked for | order | index |
|---|---|---|
| nothing, or what only a row says | newest first | registration (meeting_id, id) |
| waiting | room, then online, who came first | registration (meeting_id, status, attendance, waiting_since) |
| late | newest first | interpretation_request (meeting_id, registration_id) where late |
| a language, a modality | newest first | interpretation_request (meeting_id, language, modality, registration_id) |
| "not me"; a doubled address | newest first | registration (meeting_id, id) where … |
| a name | by the word that begins so | registration_word, its key |
| an email; a phone | by the address; by the number | registration (meeting_id, email_folded); (meeting_id, phone) |
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal_column, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from registration.extensions import db
from registration.families.models import (
    InterpretationRequest,
    Modality,
    Registration,
    RegistrationWord,
    Status,
)
from registration.families.names import end_of, words
from registration.staff.families_list.asked import Asked, Mark

Condition = ColumnElement[bool]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Key = tuple[Any, ...]

# Of several words the rarest is walked; a look at so many places tells which that is.
PROBED = 1000


@dataclass(frozen=True, slots=True)
class Way:
    """An index to walk: `ranges` of it, merged in `order`, which ends in a registration's id.

    `place` says where a registration stands in that order; None where it is not on this way (any more).
    """

    order: tuple[Column, ...]
    ranges: tuple[tuple[Condition, ...], ...]
    place: Callable[[Registration], Key | None]
    descending: bool = False
    # Folded beginnings that the words of a family's name must have.
    beginnings: tuple[str, ...] = ()

    def step(self, after: Key | None, most: int) -> Select[Any]:
        """The next `most` places, as columns k0, k1, …; the last one is the registration's id."""
        parts = [self._part(conditions, after, most) for conditions in self.ranges]
        if len(parts) == 1:
            return parts[0]
        merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
        return select(merged).order_by(*self._ordered(tuple(merged.c))).limit(most)

    def _part(self, conditions: tuple[Condition, ...], after: Key | None, most: int) -> Select[Any]:
        labelled = [column.label(f"k{number}") for number, column in enumerate(self.order)]
        query = select(*labelled).where(*conditions).order_by(*self._ordered(self.order)).limit(most)
        if after is None:
            return query
        here, there = tuple_(*self.order), tuple_(*after, types=[column.type for column in self.order])
        return query.where(here < there if self.descending else here > there)

    def _ordered(self, columns: Sequence[Column]) -> list[ColumnElement[Any]]:
        return [column.desc() if self.descending else column.asc() for column in columns]


def by_name(meeting_ids: Sequence[int], folded: tuple[str, ...]) -> Way:
    """Families whose names have words that begin as `folded` do."""
    chosen = _rarest(meeting_ids, folded)
    begins = (*_within(RegistrationWord.meeting_id, meeting_ids), *begins_with(RegistrationWord.word, chosen))

    def place(row: Registration) -> Key | None:
        fitting = [word for word in words(row.name) if word.startswith(chosen)]
        return (row.meeting_id, min(fitting), row.id) if fitting else None

    order = (RegistrationWord.meeting_id, RegistrationWord.word, RegistrationWord.registration_id)
    return Way(order, (begins,), place, beginnings=(chosen, *(one for one in folded if one != chosen)))


def _rarest(meeting_ids: Sequence[int], folded: tuple[str, ...]) -> str:
    """The word that the fewest families have, as far as a short look says; of equals the longest."""
    if len(folded) == 1:
        return folded[0]
    looks = []
    for word in folded:
        conditions = (*_within(RegistrationWord.meeting_id, meeting_ids), *begins_with(RegistrationWord.word, word))
        # In the order of the index, so that it is the index that is looked at.
        order = (RegistrationWord.meeting_id, RegistrationWord.word)
        some = select(RegistrationWord.word).where(*conditions).order_by(*order).limit(PROBED).subquery()
        looks.append(select(literal_column("COUNT(*)")).select_from(some).scalar_subquery())
    numbers = db.session.execute(select(*looks)).one()
    return min(zip(numbers, folded, strict=True), key=lambda one: (one[0], -len(one[1])))[1]


def by_email(meeting_ids: Sequence[int], beginning: str) -> Way:
    """Families whose email begins so, however it is written."""
    return _by_contact(Registration.email_folded, meeting_ids, (beginning.casefold(),))


def by_phone(meeting_ids: Sequence[int], beginnings: Sequence[str]) -> Way:
    """Families whose telephone begins in one of these ways."""
    return _by_contact(Registration.phone, meeting_ids, tuple(beginnings))


def _by_contact(
    column: InstrumentedAttribute[str | None], meeting_ids: Sequence[int], beginnings: tuple[str, ...]
) -> Way:
    ranges = tuple(
        (*_within(Registration.meeting_id, meeting_ids), *begins_with(column, beginning)) for beginning in beginnings
    )

    def place(row: Registration) -> Key | None:
        kept = getattr(row, column.key)
        return (row.meeting_id, kept, row.id) if kept else None

    return Way((Registration.meeting_id, column, Registration.id), ranges, place)


def begins_with(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], beginning: str
) -> tuple[Condition, ...]:
    """As a range, which an index in the order of code points serves."""
    return column >= beginning, column < end_of(beginning)


def _within(column: InstrumentedAttribute[int], meeting_ids: Sequence[int]) -> tuple[Condition, ...]:
    # Equality says to both databases that the rest of the index is in order.
    return (column == meeting_ids[0],) if len(meeting_ids) == 1 else (column.in_(meeting_ids),)


def by_filters(meeting_id: int, asked: Asked, keys: Sequence[tuple[str, str]]) -> Way:
    """The way on which the fewest families are to be looked at. `keys`: languages and modalities asked for there."""
    if Mark.LATE in asked.marks and asked.status != Status.WITHDRAWN:
        # Bare: neither database sees that the index of late ones holds those whose "late IS true".
        late = (InterpretationRequest.meeting_id == meeting_id, InterpretationRequest.late.expression)
        return _newest(InterpretationRequest.registration_id, (late,))
    if asked.status == Status.WAITING:
        return _waiting(meeting_id, asked.attendance)
    ours = Registration.meeting_id == meeting_id
    if Mark.NOT_ME in asked.marks:
        return _newest(Registration.id, ((ours, Registration.not_me_at.is_not(None)),))
    if Mark.SAME_ADDRESS in asked.marks:
        return _newest(Registration.id, ((ours, unseen_double()),))
    fitting = [key for key in keys if asked.language in ("", key[0]) and asked.modality in ("", key[1])]
    # Spoken languages are asked for by nearly everybody, so walking all families finds them as fast.
    if asked.language or asked.modality not in ("", Modality.SPOKEN):
        request = InterpretationRequest
        at = [(request.meeting_id == meeting_id, request.language == one, request.modality == other)
              for one, other in fitting]  # fmt: skip
        return _newest(
            request.registration_id, tuple(at) or ((request.meeting_id == meeting_id, request.language == ""),)
        )
    return _newest(Registration.id, ((ours,),))


def unseen_double() -> Condition:
    """As the index has it: another family gave the same address, and nobody has looked at it."""
    return and_(Registration.same_address, Registration.same_address_seen_at.is_(None))


def _newest(column: InstrumentedAttribute[int], ranges: tuple[tuple[Condition, ...], ...]) -> Way:
    return Way((column,), ranges, lambda row: (row.id,), descending=True)


def _waiting(meeting_id: int, attendance: str) -> Way:
    row = Registration
    these: tuple[Condition, ...] = (row.meeting_id == meeting_id, row.status == Status.WAITING)
    if attendance:
        these = (*these, row.attendance == attendance)

    def place(one: Registration) -> Key | None:
        return (one.attendance, one.waiting_since, one.id) if one.waiting_since else None

    return Way((row.attendance, row.waiting_since, row.id), (these,), place)
