"""The interpreters of the demo, and what they are booked and asked for at the meetings ahead.

By the verbs that staff use; only the mails are taken out again, since nobody reads what goes to example.org.
Loading it again adds teams to meetings that have none, and nobody twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import delete, select

from registration.accounts import people, sign_in
from registration.accounts.models import Person, PersonRole
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.interpretation import Decision, Key, set_state
from registration.families.models import Modality
from registration.interpretation import book, interpreters, offers, policy, settle, teams, typed
from registration.interpretation.details import Details, Own, days_of, week_of
from registration.interpretation.models import Assignment, Delivery, Interpreter, Kind, OfferWay, Seat
from registration.interpretation.own.keep import keep
from registration.interpretation.tell import SUBJECT
from registration.mail.models import OutboxMessage
from registration.meetings.models import InterpretationService, Meeting, Mode, ServiceState

ZONE = "America/Denver"
# Working hours to answer an offer: the demo is looked at for weeks.
ANSWER_HOURS = 160
EVENINGS = "\n".join(f"{day} 16:00-21:00" for day in range(1, 6))
AT_SCHOOL = "\n".join(f"duty {day} 07:30-15:30" for day in range(1, 6))
COURT = "Colorado court interpreter; {}; {}; seen"
LUCIA, JOAQUIN, HOA, DAT, AGENCY = (
    "lucia.herrera@example.org",
    "joaquin.salas@example.org",
    "hoa.phan@example.org",
    "dat.bui@example.org",
    "desk@frontrangelanguages.example.org",
)


@dataclass(frozen=True, slots=True)
class Demo:
    """Somebody of the demo: details, and lists as they are typed; `{far}` and `{near}` are days of credentials."""

    details: Details
    directions: str = ""
    proofs: str = ""
    week: str = ""


def _one(name: str, email: str, directions: str, **given: object) -> Demo:
    lists = {key: str(given.pop(key)) for key in ("proofs", "week") if key in given}
    phone = f"+1303555{1000 + sum(map(ord, name)) % 9000}"
    known: dict[str, object] = {"rate_cents": 5500, "travel_cents": 1500} | given
    details = replace(Details(name=name, time_zone=ZONE, email=email, phone=phone), **known)  # type: ignore[arg-type]
    return Demo(details, directions, **lists)


REGISTER: Sequence[Demo] = (
    _one("Lucía Herrera", LUCIA, "en <> es simultaneous consecutive whispered expert", locale="es", preferred=True,
         rate_cents=7000, home_place="Westwood", week=EVENINGS, proofs=COURT.format("CO-2214", "{far}")),
    _one("Joaquín Salas", JOAQUIN, "en <> es simultaneous consecutive", locale="es", home_place="Aurora",
         most_day=360, proofs=COURT.format("CO-1873", "{near}")),
    _one("Phan Thị Hoa", HOA, "en <> vi simultaneous consecutive whispered expert", locale="vi", preferred=True,
         rate_cents=6500, home_place="Federal Boulevard", proofs=COURT.format("CO-2090", "{far}")),
    _one("Bùi Quốc Đạt", DAT, "en <> vi simultaneous consecutive", locale="vi", home_place="Thornton", most_week=900),
    _one("Yousef Haddad", "yousef.haddad@example.org", "en <> ar simultaneous consecutive", home_place="Englewood",
         proofs="Community interpreter, 40 hours; ; {far}; seen"),
    _one("Selamawit Bekele", "selamawit.bekele@example.org", "en <> am consecutive whispered\nen <> ti consecutive",
         home_place="Aurora", week="6 08:00-18:00\n7 12:00-18:00"),
    _one("Ifrah Warsame", "ifrah.warsame@example.org", "en <> so simultaneous consecutive whispered",
         home_place="Sun Valley", proofs="Community interpreter, 40 hours; ; {far}; seen"),
    _one("Sunita Gurung", "sunita.gurung@example.org", "en <> ne consecutive whispered", home_place="Aurora"),
    _one("Didier Mbala", "didier.mbala@example.org", "en <> fr simultaneous consecutive\nfr > ln consecutive basic",
         home_place="Montbello", rate_cents=6000),
    _one("Chen Yulan", "yulan.chen@example.org", "en <> cmn simultaneous consecutive", on_site=False,
         home_place="Boulder", rate_cents=6000),
    _one("Tatiana Morozova", "tatiana.morozova@example.org", "en <> ru simultaneous consecutive expert",
         home_place="Glendale", rate_cents=6500),
    _one("Rachel Kowalski", "rachel.kowalski@example.org", "en <> ase sign expert", rate_cents=8000, paid_minimum=120,
         home_place="Lakewood", proofs="National Interpreter Certification; 51877; {far}; seen"),
    _one("Owen Fitzgerald", "owen.fitzgerald@example.org", "", rate_cents=9000, on_site=False,
         home_place="Fort Collins", proofs="Certified realtime captioner; 3341; {far}; seen"),
    _one("Maribel Ochoa", "maribel.ochoa@example.org", "en <> es consecutive whispered basic", locale="es",
         kind=Kind.STAFF.value, tested=False, rate_cents=0, travel_cents=0, week=AT_SCHOOL,
         home_place="Cottonwood High School"),
    _one("Front Range Language Desk", AGENCY, "en <> vi\nen <> es\nen <> so\nen <> ar\nen <> my\nen <> ksw\nen <> sw",
         kind=Kind.AGENCY.value, rate_cents=9500, travel_cents=0, paid_minimum=120),
)  # fmt: skip

# Who gets a seat: an address, and the order number ("" for none) of who is booked, None for who is only asked.
Plan = tuple[str, str | None]
# For each language of a meeting, what becomes of its seats; None where nobody is asked yet.
SEATS: Mapping[str, Mapping[str, Sequence[Plan | None]]] = {
    "english-meeting": {
        "es": ((LUCIA, ""), (JOAQUIN, "")),
        "vi": ((HOA, ""), (AGENCY, "FR-20418")),
    },
    "spanish-meeting": {"en": ((LUCIA, None), None)},
    "vietnamese-meeting": {"en": ((HOA, ""), (DAT, ""))},
}


def load_interpreters(now: datetime) -> None:
    """The register, then the teams of each meeting ahead that has none; commits after each, as it locks a meeting."""
    by = _coordinator()
    for one in REGISTER:
        if _known(str(one.details.email)) is None:
            interpreters.add(_details(one, now), by=by, now=now)
    _account(now)
    db.session.commit()
    for slug, languages in SEATS.items():
        meeting = db.session.scalar(select(Meeting).where(Meeting.slug == slug))
        if meeting is not None and meeting.published and meeting.starts_at > now:
            for language, seats in languages.items():
                _team(meeting, language, seats, by, now)
            db.session.commit()


def _known(email: str) -> Interpreter | None:
    return db.session.scalar(select(Interpreter).where(Interpreter.email == email))


def _coordinator() -> Person | None:
    query = select(Person).join(PersonRole).where(PersonRole.role == Role.COORDINATOR, Person.active)
    return db.session.scalar(query.order_by(Person.id).limit(1))


def _details(one: Demo, now: datetime) -> Details:
    today = now.astimezone(ZoneInfo(ZONE)).date()
    ends = {"far": today + timedelta(days=500), "near": today + timedelta(days=20)}
    installed = current_app.config["LANGUAGES"]
    locale = one.details.locale if one.details.locale in installed else installed[0]
    return replace(
        one.details,
        locale=locale,
        directions=typed.directions(one.directions),
        proofs=typed.proofs(one.proofs.format(**ends)),
        week=typed.week(one.week),
    )


def _account(now: datetime) -> None:
    """The interpreter of the demo who signs in; once, she has told us something that staff have not seen."""
    one = _known(LUCIA)
    if one is None or one.person_id is not None:
        return
    person = sign_in.person_of(LUCIA) or people.add(LUCIA, one.name, (Role.INTERPRETER,), one.locale)
    day = now.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=70)
    keep(one.id, _holiday(one, day), version=one.version, by=person, now=now)


def _holiday(one: Interpreter, day: date) -> Own:
    days = [*days_of(one), *typed.days(f"{day} {day + timedelta(days=6)}")]
    return Own(
        locale=one.locale,
        phone=one.phone,
        home_place=one.home_place,
        on_site=one.on_site,
        remote=one.remote,
        most_day=one.most_day,
        most_week=one.most_week,
        week=week_of(one),
        days=days,
    )


def _team(meeting: Meeting, language: str, wanted: Sequence[Plan | None], by: Person | None, now: datetime) -> None:
    key = Key(language, Modality.SPOKEN)
    query = select(InterpretationService).where(InterpretationService.meeting_id == meeting.id)
    service = db.session.scalar(query.where(InterpretationService.language == language))
    if service is None or teams.team_of(service.id) is not None:
        return
    rules = policy.policy(policy.FIRST)
    mode = Mode(service.mode)
    size = teams.rule_for(meeting, mode, rules.figures).size
    teams.decide(meeting.id, key, teams.Plan(mode, Delivery.ON_SITE, size), rules, version=0, by=by, now=now)
    found = list(db.session.scalars(select(Seat).where(Seat.service_id == service.id).order_by(Seat.number)))
    for seat, who in zip(found, wanted, strict=False):
        if who is not None:
            _fill(seat, who, by, now)
    if not settle.complete(service.id):
        looking = Decision(ServiceState.LOOKING, mode, standing=service.standing)
        set_state(meeting.id, key, looking, version=service.version, by=by, now=now, tell=False)
    db.session.flush()
    jobs = select(Assignment.id).where(Assignment.seat_id.in_([seat.id for seat in found]))
    mails = delete(OutboxMessage).where(OutboxMessage.subject_kind == SUBJECT, OutboxMessage.subject_id.in_(jobs))
    db.session.execute(mails, execution_options={"synchronize_session": False})


def _fill(seat: Seat, who: Plan, by: Person | None, now: datetime) -> None:
    email, order = who
    one = _known(email)
    if one is None:
        return
    try:
        if order is None:
            offers.offer(seat.id, [one.id], OfferWay.ONE, by=by, now=now, answer_hours=ANSWER_HOURS)
        else:
            book.book(seat.id, one.id, by=by, now=now, order_number=order)
    except offers.DoesNotFit:
        # Somebody looked at the demo and gave them another job: the seat stays empty.
        return
