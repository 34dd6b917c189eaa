"""What families would be told when somebody is confirmed or booked: it is done, read, and taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registration import i18n
from registration.extensions import db
from registration.families import audience
from registration.families.interpretation import MESSAGES
from registration.interpretation import seats, settle
from registration.interpretation.models import Assignment, Interpreter
from registration.meetings.models import InterpretationService, Meeting, ServiceState
from registration.meetings.published import forget_version
from registration.staff.plan.foreseen import Group, groups


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would come of it. `complete`: the team would be, so that families are told."""

    meeting_id: int
    name: str
    complete: bool
    groups: Sequence[Group]

    @property
    def families(self) -> int:
        """How many would be told."""
        return sum(one.mail + one.call for one in self.groups)


def foresee(do: Callable[[], Assignment], now: datetime) -> Foreseen:
    """Do what `do` does, which tells no family, read what would be said, and take it back. Raises what it raises."""
    done = do()
    service = seats.seat_of(done.seat_id)[2]
    meeting = db.session.get_one(Meeting, done.meeting_id)
    name = db.session.get_one(Interpreter, done.interpreter_id).name
    complete = service.state == ServiceState.CONFIRMED
    found = Foreseen(meeting.id, name, complete, _groups(service, meeting, now) if complete else [])
    db.session.rollback()
    forget_version()
    return found


def _groups(service: InterpretationService, meeting: Meeting, now: datetime) -> list[Group]:
    key = settle.key_of(service)
    wanted = (key.language, key.modality.value)
    facts: dict[str, Any] = {"service": service.id, "version": service.version}
    facts |= {"language": key.language, "modality": key.modality.value}
    numbers = audience.numbers(audience.asking(meeting.id, key.language, key.modality))
    if not numbers:
        return []
    message, tag = MESSAGES[ServiceState.CONFIRMED], i18n.speaking()
    return groups(message, meeting, numbers, facts, now=now, speaking=tag, requests=[wanted])
