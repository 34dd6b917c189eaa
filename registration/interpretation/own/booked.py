"""What an interpreter is booked for on days that they have off."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import select

from registration import i18n
from registration.extensions import db
from registration.interpretation import states
from registration.interpretation.models import Assignment, Interpreter
from registration.meetings.published import content


def booked_on_days_off(one: Interpreter, now: datetime) -> list[dict[str, str]]:
    """Jobs ahead that they said yes to, on days that they have off by now: title, time and page of each."""
    zone = ZoneInfo(one.time_zone)
    taken = Assignment.state.in_((states.Assignment.ACCEPTED, states.Assignment.CONFIRMED))
    query = select(Assignment).where(Assignment.interpreter_id == one.id, taken, Assignment.ends_at > now)
    found, read = [], content(i18n.speaking())
    for job in db.session.scalars(query.order_by(Assignment.starts_at)):
        first, last = (at.astimezone(zone).date() for at in (job.starts_at, job.ends_at))
        if any(days.first <= last and first <= days.last for days in one.days if not days.free):
            view = read.meeting(job.meeting_id)
            href = url_for("interpreter.job", assignment_id=job.id)
            found.append({"title": str(view.title), "when": f"{view.when.date}, {view.when.time}", "href": href})
    return found
