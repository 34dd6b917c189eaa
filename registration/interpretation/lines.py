"""What an interpreter needs to know of a job, line by line, in the language spoken now. No family's data."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import select

from registration import dates, i18n, languages, web
from registration.extensions import db
from registration.families.codes import ALPHABET, LENGTH
from registration.families.lines import recording
from registration.i18n import gettext, ngettext
from registration.interpretation import policy, profile, seats, states
from registration.interpretation.models import Assignment, Delivery, Interpreter, Offer, OfferWay, Seat, Team
from registration.meetings.models import InterpretationService, Meeting, Mode, Recording
from registration.meetings.shown import MeetingView

Rows = list[tuple[str, list[str]]]


def locale_of(one: Interpreter) -> str:
    """The language in which we write to them."""
    return one.locale if one.locale in web.installed() else web.installed()[0]


def money(cents: int) -> str:
    """An amount of dollars."""
    return f"${cents // 100}.{cents % 100:02d}"


def moment(at: datetime, zone: str) -> str:
    """A day and a time of it, in words."""
    tag = i18n.speaking()
    return f"{dates.full_date(at, zone, tag)}, {dates.time(at, zone, tag)}"


def mode_words(mode: Mode) -> str:
    """How somebody interprets, in the words of the trade."""
    return {
        Mode.SIMULTANEOUS: gettext("Simultaneous"),
        Mode.CONSECUTIVE: gettext("Consecutive"),
        Mode.WHISPERED: gettext("Whispered"),
        Mode.SIGN: gettext("Sign language"),
        Mode.CAPTIONING: gettext("Captions"),
    }[mode]


def job(assignment: Assignment, view: MeetingView) -> Rows:
    """The job: language, way, place, when to be there, partners, recording."""
    figures = profile.current().figures
    _, team, service = seats.seat_of(assignment.seat_id)
    there = dates.time(policy.call_time(figures, view.starts_at), view.time_zone, i18n.speaking())
    return [
        (gettext("Interpretation"), [f"{direction(service, view)}, {mode_words(Mode(service.mode))}"]),
        (gettext("Where"), where(team, view)),
        (gettext("Please be there at"), [there]),
        (gettext("Team"), [_partners(assignment, team)]),
        (gettext("Recording"), [_recording(view.recording)]),
        called(assignment),
    ]


def called(assignment: Assignment) -> tuple[str, list[str]]:
    """The code of a job as a line of its own."""
    return gettext("Order number") if assignment.order_number else gettext("Code"), [code(assignment)]


def code(assignment: Assignment) -> str:
    """What a job is called by telephone, on a page and in a calendar: its order number, else six characters."""
    if assignment.order_number:
        return assignment.order_number
    number = int(hashlib.sha256(assignment.public_id.encode()).hexdigest(), 16)
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LENGTH))


def _recording(kind: str) -> str:
    if kind == Recording.NO:
        return recording(kind)
    return gettext("Yes. Accept only if you agree that your voice is recorded.")


def direction(service: InterpretationService, view: MeetingView) -> str:
    """The language pair of a service, both ways; captions have none."""
    if service.mode == Mode.CAPTIONING:
        return gettext("Captions")
    other = languages.capitalised(languages.name_in(service.language, i18n.speaking()))
    floor = languages.capitalised(languages.name_in(view.floor.tag, i18n.speaking()))
    return f"{floor} ↔ {other}"


def where(team: Team, view: MeetingView) -> list[str]:
    """Where an interpreter works: place, address, entrance."""
    if team.delivery == Delivery.REMOTE or view.place is None:
        return [gettext("From where you are, online")]
    entrance = [str(view.place.entrance)] if view.place.entrance else []
    return [view.place.line, view.place.address, *entrance]


def _partners(assignment: Assignment, team: Team) -> str:
    query = (
        select(Interpreter.name)
        .join(Assignment, Assignment.interpreter_id == Interpreter.id)
        .join(Seat, Seat.id == Assignment.seat_id)
        .where(Seat.service_id == team.service_id, Assignment.state.in_(states.CERTAIN), Assignment.id != assignment.id)
    )
    names = list(db.session.scalars(query.order_by(Interpreter.name)))
    if names:
        return gettext("You work with %(names)s.", names=", ".join(names))
    if team.size == 1:
        return gettext("You work alone.")
    return ngettext(
        "%(num)s more interpreter, not known yet", "%(num)s more interpreters, not known yet", team.size - 1
    )


def terms(assignment: Assignment, one: Interpreter) -> Rows:
    """What the job pays and what is paid when it is called off. Only for who does it, and for staff."""
    figures = profile.current().figures
    pay = seats.pay(one, figures)
    _, team, _ = seats.seat_of(assignment.seat_id)
    rows = []
    if pay.rate:
        minutes = int((assignment.ends_at - assignment.starts_at) / timedelta(minutes=1))
        on_site = team.delivery == Delivery.ON_SITE
        said = [
            gettext("%(amount)s an hour", amount=money(pay.rate)),
            gettext("At least %(minutes)s minutes are paid.", minutes=pay.minimum),
        ]
        if on_site and pay.travel:
            said.append(gettext("%(amount)s for the way there", amount=money(pay.travel)))
        said.append(gettext("This job: %(amount)s", amount=money(pay.of(minutes, on_site=on_site))))
        rows.append((gettext("Pay"), said))
    words = gettext(
        "Called off in the last %(hours)s hours, the job is paid without travel.",
        hours=figures.paid_when_cancelled_hours,
    )
    rows.append((gettext("If we cancel"), [words]))
    return rows


def answer_by(made: Offer, assignment: Assignment, meeting: Meeting) -> Rows:
    """Until when to answer, and what a yes means."""
    _, team, _ = seats.seat_of(assignment.seat_id)
    at_once = team.confirmed_by_acceptance and made.way != OfferWay.SEVERAL
    if at_once:
        means = gettext("When you accept, the job is yours.")
    else:
        figures = profile.current().figures
        by = policy.after_working_hours(figures, made.expires_at, figures.answer_hours, meeting.time_zone)
        means = gettext(
            "When you accept, we still have to confirm it. We do so by %(when)s.",
            when=moment(min(by, meeting.starts_at), meeting.time_zone),
        )
    if made.way == OfferWay.SEVERAL:
        first = gettext("We ask several people. The first who accepts has it.")
        means = f"{first} {means}"
    return [(gettext("Please answer by"), [moment(made.expires_at, meeting.time_zone), means])]
