"""A job as a list shows it, and the words of its states, in the language spoken now. No family's data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from registration import dates, i18n
from registration.extensions import db
from registration.i18n import gettext, ngettext
from registration.interpretation import fits, lines, policy, profile, seats, states
from registration.interpretation.models import Assignment, Delivery, Interpreter
from registration.interpretation.own.found import Job
from registration.meetings.models import Mode
from registration.meetings.published import content
from registration.meetings.shown import MeetingView


@dataclass(frozen=True, slots=True)
class Card:
    """A job in a list. `there`: when to be there; `state`: a value of states.Assignment, or "asked" where it waits.

    `pay` and `answer_by` are said of offers only.
    """

    href: str
    view: MeetingView
    direction: str
    there: str
    online: bool
    how: str
    state: str
    asks: bool
    ahead: bool
    pay: str = ""
    answer_by: str = ""


def cards(jobs: Iterable[Job], one: Interpreter, now: datetime) -> list[Card]:
    """Jobs in a list; their meetings are read together."""
    jobs = list(jobs)
    views = content(i18n.speaking()).meetings([job.meeting.id for job in jobs])
    return [_card(job, view, one, now) for job, view in zip(jobs, views, strict=True)]


def _card(job: Job, view: MeetingView, one: Interpreter, now: datetime) -> Card:
    made = job.offer if job.waits(now) else None
    return Card(
        href=url_for("interpreter.job", assignment_id=job.row.id),
        view=view,
        direction=lines.direction(job.service, view),
        there=there(view),
        online=online(job, view),
        how=f"{lines.mode_words(Mode(job.service.mode))}. {team_words(job.team.size)}",
        state=state(job, now),
        asks=job.row.asks is not None,
        ahead=job.row.ends_at > now,
        pay=_pay(job, one) if made is not None else "",
        answer_by=lines.moment(made.expires_at, view.time_zone) if made is not None else "",
    )


def there(view: MeetingView) -> str:
    """The time at which an interpreter should be there."""
    early = policy.call_time(profile.current().figures, view.starts_at)
    return dates.time(early, view.time_zone, i18n.speaking())


def online(job: Job, view: MeetingView) -> bool:
    """Whether the interpreter works from elsewhere."""
    return job.team.delivery == Delivery.REMOTE or view.place is None


def team_words(size: int) -> str:
    """How many work together."""
    return gettext("You work alone.") if size == 1 else ngettext("Team of %(num)s", "Team of %(num)s", size)


def state(job: Job, now: datetime) -> str:
    """A value of states.Assignment, or a finer word.

    "asked" while an offer waits for its answer, "expired" once it is too late; "ended" before staff approve the hours.
    """
    if job.row.state == states.Assignment.OFFERED:
        return "asked" if job.waits(now) else "expired"
    if job.row.state == states.Assignment.CHECKED_IN and job.row.ended_at is not None:
        return "ended"
    ended = job.row.state == states.Assignment.RELEASED and job.offer is not None
    if ended and job.offer is not None and job.offer.state == states.Offer.EXPIRED:
        return "expired"
    return job.row.state


def _pay(job: Job, one: Interpreter) -> str:
    pay = seats.pay(one, profile.current().figures)
    minutes = int((job.row.ends_at - job.row.starts_at) / timedelta(minutes=1))
    on_site = job.team.delivery == Delivery.ON_SITE
    return gettext("This job: %(amount)s", amount=lines.money(pay.of(minutes, on_site=on_site))) if pay.rate else ""


def in_the_way(reasons: Iterable[fits.Reason]) -> list[str]:
    """An interpreter's own jobs that are too near another one, by title and time."""
    found = [db.session.get(Assignment, reason.job) for reason in reasons if reason.job is not None]
    views = [content(i18n.speaking()).meeting(other.meeting_id) for other in found if other is not None]
    return [f"{view.title}, {view.when.date}, {view.when.time}" for view in views]
