"""What an interpreter needs for a job (domain.md, 16), in the language spoken now. No family's data: counts only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from registration import dates, i18n, phones
from registration.extensions import db
from registration.families.access import WayIn
from registration.families.interpretation import MODES
from registration.families.lines import recording
from registration.families.models import Demand
from registration.i18n import gettext
from registration.interpretation import lines, states
from registration.interpretation.briefing import shown as briefing
from registration.interpretation.models import Assignment, Interpreter, Seat
from registration.interpretation.own.found import Job
from registration.interpretation.own.shown import online
from registration.meetings.models import MeetingStatus, Mode, OnlineAccess, Recording
from registration.meetings.shown import MeetingView, Tongue, tongue

# Whoever interprets simultaneously hands over after so many minutes.
TURNS = (20, 30)
# From so many days before the day of the meeting team mates may telephone each other.
MATES_FROM = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mate:
    """Somebody of the same team. `phone`: as it is written, "" until the day before."""

    name: str
    phone: str = ""
    phone_href: str = ""


@dataclass(frozen=True, slots=True)
class Briefed:
    """The briefing of somebody who has said yes. `way_in`: where they work online; `missing`: seats nobody has yet."""

    language: Tongue
    mode: Mode
    how: str
    turns: str
    mates: Sequence[Mate]
    missing: int
    listeners: Sequence[str]
    recording: str
    shown: briefing.Shown
    phone: str
    phone_href: str
    way_in: WayIn | None


def briefed(job: Job, view: MeetingView, file_at: Callable[[int], str], now: datetime) -> Briefed:
    """Everything that stands on the page of a job, besides the time, the place and the pay."""
    found = _mates(job, now)
    shown = briefing.shown(job.meeting, file_at, job.service.language)
    over = job.row.state == states.Assignment.COMPLETED
    return Briefed(
        language=tongue(job.service.language, i18n.speaking()),
        mode=Mode(job.service.mode),
        how=lines.mode_words(Mode(job.service.mode)),
        turns=_turns(job),
        mates=found,
        missing=max(0, job.team.size - 1 - len(found)),
        listeners=listeners(job),
        recording=_recording(view.recording),
        shown=shown,
        phone=phones.display(shown.phone) if shown.phone and not over else "",
        phone_href=phones.href(shown.phone) if shown.phone and not over else "",
        way_in=_way_in(job) if online(job, view) and not over else None,
    )


def _recording(kind: str) -> str:
    return {
        Recording.NO: recording(kind),
        Recording.YES: gettext("Yes, with picture and sound. Your voice is heard. Tell us if you do not agree."),
        Recording.AUDIO: gettext("Yes, the sound only. Your voice is heard. Tell us if you do not agree."),
    }[Recording(kind)]


def _turns(job: Job) -> str:
    if job.service.mode != Mode.SIMULTANEOUS or job.team.size < 2:
        return ""
    least, most = TURNS
    return gettext("You take turns of %(least)s to %(most)s minutes.", least=least, most=most)


def _mates(job: Job, now: datetime) -> list[Mate]:
    """Who else is certain in the team; their numbers for who is certain too, from the day before."""
    query = (
        select(Assignment, Interpreter)
        .join(Seat, Seat.id == Assignment.seat_id)
        .join(Interpreter, Interpreter.id == Assignment.interpreter_id)
        .where(Seat.service_id == job.service.id, Assignment.state.in_(states.CERTAIN), Assignment.id != job.row.id)
        .order_by(Seat.number)
    )
    near = job.row.state in states.CERTAIN and now >= _near(job)
    return [_mate(row, other, near) for row, other in db.session.execute(query)]


def _near(job: Job) -> datetime:
    """The beginning of the day before the meeting, in its zone."""
    local = job.meeting.starts_at.astimezone(ZoneInfo(job.meeting.time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - MATES_FROM


def _mate(row: Assignment, other: Interpreter, near: bool) -> Mate:
    # An agency's own name says nothing of who stands beside one.
    name = row.sent_name or other.name
    if not near or not other.phone:
        return Mate(name)
    return Mate(name, phones.display(other.phone), phones.href(other.phone))


def listeners(job: Job) -> list[str]:
    """How many listen, and where: numbers and nothing else."""
    tag = i18n.speaking()
    modality = next(modality for modality, modes in MODES.items() if job.service.mode in modes)
    row = db.session.get(Demand, (job.meeting.id, job.service.language, modality.value))
    if row is None or not row.listeners:
        return [gettext("Nobody has asked yet.")]
    people, families, far = (dates.count(one, tag) for one in (row.listeners, row.families, row.listeners_online))
    room = dates.count(row.listeners - row.listeners_online, tag)
    return [
        gettext("Listeners: %(people)s. Families: %(families)s.", people=people, families=families),
        gettext("In the room: %(room)s. Online: %(online)s.", room=room, online=far),
    ]


def _way_in(job: Job) -> WayIn | None:
    """The way of the interpreted language, else that of everybody."""
    if job.meeting.status != MeetingStatus.SCHEDULED:
        return None
    query = select(OnlineAccess).where(OnlineAccess.meeting_id == job.meeting.id)
    rows = {row.language: row for row in db.session.scalars(query) if row.link or row.dial_in}
    row = rows.get(job.service.language) or rows.get("")
    return WayIn(row.link, row.dial_in, row.passcode) if row is not None else None
