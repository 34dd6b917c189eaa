"""What is asked at a meeting against what is arranged there: rows in, lines out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Integer, ScalarSelect, case, exists, func, or_, select

from registration.extensions import db
from registration.families.models import OWN_WORDS, Demand, Modality
from registration.interpretation.settle import modality_of
from registration.meetings.models import InterpretationService, Meeting, Mode, ServiceState


class Standing(StrEnum):
    """What is true of a language at a meeting; `asked`: nobody has decided anything."""

    ASKED = "asked"
    LOOKING = "looking"
    CONFIRMED = "confirmed"
    ANOTHER_WAY = "another_way"

    @property
    def settled(self) -> bool:
        """Whether families know what will be there."""
        return self in (Standing.CONFIRMED, Standing.ANOTHER_WAY)


# Where a language has several services, the surest one counts.
_SUREST = (ServiceState.CONFIRMED, ServiceState.ANOTHER_WAY, ServiceState.LOOKING)
_ORDER = {modality: number for number, modality in enumerate(Modality)}


@dataclass(frozen=True, slots=True)
class Line:
    """One language of a meeting. Families with a seat and waiting ones apart; those online are among the seated."""

    language: str
    modality: Modality
    standing: Standing
    families: int = 0
    families_online: int = 0
    waiting_families: int = 0
    listeners: int = 0
    listeners_online: int = 0
    waiting_listeners: int = 0
    service: InterpretationService | None = None

    @property
    def asked(self) -> int:
        """All families that asked, those on the waiting list too."""
        return self.families + self.waiting_families

    @property
    def heard_by(self) -> int:
        """All who would listen, those on the waiting list too."""
        return self.listeners + self.waiting_listeners

    @property
    def own_words(self) -> bool:
        """Whether it stands for languages that families wrote in their own words."""
        return self.language == OWN_WORDS


def lines(demand: Iterable[Demand], services: Iterable[InterpretationService]) -> list[Line]:
    """One line for each language asked for or provided, the most families first; spoken before sign and captions."""
    by_key: dict[tuple[str, str], list[InterpretationService]] = defaultdict(list)
    for service in services:
        by_key[service.language, modality_of(Mode(service.mode))].append(service)
    rows = {(row.language, row.modality): row for row in demand if row.families or row.waiting_families}
    found = [_line(key, rows.get(key), by_key.get(key, [])) for key in {**rows, **by_key}]
    return sorted(found, key=lambda line: (_ORDER[line.modality], line.own_words, -line.asked, line.language))


def _line(key: tuple[str, str], row: Demand | None, services: list[InterpretationService]) -> Line:
    service = min(services, key=lambda one: (_SUREST.index(ServiceState(one.state)), one.id), default=None)
    standing = Standing(service.state) if service else Standing.ASKED
    if row is None:
        return Line(key[0], Modality(key[1]), standing, service=service)
    return Line(
        language=key[0],
        modality=Modality(key[1]),
        standing=standing,
        families=row.families,
        families_online=row.families_online,
        waiting_families=row.waiting_families,
        listeners=row.listeners,
        listeners_online=row.listeners_online,
        waiting_listeners=row.waiting_listeners,
        service=service,
    )


def of_meetings(meeting_ids: Collection[int]) -> Mapping[int, list[Line]]:
    """The lines of several meetings; two queries."""
    demand: dict[int, list[Demand]] = defaultdict(list)
    services: dict[int, list[InterpretationService]] = defaultdict(list)
    for row in db.session.scalars(select(Demand).where(Demand.meeting_id.in_(meeting_ids))):
        demand[row.meeting_id].append(row)
    provided = select(InterpretationService).where(InterpretationService.meeting_id.in_(meeting_ids))
    for one in db.session.scalars(provided):
        services[one.meeting_id].append(one)
    return {meeting_id: lines(demand[meeting_id], services[meeting_id]) for meeting_id in meeting_ids}


def open_families() -> ScalarSelect[int]:
    """In SQL, of the meeting of the query around it: how many families asked for what is not settled there."""
    asked = Demand.families + Demand.waiting_families
    query = select(func.coalesce(func.sum(asked), 0).cast(Integer)).where(Demand.meeting_id == Meeting.id, ~_settled())
    return query.correlate(Meeting).scalar_subquery()


def something_open() -> ColumnElement[bool]:
    """In SQL, of the meeting of the query around it: whether a language asked for or promised is not settled."""
    asked = exists().where(Demand.meeting_id == Meeting.id, Demand.families + Demand.waiting_families > 0, ~_settled())
    service = InterpretationService
    looked_for = exists().where(service.meeting_id == Meeting.id, service.state == ServiceState.LOOKING)
    return or_(asked.correlate(Meeting), looked_for.correlate(Meeting))


def _settled() -> ColumnElement[bool]:
    service = InterpretationService
    modality = case(
        (service.mode == Mode.SIGN, Modality.SIGN.value),
        (service.mode == Mode.CAPTIONING, Modality.CAPTIONS.value),
        else_=Modality.SPOKEN.value,
    )
    return exists().where(
        service.meeting_id == Demand.meeting_id,
        service.language == Demand.language,
        modality == Demand.modality,
        service.state.in_((ServiceState.CONFIRMED, ServiceState.ANOTHER_WAY)),
    )
