"""What the pages of teams show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Integer, case, func, select

from registration import phones
from registration.extensions import db
from registration.families.interpretation import Key
from registration.i18n import gettext
from registration.interpretation import fits, profile, seats, settle, states
from registration.interpretation.lines import mode_words, moment
from registration.interpretation.models import Assignment, Interpreter, LanguagePair, Seat, Team
from registration.interpretation.policy import Caution, Rule
from registration.meetings.models import InterpretationService, Meeting, Mode
from registration.meetings.published import Content


@dataclass(frozen=True, slots=True)
class Sitting:
    """A seat, and who is in it or asked; `until`: when an open offer ends, in words."""

    id: int
    number: int
    required: bool
    held: list[tuple[Assignment, Interpreter, str]]

    @property
    def free(self) -> bool:
        """Whether it can be offered."""
        return not self.held


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody a seat could be offered to, what speaks against it, and whether that forbids it."""

    id: int
    name: str
    preferred: bool
    against: list[str]
    forbidden: bool
    email: bool
    phone: str = ""
    phone_href: str = ""
    # Whether they work the way that the seat asks for, on site or online.
    this_way: bool = True


def of_meeting(meeting_id: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Confirmed seats and needed seats of each language and modality that has a team."""
    certain = select(Assignment.id).where(Assignment.seat_id == Seat.id, Assignment.state.in_(states.CERTAIN)).exists()
    query = (
        select(InterpretationService, func.sum(case((certain, 1), else_=0)).cast(Integer), func.count())
        .join(Seat, Seat.service_id == InterpretationService.id)
        .where(InterpretationService.meeting_id == meeting_id, Seat.required)
        .group_by(InterpretationService.id)
    )
    found = {}
    for service, filled, size in db.session.execute(query):
        key = settle.key_of(service)
        found[(key.language, key.modality.value)] = (int(filled), int(size))
    return found


def sittings(team: Team, zone: str) -> list[Sitting]:
    """The seats of a team with whoever is in them."""
    found = []
    for seat in db.session.scalars(select(Seat).where(Seat.service_id == team.service_id).order_by(Seat.number)):
        held = []
        for one in seats.open_of_seat(seat.id):
            made = seats.newest_offer(one.id)
            until = moment(made.expires_at, zone) if made and one.state == states.Assignment.OFFERED else ""
            held.append((one, db.session.get_one(Interpreter, one.interpreter_id), until))
        found.append(Sitting(seat.id, seat.number, seat.required, held))
    return found


def candidates(
    meeting: Meeting, service: InterpretationService, team: Team, read: Content, *, remotely: bool = False
) -> list[Candidate]:
    """Everybody who works in the language of a service, those who fit best first; the cost does not grow with them.

    `remotely`: as if the seat were filled from elsewhere, whatever is decided.
    """
    seat = seats.wanted(meeting, service, team)
    if remotely:
        seat = replace(seat, job=replace(seat.job, place=None, remote=True))
    each = seats.against_seat(_people(meeting, service), seat, profile.current().figures)
    # What is in the way is named: read together here, it is found by its number below.
    numbers = {reason.job for _, reasons in each for reason in reasons if reason.job is not None}
    ahead = db.session.scalars(select(Assignment).where(Assignment.id.in_(numbers))).all() if numbers else []
    read.meetings(sorted({one.meeting_id for one in ahead}))
    found = [_candidate(one, reasons, read) for one, reasons in each]
    return sorted(found, key=lambda one: (one.forbidden, not one.preferred, len(one.against), one.name.casefold()))


def _people(meeting: Meeting, service: InterpretationService) -> Sequence[Interpreter]:
    """Everybody who works between the language of a meeting and that of a service; whoever may write captions."""
    languages = (meeting.floor_language, service.language)
    pairs = select(LanguagePair.interpreter_id).where(
        LanguagePair.source.in_(languages), LanguagePair.target.in_(languages)
    )
    query = select(Interpreter).order_by(Interpreter.name, Interpreter.id)
    if service.mode != Mode.CAPTIONING:
        query = query.where(Interpreter.id.in_(pairs))
    return db.session.scalars(query).all()


def _candidate(one: Interpreter, reasons: Sequence[fits.Reason], read: Content) -> Candidate:
    return Candidate(
        id=one.id,
        name=one.name,
        preferred=one.preferred,
        against=[why_words(reason, read) for reason in reasons],
        forbidden=any(reason.hard for reason in reasons),
        email=one.email is not None,
        phone=phones.display(one.phone) if one.phone else "",
        phone_href=phones.href(one.phone) if one.phone else "",
        this_way=all(reason.why is not fits.Why.DELIVERY for reason in reasons),
    )


def why_words(reason: fits.Reason, read: Content) -> str:
    """A reason in words; an overlap names the job."""
    other = db.session.get(Assignment, reason.job) if reason.job is not None else None
    if other is not None:
        view = read.meeting(other.meeting_id)
        return gettext(
            "Has a job too near: %(title)s, %(date)s, %(time)s",
            title=view.title,
            date=view.when.date,
            time=view.when.time,
        )
    return {
        fits.Why.BLOCKED: gettext("Blocked"),
        fits.Why.OVERLAP: gettext("Has a job too near"),
        fits.Why.DUTY: gettext("On duty at school"),
        fits.Why.CREDENTIAL: gettext("Has no credential that holds on that day"),
        fits.Why.NO_PAIR: gettext("Does not work into this language"),
        fits.Why.ONE_WAY: gettext("Works one way only; questions need both"),
        fits.Why.MODE: gettext("Does not work in this mode"),
        fits.Why.DELIVERY: gettext("Does not work this way, on site or online"),
        fits.Why.DAY_OFF: gettext("Has the day off"),
        fits.Why.HOURS: gettext("Outside of their hours"),
        fits.Why.TOO_MUCH_DAY: gettext("More than they want to work a day"),
        fits.Why.TOO_MUCH_WEEK: gettext("More than they want to work a week"),
        fits.Why.UNTESTED: gettext("Not tested"),
        fits.Why.CREDENTIAL_ENDS: gettext("A credential ends before that day"),
    }[reason.why]


def rule_words(rule: Rule, profile_name: str) -> str:
    """What a rule says, with its profile."""
    mode = mode_words(rule.mode)
    if rule.mode is Mode.CAPTIONING:
        return gettext("One captioner. Profile: %(profile)s.", profile=profile_name)
    if not rule.alone:
        return gettext("%(mode)s: always two. Profile: %(profile)s.", mode=mode, profile=profile_name)
    return gettext(
        "%(mode)s: one up to %(alone)s minutes, two above. The meeting takes %(minutes)s. Profile: %(profile)s.",
        mode=mode,
        alone=rule.alone,
        minutes=rule.minutes,
        profile=profile_name,
    )


def caution_words(caution: Caution) -> str:
    """What is unwise, in words."""
    return {
        Caution.TOO_SHORT: gettext("Everything is said twice. The meeting is short for that."),
        Caution.TWO_CONSECUTIVE: gettext("Two languages after each speaker in one room: the time multiplies."),
        Caution.WHISPERED_MANY: gettext("Too many listen for whispering. Use headsets."),
    }[caution]


def state_words(state: str) -> str:
    """Where somebody stands, in words."""
    return {
        states.Assignment.PROPOSED: gettext("Proposed"),
        states.Assignment.OFFERED: gettext("Asked"),
        states.Assignment.ACCEPTED: gettext("Accepted, not confirmed"),
        states.Assignment.CONFIRMED: gettext("Confirmed"),
        states.Assignment.CHECKED_IN: gettext("There"),
        states.Assignment.COMPLETED: gettext("Done"),
        states.Assignment.DECLINED: gettext("Said no"),
        states.Assignment.RELEASED: gettext("Let go"),
        states.Assignment.CANCELLED: gettext("Called off"),
        states.Assignment.NO_SHOW: gettext("Did not come"),
    }[states.Assignment(state)]


def profile_words(name: str) -> str:
    """The name of a profile."""
    return {
        "district": gettext("District"),
        "court": gettext("Court"),
        "conference": gettext("Conference"),
        "own": gettext("Our own"),
    }[name]


def key_of(service: InterpretationService) -> Key:
    """What a service answers."""
    return settle.key_of(service)
