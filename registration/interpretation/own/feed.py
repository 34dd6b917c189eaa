"""The private calendar of an interpreter: every job they have said yes to, from a while ago on."""

from datetime import datetime, timedelta

from sqlalchemy import select

from registration import i18n, links
from registration.accounts.models import Person
from registration.extensions import db
from registration.forms import Form, HiddenNumber
from registration.i18n import gettext
from registration.interpretation import calendar, states
from registration.interpretation.lines import locale_of
from registration.interpretation.models import Assignment, AssignmentEvent, Interpreter
from registration.meetings.models import Meeting
from registration.meetings.published import content

# So far back a calendar still hears that a job was called off.
BACK = timedelta(days=90)


class NewAddressForm(Form):
    """A button; `version`: the one of the address that is to stop."""

    version = HiddenNumber()


def token_of(one: Interpreter) -> str:
    """What opens the feed until a new address is made."""
    return links.token(links.Purpose.CALENDAR, one.public_id, one.feed_version)


def owner(token: str) -> tuple[Interpreter | None, bool]:
    """Whose feed a token opens; without anybody, whether it opened one before."""
    named = links.read(links.Purpose.CALENDAR, token)
    if named is None:
        return None, False
    query = select(Interpreter).where(Interpreter.public_id == named.public_id)
    query = query.where(Interpreter.feed_version == named.version, ~Interpreter.blocked)
    # Whoever may not sign in any more reads no jobs either; without an account the register alone decides.
    open_account = Interpreter.person_id.is_(None) | Person.active
    one = db.session.scalars(query.outerjoin(Person, Person.id == Interpreter.person_id).where(open_account)).first()
    return one, one is None


def file_of(one: Interpreter, now: datetime) -> bytes:
    """The feed, in the language of the interpreter."""
    said_yes = select(AssignmentEvent.id).where(
        AssignmentEvent.assignment_id == Assignment.id, AssignmentEvent.state == states.Assignment.ACCEPTED
    )
    query = (
        select(Assignment, Meeting)
        .join(Meeting, Meeting.id == Assignment.meeting_id)
        .where(Assignment.interpreter_id == one.id, Assignment.starts_at >= now - BACK, said_yes.exists())
        .order_by(Assignment.starts_at, Assignment.id)
    )
    found = [(job, meeting) for job, meeting in db.session.execute(query)]
    with i18n.spoken(locale_of(one)):
        published = content(i18n.speaking())
        views = published.meetings([meeting.id for _, meeting in found])
        jobs = [(job, meeting, view) for (job, meeting), view in zip(found, views, strict=True)]
        return calendar.feed(jobs, gettext("Interpreting for %(district)s", district=published.district.name))
