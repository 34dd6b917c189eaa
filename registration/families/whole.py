"""A registration with its meeting, requests and their events, read in one statement past the session.

Every page of a family and every mail begins with it; through the session it takes twice as long. What is given belongs
to no session: what is read of it later is as it was, and nothing that is set on it is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm.attributes import set_committed_value

from registration.database import detached, run
from registration.extensions import Declarative, Model
from registration.families.models import InterpretationEvent, InterpretationRequest, Registration
from registration.meetings.models import District, Meeting
from registration.prepared import Prepared

M = TypeVar("M", bound=Model)

# As they stand beside each other in a row.
_KINDS = (Registration, Meeting, InterpretationRequest, InterpretationEvent)
_REGISTRATION, _MEETING, _REQUEST, _EVENT = _TABLES = [Declarative.metadata.tables[one.__tablename__] for one in _KINDS]


def _places() -> Iterator[tuple[type[Model], tuple[list[str], slice]]]:
    begins = 0
    for kind, table in zip(_KINDS, _TABLES, strict=True):
        names = table.columns.keys()
        yield kind, (names, slice(begins, begins + len(names)))
        begins += len(names)


# The columns of each kind and where they stand in a row.
_PLACES = dict(_places())
_REQUEST_ID, _EVENT_ID = (_PLACES[kind][1].start for kind in (InterpretationRequest, InterpretationEvent))


def _query(where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    version = select(District.content_version).where(District.id == 1).scalar_subquery()
    return (
        select(*_TABLES, version)
        .select_from(_REGISTRATION)
        .join(_MEETING, _MEETING.c.id == _REGISTRATION.c.meeting_id)
        .outerjoin(_REQUEST, _REQUEST.c.registration_id == _REGISTRATION.c.id)
        .outerjoin(_EVENT, _EVENT.c.request_id == _REQUEST.c.id)
        .where(where)
        .order_by(_REGISTRATION.c.id, _REQUEST.c.id, _EVENT.c.id)
    )


# Built once: building a statement costs as much as running it.
_BY_PUBLIC_ID = Prepared(_query(_REGISTRATION.c.public_id == bindparam("public_id")))
_BY_IDS = _query(_REGISTRATION.c.id.in_(bindparam("ids", expanding=True)))


class Whole(NamedTuple):
    """A registration, and the content version it was read with."""

    registration: Registration
    version: int


def by_public_id(public_id: object) -> Whole | None:
    """The registration of a public id; None when there is none."""
    return next(_wholes(_BY_PUBLIC_ID.read({"public_id": public_id})), None)


def by_ids(ids: Sequence[int]) -> list[Whole]:
    """The registrations of these ids that are there, in the order of their ids."""
    return list(_wholes(run(_BY_IDS, {"ids": list(ids)}))) if ids else []


def _wholes(asked: Iterable[Sequence[Any]]) -> Iterator[Whole]:
    meetings: dict[int, Meeting] = {}
    for _, found in groupby(asked, lambda row: row[0]):
        rows = list(found)
        registration = _made(Registration, rows[0])
        meeting = meetings.get(registration.meeting_id) or _made(Meeting, rows[0])
        meetings[registration.meeting_id] = meeting
        set_committed_value(registration, "meeting", meeting)
        set_committed_value(registration, "requests", _requests(rows))
        yield Whole(registration, rows[0][-1])


def _requests(rows: Sequence[Sequence[Any]]) -> list[InterpretationRequest]:
    requests = []
    for request_id, found in groupby(rows, lambda row: row[_REQUEST_ID]):
        if request_id is not None:
            its = list(found)
            request = _made(InterpretationRequest, its[0])
            events = [_made(InterpretationEvent, row) for row in its if row[_EVENT_ID] is not None]
            set_committed_value(request, "events", events)
            requests.append(request)
    return requests


def _made(kind: type[M], row: Sequence[Any]) -> M:
    names, place = _PLACES[kind]
    return detached(kind, dict(zip(names, row[place], strict=True)))
