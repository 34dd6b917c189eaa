"""Mails to coordinators when a job is in danger. Builders read and render; they never send."""

from collections.abc import Mapping

from registration import i18n, links, phones, web
from registration.accounts.models import Person
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import lines, seats
from registration.interpretation.day.models import Alarm, Danger
from registration.interpretation.models import Assignment, Interpreter
from registration.mail.letter import Builder, Letter, Queued, Superseded
from registration.mail.render import render
from registration.meetings.models import Meeting, MeetingStatus, Mode
from registration.meetings.published import content, forget_version


def build(queued: Queued) -> Letter | Superseded:
    """The letter about an alarm to one coordinator, as things are now."""
    forget_version()
    alarm = db.session.get(Alarm, queued.subject_id, populate_existing=True)
    person = db.session.get(Person, int(queued.facts.get("person", 0)), populate_existing=True)
    if alarm is None or alarm.settled_at is not None:
        return Superseded("the alarm is settled")
    if person is None or not person.active:
        return Superseded("this person may not sign in")
    meeting = db.session.get_one(Meeting, alarm.meeting_id, populate_existing=True)
    if meeting.status != MeetingStatus.SCHEDULED:
        return Superseded("the meeting is called off")
    locale = person.locale if person.locale in web.installed() else web.installed()[0]
    with i18n.spoken(locale):
        return _letter(alarm, person, meeting, locale)


def _letter(alarm: Alarm, person: Person, meeting: Meeting, locale: str) -> Letter:
    published = content(locale)
    assignment = db.session.get_one(Assignment, alarm.assignment_id, populate_existing=True)
    one = db.session.get_one(Interpreter, assignment.interpreter_id, populate_existing=True)
    view = published.meeting(meeting.id)
    _, _, service = seats.seat_of(assignment.seat_id)
    who = [assignment.sent_name or one.name, *([phones.display(one.phone)] if one.phone else [])]
    how = f"{lines.direction(service, view)}, {lines.mode_words(Mode(service.mode))}"
    rendered = render(
        "job_alarm",
        locale,
        district=published.district,
        talk_hint="",
        name=person.name,
        who=who[0],
        ill=alarm.danger == Danger.ILL,
        view=view,
        rows=[(gettext("Interpreter"), who), (gettext("Interpretation"), [how])],
        link=links.absolute("staff.help_job", assignment_id=assignment.id),
    )
    return Letter(
        recipient=person.email,
        locale=locale,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        sender_name=str(published.district.name),
    )


BUILDERS: Mapping[str, Builder] = {"job_alarm": build}
