"""Today: what needs somebody, by deadline, and the next meetings."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from registration import clock, dates, i18n
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.mail import health, trouble
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView
from registration.staff.blueprint import blueprint
from registration.staff.mail.shown import moment
from registration.staff.today import found, words
from registration.staff.today.due import Urgency, due, grouped
from registration.staff.today.found import Ahead, Languages

# Meetings in the table; the list of meetings has them all.
MOST_MEETINGS = 8
# Who is told that mail does not go out.
MAIL_CONCERNS = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class MeetingShown:
    """A row of the table of next meetings."""

    row: Meeting
    view: MeetingView
    when: str
    room: str
    online: str
    waiting: str
    languages: Languages


@blueprint.get("/")
@requires(Role.COORDINATOR, Role.ADMINISTRATOR, Role.GREETER)
def today() -> ResponseReturnValue:
    """What needs me, by deadline; greeters and administrators see the meetings only."""
    now, zone = clock.now(), str(current_app.config["TIME_ZONE"])
    coming = found.ahead(now)
    todos = []
    if Role.COORDINATOR in signed_in().roles:
        policy = found.policy()
        todos = due(found.found(coming, now, timedelta(days=policy.tell_by_days)), policy, now)
    groups = grouped(todos, now, zone)
    headings = words.headings()
    return render_template(
        "staff/today/today.html",
        day=dates.full_date(now, zone, i18n.speaking()),
        number=len(todos),
        number_today=len(groups.get(Urgency.TODAY, ())),
        groups=[(headings[one], [words.shown(todo, now, zone) for todo in group]) for one, group in groups.items()],
        meetings=_table(coming),
        coordinator=Role.COORDINATOR in signed_in().roles,
        well=health.look(now) if MAIL_CONCERNS & signed_in().roles else None,
        moment=moment,
        trouble=trouble.words,
    )


def _table(coming: Ahead) -> list[MeetingShown]:
    rows = coming.meetings[:MOST_MEETINGS]
    views = content(i18n.speaking()).meetings([row.id for row in rows])
    return [_row(coming, row, view) for row, view in zip(rows, views, strict=True)]


def _row(coming: Ahead, row: Meeting, view: MeetingView) -> MeetingShown:
    tag = i18n.speaking()
    day, begins = dates.day_month(row.starts_at, row.time_zone, tag), dates.time(row.starts_at, row.time_zone, tag)
    return MeetingShown(
        row=row,
        view=view,
        when=f"{day}, {begins}",
        room=words.people_of(row.seats_taken, row.capacity) if row.in_person else "",
        online=words.people_of(row.online_taken, row.online_capacity) if row.online else "",
        waiting=words.waiting(row),
        languages=coming.languages(row.id),
    )
