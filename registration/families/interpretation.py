"""Staff decide how a language is interpreted at a meeting, and the families who asked for it are told.

The caller commits. A family that withdraws changes nothing here: whether an interpreter is still needed, staff decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, literal, select

from registration.accounts import audit
from registration.accounts.models import Person
from registration.extensions import db
from registration.families import audience, seats
from registration.families.models import (
    Demand,
    InterpretationEvent,
    InterpretationRequest,
    Modality,
    Registration,
    Status,
    Why,
)
from registration.families.tell import Message
from registration.meetings.models import InterpretationService, Meeting, Mode, ServiceState, Way
from registration.meetings.published import touch

# How what is asked for can be given; the first is what is offered first.
MODES: Mapping[Modality, tuple[Mode, ...]] = {
    Modality.SPOKEN: (Mode.SIMULTANEOUS, Mode.CONSECUTIVE, Mode.WHISPERED),
    Modality.SIGN: (Mode.SIGN,),
    Modality.CAPTIONS: (Mode.CAPTIONING,),
}
# Nobody hears captions, or sees hands, by telephone.
WAYS: Mapping[Modality, tuple[Way, ...]] = {
    Modality.SPOKEN: (Way.TELEPHONE, Way.REMOTE, Way.OTHER_MEETING),
    Modality.SIGN: (Way.REMOTE, Way.OTHER_MEETING),
    Modality.CAPTIONS: (Way.REMOTE, Way.OTHER_MEETING),
}
MESSAGES: Mapping[ServiceState, Message] = {
    ServiceState.LOOKING: "interpreter_looking",
    ServiceState.CONFIRMED: "interpreter_confirmed",
    ServiceState.ANOTHER_WAY: "interpreter_another_way",
}


@dataclass(frozen=True, slots=True)
class Key:
    """What demand is counted by and services are found by."""

    language: str
    modality: Modality


@dataclass(frozen=True, slots=True)
class Decision:
    """What staff decide. `standing`: offered even when nobody asks. Raises ValueError where its parts do not fit."""

    state: ServiceState
    mode: Mode
    way: Way | None = None
    other_meeting_id: int | None = None
    standing: bool = False

    def __post_init__(self) -> None:
        if (self.state is ServiceState.ANOTHER_WAY) != (self.way is not None):
            raise ValueError("another way needs to be named, and only another way")
        if (self.way is Way.OTHER_MEETING) != (self.other_meeting_id is not None):
            raise ValueError("another meeting needs to be named, and only another meeting")

    def says(self) -> tuple[str, str, str | None, int | None]:
        """What families are told of."""
        return self.state, self.mode, self.way, self.other_meeting_id


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of it. `told`: how many families; `again`: it was so already, a second press of the button."""

    service: InterpretationService
    told: int
    again: bool


class DecidedMeanwhile(Exception):
    """Somebody else decided since the page was shown; `service` is what holds now, None when it was taken out."""

    def __init__(self, service: InterpretationService | None) -> None:
        super().__init__("decided meanwhile")
        self.service = service


class StillAsked(Exception):
    """Families ask for it, so it is not taken out."""


def service_for(meeting_id: int, key: Key) -> InterpretationService | None:
    """The service of a language and modality at a meeting, as families are told of it."""
    query = (
        select(InterpretationService)
        .where(
            InterpretationService.meeting_id == meeting_id,
            InterpretationService.language == key.language,
            InterpretationService.mode.in_(MODES[key.modality]),
        )
        .order_by(InterpretationService.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).first()


def set_state(
    meeting_id: int,
    key: Key,
    decision: Decision,
    *,
    version: int,
    by: Person | None,
    now: datetime,
    tell: bool = True,
    why: Why | None = None,
) -> Decided:
    """Decide, and tell every family that asks for it where `tell` says so, once.

    `why`: what the seats of a team did, where no person chose; the record of each request keeps it.
    `version`: of the service as the page showed it, 0 where there was none. Raises DecidedMeanwhile.
    """
    meeting = seats.lock(meeting_id)
    service = service_for(meeting_id, key)
    if service is not None and service.version != version:
        if service.version == version + 1 and _says(service) == decision.says():
            return Decided(service, 0, again=True)
        raise DecidedMeanwhile(service)
    if service is None and version != 0:
        raise DecidedMeanwhile(None)
    if service is None or _says(service) != decision.says():
        service = _store(meeting_id, key, decision, service)
        _append(meeting_id, key, decision, by, now, why)
        told = _tell(meeting, key, service, now) if tell else 0
    else:
        told = 0
    service.standing = decision.standing
    _record("set", service, by, told)
    touch()
    return Decided(service, told, again=False)


def _says(service: InterpretationService) -> tuple[str, str, str | None, int | None]:
    return service.state, service.mode, service.way, service.other_meeting_id


def _store(
    meeting_id: int, key: Key, decision: Decision, service: InterpretationService | None
) -> InterpretationService:
    if service is None:
        # Its first version is 1, as a page that was shown before there was one says 0.
        service = InterpretationService(meeting_id=meeting_id, language=key.language, version=0)
        db.session.add(service)
    service.state, service.mode = decision.state.value, decision.mode.value
    service.way = decision.way.value if decision.way else None
    service.other_meeting_id = decision.other_meeting_id
    service.version += 1
    db.session.flush()
    return service


def _append(meeting_id: int, key: Key, decision: Decision, by: Person | None, now: datetime, why: Why | None) -> None:
    standing = (
        select(
            InterpretationRequest.id,
            literal(decision.state.value),
            literal("staff"),
            literal(by.id if by else None, InterpretationEvent.person_id.type),
            literal(now, InterpretationEvent.at.type),
            literal(why or decision.way or ""),
        )
        .join(Registration, Registration.id == InterpretationRequest.registration_id)
        .where(audience.standing(meeting_id, key.language, key.modality), Registration.status != Status.WITHDRAWN)
    )
    columns = ["request_id", "event", "actor", "person_id", "at", "reason"]
    db.session.execute(insert(InterpretationEvent).from_select(columns, standing))


def _tell(meeting: Meeting, key: Key, service: InterpretationService, now: datetime) -> int:
    return audience.tell_all(
        MESSAGES[ServiceState(service.state)],
        meeting,
        audience.asking(meeting.id, key.language, key.modality),
        now=now,
        occurrence=f"{service.id}:{service.version}",
        facts={
            "service": service.id,
            "version": service.version,
            "language": key.language,
            "modality": key.modality.value,
        },
    )


def _record(action: str, service: InterpretationService, by: Person | None, told: int) -> None:
    audit.record(
        f"interpretation_{action}",
        object_kind="interpretation_service",
        object_id=service.id,
        meeting_id=service.meeting_id,
        person=by,
        facts={
            "language": service.language,
            "mode": service.mode,
            "state": service.state,
            "way": service.way,
            "families_told": told,
        },
    )


def remove(meeting_id: int, key: Key, *, version: int, by: Person | None) -> None:
    """Take out a service that nobody asks for. Raises StillAsked, DecidedMeanwhile. Twice is once."""
    seats.lock(meeting_id)
    service = service_for(meeting_id, key)
    if service is None:
        return
    if service.version != version:
        raise DecidedMeanwhile(service)
    asked = db.session.get(Demand, (meeting_id, key.language, key.modality.value), populate_existing=True)
    if asked is not None and asked.families + asked.waiting_families > 0:
        raise StillAsked
    _record("removed", service, by, 0)
    db.session.delete(service)
    touch()
