"""An interpreter's job as an event of a calendar: one UID for ever, a SEQUENCE that grows with every change.

It shows job, place and code only (domain.md, 17): no family's data, and no link.
"""

from collections.abc import Sequence
from datetime import datetime

from icalendar import Event, vText

from registration import calendars, dates, i18n, languages
from registration.i18n import gettext
from registration.interpretation import lines, policy, profile, seats, states
from registration.interpretation.models import Assignment
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.shown import MeetingView

State = states.Assignment

# Not theirs any more; and said yes to, or asked again, without being certain. A no-show is still awaited.
_OFF = frozenset({State.DECLINED, State.RELEASED, State.CANCELLED})
_NOT_CERTAIN = frozenset({State.PROPOSED, State.OFFERED, State.ACCEPTED})


def status_of(assignment: Assignment, meeting: Meeting) -> str:
    """The STATUS of an event: CONFIRMED, TENTATIVE or CANCELLED."""
    if meeting.status != MeetingStatus.SCHEDULED or assignment.state in _OFF:
        return "CANCELLED"
    return "TENTATIVE" if assignment.state in _NOT_CERTAIN else "CONFIRMED"


def event(assignment: Assignment, meeting: Meeting, view: MeetingView) -> Event:
    """The event of a job, in the language spoken now."""
    _, team, service = seats.seat_of(assignment.seat_id)
    # Each of the three only grows, and nothing that is shown changes without one of them.
    sequence = meeting.calendar_sequence + assignment.version + team.version
    made = calendars.event(
        calendars.digest_of(assignment.public_id),
        sequence,
        _written(assignment, view),
        starts=view.starts_at,
        ends=view.ends_at,
        zone=view.time_zone,
    )
    tag = i18n.speaking()
    there = dates.time(policy.call_time(profile.current().figures, view.starts_at), view.time_zone, tag)
    summary = f"{lines.direction(service, view)}: {view.title}"
    said = [gettext("Please be there at %(time)s", time=there), gettext("Code: %(code)s", code=lines.code(assignment))]
    made.add("summary", vText(summary, params={"LANGUAGE": languages.html_lang(tag)}))
    # Place and address; how to come in is no part of what a map is asked for.
    made.add("location", ", ".join(lines.where(team, view)[:2]))
    made.add("description", "\n".join(said))
    made.add("status", status_of(assignment, meeting))
    made.add("transp", "OPAQUE")
    return made


def _written(assignment: Assignment, view: MeetingView) -> datetime:
    return max(assignment.changed_at, view.change.at) if view.change else assignment.changed_at


def calendar_file(assignment: Assignment, meeting: Meeting, view: MeetingView) -> tuple[str, bytes]:
    """The method and the file of one job, in the language of `view`."""
    method = "CANCEL" if status_of(assignment, meeting) == "CANCELLED" else "PUBLISH"
    days = [view.starts_at.date(), view.ends_at.date()]
    return method, calendars.calendar([event(assignment, meeting, view)], method, days)


def feed(jobs: Sequence[tuple[Assignment, Meeting, MeetingView]], name: str) -> bytes:
    """The calendar of all of these jobs; those called off stand in it as cancelled, so that programs drop them."""
    days = [view.starts_at.date() for _, _, view in jobs]
    return calendars.calendar((event(*job) for job in jobs), "PUBLISH", days, name)
