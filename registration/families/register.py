"""A family registers: seats or a place on the waiting list, its needs, and its message, all in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registration import links
from registration.extensions import db
from registration.families import demand, hearing, seats, store
from registration.families.answers import Answers
from registration.families.codes import new_code
from registration.families.models import Registration, Status
from registration.families.tell import tell
from registration.mail.models import State
from registration.mail.queue import Limited
from registration.meetings.availability import Phase, availability
from registration.meetings.models import Meeting
from registration.meetings.shown import DistrictView

# Before it opens and after it has closed staff can still register a family, with a reason of theirs.
STAFF_MAY = (Phase.OPEN, Phase.NOT_YET, Phase.CLOSED)

# A new code meets a used one once in a few hundred registrations of a very large district; five in a row never happens.
TRIES = 5


class OtherAnswers(Exception):
    """The form was already sent with other answers; `registration` is what it made."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(registration.id)
        self.registration = registration


class NotOpen(Exception):
    """Since the page was shown, the meeting was cancelled or registering has ended."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of the form. `held`: so many mails went to this address that this one waits."""

    registration: Registration
    again: bool
    held: bool


def register(
    meeting: Meeting,
    answers: Answers,
    *,
    submission_id: str,
    district: DistrictView,
    now: datetime,
    limited: bool = True,
    registered_by: int | None = None,
) -> Registered:
    """Register a family; the caller commits. The same form sent again gives the same registration.

    `limited`: the mail counts against the limit of its address. `registered_by`: the person of staff who did it for
    the family. Raises OtherAnswers when the form was sent before with other answers, NotOpen when nobody can register
    any more.
    """
    meeting_id = meeting.id
    for _ in range(TRIES):
        try:
            return _register(meeting, answers, submission_id, district, now, limited, registered_by)
        except IntegrityError:
            # Another request was faster with this form, or the new code is in use: start again from what is there now.
            db.session.rollback()
            if (known := sent_before(submission_id)) is not None:
                if known.answers_hash != answers.digest():
                    raise OtherAnswers(known) from None
                return Registered(known, again=True, held=False)
            meeting = db.session.get_one(Meeting, meeting_id)
    raise RuntimeError("no unused code was found")


def sent_before(submission_id: str) -> Registration | None:
    """The registration that a form has already made."""
    return db.session.scalar(select(Registration).where(Registration.submission_id == submission_id))


def _may_wait(meeting: Meeting, now: datetime, registered_by: int | None) -> bool:
    phase = availability(meeting, now).phase
    return phase is Phase.OPEN if registered_by is None else phase in STAFF_MAY


def _enter_full(
    meeting: Meeting, answers: Answers, now: datetime, registered_by: int | None
) -> tuple[seats.Entered, bool]:
    """A place on the waiting list, or seats that came free in the moment before the meeting was locked.

    Such seats went to nobody: the family that wants them was not waiting yet. Raises NotOpen.
    """
    # The page showed it open; what is true under the lock counts.
    if not _may_wait(seats.lock(meeting.id), now, registered_by):
        raise NotOpen(meeting.slug)
    entered = seats.enter(meeting.id, answers.attendance, answers.party, answers.children)
    if entered is not None:
        return entered, True
    return seats.enter_waiting(meeting.id, answers.attendance), False


def _register(
    meeting: Meeting,
    answers: Answers,
    submission_id: str,
    district: DistrictView,
    now: datetime,
    limited: bool,
    registered_by: int | None,
) -> Registered:
    entered = seats.enter(meeting.id, answers.attendance, answers.party, answers.children)
    seated = entered is not None
    if entered is None:
        entered, seated = _enter_full(meeting, answers, now, registered_by)
    seats.count_day(meeting, entered, now)
    wishes = answers.wishes(meeting.floor_language)
    childcare = bool(answers.childcare_children and meeting.childcare)
    status = Status.REGISTERED if seated else Status.WAITING
    registration = store.add(
        meeting,
        answers,
        [hearing.request(wish, meeting, district, now) for wish in wishes],
        demand.counted(status, answers.attendance, wishes),
        public_id=links.new_public_id(),
        code=new_code(),
        submission_id=submission_id,
        status=status,
        childcare_granted=childcare and seats.take_childcare(meeting.id, answers.childcare_children),
        registered_by_id=registered_by,
        now=now,
    )
    if answers.call_me:
        tell("call_me", registration, meeting, now=now, occurrence="")
    message = tell(
        "confirmation" if seated else "waiting",
        registration,
        meeting,
        now=now,
        occurrence="",
        limited=Limited.NOW if limited else None,
    )
    return Registered(registration, again=False, held=message is not None and message.state == State.HELD)
