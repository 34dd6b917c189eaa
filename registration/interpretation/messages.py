"""Mails to interpreters. Builders read and render; they never send."""

from collections.abc import Callable, Mapping

from registration import i18n, links
from registration.extensions import db
from registration.interpretation import lines, seats, states
from registration.interpretation.calendar import calendar_file
from registration.interpretation.models import Assignment, Interpreter, Offer
from registration.mail.letter import Attachment, Builder, Letter, Queued, Superseded
from registration.mail.render import render
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import content, forget_version
from registration.meetings.shown import MeetingView

Holds = Callable[[Assignment, Meeting, Queued], bool]


def _offered(assignment: Assignment, meeting: Meeting, queued: Queued) -> bool:
    made = db.session.get(Offer, int(queued.facts.get("offer", 0)), populate_existing=True)
    return made is not None and made.state == states.Offer.SENT and assignment.state == states.Assignment.OFFERED


# What a message tells, and whether it still does when it is sent.
HOLDS: Mapping[str, Holds] = {
    "job_offer": _offered,
    "job_taken": lambda assignment, meeting, queued: assignment.state not in states.OPEN,
    "job_withdrawn": lambda assignment, meeting, queued: assignment.state not in states.OPEN,
    "job_confirmed": lambda assignment, meeting, queued: assignment.state in states.CERTAIN,
    "job_released": lambda assignment, meeting, queued: assignment.state == states.Assignment.RELEASED,
    "job_changed": lambda assignment, meeting, queued: assignment.asks is not None,
    "job_cancelled": lambda assignment, meeting, queued: meeting.status != MeetingStatus.SCHEDULED,
}


def build(queued: Queued) -> Letter | Superseded:
    """The letter of a queued message, as things are now."""
    forget_version()
    assignment = db.session.get(Assignment, queued.subject_id, populate_existing=True)
    if assignment is None:
        return Superseded("the assignment is gone")
    one = db.session.get_one(Interpreter, assignment.interpreter_id, populate_existing=True)
    meeting = db.session.get_one(Meeting, assignment.meeting_id, populate_existing=True)
    if one.email is None:
        return Superseded("there is no address any more")
    if not HOLDS[queued.message](assignment, meeting, queued):
        return Superseded("it stands otherwise by now")
    locale = lines.locale_of(one)
    with i18n.spoken(locale):
        return _letter(queued.message, assignment, one, meeting, locale)


def _letter(message: str, assignment: Assignment, one: Interpreter, meeting: Meeting, locale: str) -> Letter:
    published = content(locale)
    view = published.meeting(meeting.id)
    token = links.token(links.Purpose.JOB, assignment.public_id, assignment.link_version)
    rows = lines.job(assignment, view)
    made = seats.newest_offer(assignment.id)
    if message in ("job_offer", "job_confirmed"):
        rows += lines.terms(assignment, one)
    if message == "job_offer" and made is not None:
        rows += lines.answer_by(made, assignment, meeting)
    owed = assignment.payable_cents
    rendered = render(
        message,
        locale,
        district=published.district,
        talk_hint="",
        name=one.name,
        view=view,
        rows=rows,
        asks=assignment.asks or "",
        owed=lines.money(owed) if owed else "",
        link=links.absolute("interpretation.job", locale=locale, token=token),
    )
    return Letter(
        recipient=str(one.email),
        locale=locale,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=_calendar(assignment, meeting, view),
        secrets=[token],
        sender_name=str(published.district.name),
    )


def _calendar(assignment: Assignment, meeting: Meeting, view: MeetingView) -> list[Attachment]:
    """The job for the calendar of who said yes to it: as it is now, or called off. An offer alone is no appointment."""
    if not seats.said_yes_before(assignment.id):
        return []
    method, file = calendar_file(assignment, meeting, view)
    name = f"{view.slug}.ics"
    return [Attachment(name, f'text/calendar; method={method}; charset=utf-8; name="{name}"', file)]


BUILDERS: Mapping[str, Builder] = dict.fromkeys(HOLDS, build)
