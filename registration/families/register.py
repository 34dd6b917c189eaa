"""A family registers: seats or a place on the waiting list, its needs, and its message, all in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from registration import links
from registration.extensions import db
from registration.families import demand, hearing, seats
from registration.families.answers import Answers, Wish
from registration.families.codes import new_code
from registration.families.models import Registration, Status
from registration.families.tell import tell
from registration.mail.models import State
from registration.meetings.availability import availability
from registration.meetings.models import Meeting
from registration.meetings.shown import DistrictView

# A new code meets a used one once in a few hundred registrations of a very large district; five in a row never happens.
TRIES = 5


SAME_ADDRESS = (
    select(Registration.id)
    .where(Registration.meeting_id == bindparam("meeting"), Registration.email_folded == bindparam("folded"))
    .limit(1)
)


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
    stranger: bool = True,
) -> Registered:
    """Register a family; the caller commits. The same form sent again gives the same registration.

    `stranger`: the mail counts against the limit of its address. Raises OtherAnswers when the form was sent before with
    other answers, NotOpen when nobody can register any more.
    """
    meeting_id = meeting.id
    for _ in range(TRIES):
        try:
            return _register(meeting, answers, submission_id, district, now, stranger)
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


def _register(
    meeting: Meeting,
    answers: Answers,
    submission_id: str,
    district: DistrictView,
    now: datetime,
    stranger: bool,
) -> Registered:
    seated = seats.take(meeting.id, answers.attendance, answers.party)
    if not seated:
        # The page showed it open; what is true under the lock counts.
        if not availability(seats.lock(meeting.id), now).open:
            raise NotOpen(meeting.slug)
        seats.wait(meeting.id, answers.attendance)
    registration = _row(meeting, answers, submission_id, now)
    registration.status = Status.REGISTERED if seated else Status.WAITING
    registration.waiting_since = None if seated else now
    if answers.childcare_children and meeting.childcare:
        registration.childcare_granted = seats.take_childcare(meeting.id, answers.childcare_children)
    wishes = answers.wishes(meeting.floor_language)
    registration.requests = [hearing.request(wish, meeting, district, now) for wish in wishes]
    db.session.add(registration)
    db.session.flush()
    demand.apply(meeting.id, {}, demand.counted(registration.status, registration.attendance, wishes))
    message = tell(
        "confirmation" if seated else "waiting", registration, meeting, now=now, occurrence="", stranger=stranger
    )
    return Registered(registration, again=False, held=message is not None and message.state == State.HELD)


def _row(meeting: Meeting, answers: Answers, submission_id: str, now: datetime) -> Registration:
    folded = answers.email.casefold() if answers.email else None
    registration = Registration(
        public_id=links.new_public_id(),
        code=new_code(),
        meeting_id=meeting.id,
        submission_id=submission_id,
        answers_hash=answers.digest(),
        created_at=now,
    )
    write(registration, answers)
    if folded:
        # The meeting is locked by now, so nobody can register with this address in between.
        same = db.session.execute(SAME_ADDRESS, {"meeting": meeting.id, "folded": folded})
        registration.same_address = same.first() is not None
    return registration


def write(registration: Registration, answers: Answers) -> None:
    """Put the answers into the row; seats, requests and counters are the caller's."""
    registration.name = answers.name
    registration.email = answers.email
    registration.email_folded = answers.email.casefold() if answers.email else None
    registration.phone = answers.phone
    registration.contact_language = answers.contact_language
    registration.locale = answers.locale
    registration.adults = answers.adults
    registration.children = answers.children
    registration.attendance = answers.attendance
    registration.needs = list(answers.needs)
    registration.needs_other = answers.needs_other
    registration.childcare_children = answers.childcare_children
    registration.question = answers.question
    registration.call_me = answers.call_me


def add_requests(
    registration: Registration, meeting: Meeting, wishes: tuple[Wish, ...], district: DistrictView, now: datetime
) -> None:
    """Record what a family asks for, each late or not."""
    for wish in wishes:
        asked = hearing.request(wish, meeting, district, now)
        asked.registration_id = registration.id
        db.session.add(asked)
