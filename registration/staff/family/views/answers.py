"""Registering a family by telephone, changing its answers, and saying for it that it cannot come."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registration import clock, i18n, languages, numbers, web
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import words
from registration.families.answers import Answers
from registration.families.change import ChangedMeanwhile, NoRoom, change, erase, withdraw
from registration.families.models import Registration, Status
from registration.families.register import STAFF_MAY, NotOpen, OtherAnswers, register
from registration.families.views import choices
from registration.families.views.own import answers_of, typed
from registration.families.views.register import CARRIED, SUBMISSION_ID, childcare_open, new_submission_id
from registration.i18n import gettext
from registration.meetings.availability import availability
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView
from registration.staff.blueprint import blueprint
from registration.staff.calls.record import told_already
from registration.staff.family.forms import ButtonForm, OnBehalfForm
from registration.staff.family.views.page import of_a_family, open_family, record, to_family

# What the form of staff has besides the family's.
MORE = ("contact_language", "page_language", "told")


@blueprint.route("/meetings/<int:meeting_id>/register", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def register_family(meeting_id: int) -> ResponseReturnValue:
    """Register a family that calls; also before the meeting opens and after it has closed, while it is not over."""
    meeting = db.session.get(Meeting, meeting_id)
    if meeting is None or not meeting.published:
        abort(404)
    view, now = content(i18n.speaking()).meeting(meeting_id), clock.now()
    if availability(meeting, now).phase not in STAFF_MAY:
        return render_template("staff/family/not_open.html", view=view, meeting=meeting), 409
    if request.method == "GET":
        return _ask_new(meeting, view, _blank(view))
    form = OnBehalfForm()
    if not SUBMISSION_ID.fullmatch(form.submission_id.data or ""):
        form.submission_id.data = new_submission_id()
    if not form.check_on_behalf(meeting, childcare_open(meeting, now)):
        return _ask_new(meeting, view, form, 422)
    return _register(meeting, view, form, now)


def _blank(view: MeetingView) -> OnBehalfForm:
    source = web.offered()[0]
    typed = MultiDict(
        {"submission_id": new_submission_id(), "contact_language": source, "page_language": source, "told": "y"}
    )
    return OnBehalfForm(formdata=typed)


def _register(meeting: Meeting, view: MeetingView, form: OnBehalfForm, now: datetime) -> ResponseReturnValue:
    person, meeting_id = signed_in(), meeting.id
    try:
        done = register(
            meeting,
            form.answers(),
            submission_id=form.submission_id.data,
            district=content(i18n.speaking()).district,
            now=now,
            limited=False,
            registered_by=person.id,
        )
    except OtherAnswers as other:
        return _sent_before(view, form, other.registration)
    except NotOpen:
        db.session.rollback()
        return render_template("staff/family/not_open.html", view=view, meeting=meeting), 409
    if not done.again:
        record("family.registered", done.registration.id, meeting_id)
        if form.told.data:
            told_already(done.registration, person_id=person.id, now=now)
    waits = done.registration.status == Status.WAITING
    registration_id, code = done.registration.id, done.registration.code
    db.session.commit()
    if waits:
        flash(gettext("On the waiting list. The code is %(code)s.", code=code), "warn")
    else:
        flash(gettext("Registered. The code is %(code)s.", code=code), "good")
    return to_family(registration_id)


def _sent_before(view: MeetingView, form: OnBehalfForm, known: Registration) -> ResponseReturnValue:
    html = render_template(
        "staff/family/sent_before.html", view=view, form=form, known=known, carried=carried(), fresh=new_submission_id()
    )
    return html, 409


def carried() -> list[tuple[str, str]]:
    """What was typed, as hidden fields."""
    return [(name, value) for name in (*CARRIED, *MORE) for value in request.form.getlist(name) if value]


def _ask_new(meeting: Meeting, view: MeetingView, form: OnBehalfForm, status: int = 200) -> ResponseReturnValue:
    html = render_template(
        "staff/family/register.html",
        meeting=meeting,
        view=view,
        form=form,
        childcare=childcare_open(meeting, clock.now()),
        phase=availability(meeting, clock.now()).phase.value,
        **_choices(meeting, view),
    )
    return html, status


def _choices(meeting: Meeting, view: MeetingView) -> dict[str, Any]:
    return {
        "shared": True,
        "need_options": words.needs(),
        "choices": choices.interpretation(view.locale, meeting.floor_language),
        "state": availability(meeting, clock.now()),
        "languages": choices.contact_languages,
        "page_languages": [
            (row.tag, languages.capitalised(languages.name_in(row.tag, view.locale)))
            for row in languages.switcher(tuple(web.offered()))
        ],
    }


@blueprint.route("/families/<int:registration_id>/change", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def family_change(registration_id: int) -> ResponseReturnValue:
    """Change the answers of a family. Who is later than somebody else is shown what stands there now."""
    registration, meeting, view = open_family(registration_id)
    if registration.status == Status.WITHDRAWN or meeting.past:
        flash(gettext("These answers cannot be changed any more."), "warn")
        return to_family(registration_id)
    if request.method == "GET":
        return _ask(registration, meeting, view, _filled(registration), registration.version)
    form = OnBehalfForm()
    version = request.form.get("version", type=numbers.whole, default=0)
    if not form.check_on_behalf(meeting, childcare_open(meeting, clock.now()) or registration.childcare_granted):
        return _ask(registration, meeting, view, form, version, 422)
    return _change(registration, meeting, view, form, version)


def _filled(registration: Registration) -> OnBehalfForm:
    lines = typed(registration)
    lines["page_language"] = registration.locale
    return OnBehalfForm(formdata=lines)


def _change(
    registration: Registration, meeting: Meeting, view: MeetingView, form: OnBehalfForm, version: int
) -> ResponseReturnValue:
    before, answers, person = answers_of(registration), form.answers(), signed_in()
    registration_id, meeting_id, now = registration.id, meeting.id, clock.now()
    district = content(i18n.speaking()).district
    try:
        changed = change(
            registration_id,
            meeting_id,
            answers,
            version=version,
            district=district,
            now=now,
            actor="staff",
            person_id=person.id,
        )
    except NoRoom:
        db.session.rollback()
        form.no_room()
        return _ask(*open_family(registration_id), form, version, 422)
    except ChangedMeanwhile:
        db.session.rollback()
        return _changed_meanwhile(registration_id, form)
    record("family.changed", registration_id, meeting_id, fields=_different(before, answers))
    if form.told.data:
        told_already(changed, person_id=person.id, now=now)
    db.session.commit()
    flash(gettext("The changes are saved."), "good")
    return to_family(registration_id)


def _different(before: Answers, after: Answers) -> list[str]:
    """The names of the answers that differ, for the record."""
    return [one.name for one in fields(Answers) if getattr(before, one.name) != getattr(after, one.name)]


def _ask(
    registration: Registration,
    meeting: Meeting,
    view: MeetingView,
    form: OnBehalfForm,
    version: int,
    status: int = 200,
) -> ResponseReturnValue:
    html = render_template(
        "staff/family/change.html",
        registration=registration,
        version=version,
        meeting=meeting,
        view=view,
        form=form,
        childcare=childcare_open(meeting, clock.now()) or registration.childcare_granted,
        **_choices(meeting, view),
    )
    return html, status


def _changed_meanwhile(registration_id: int, form: OnBehalfForm) -> ResponseReturnValue:
    registration, _, view = open_family(registration_id)
    html = render_template(
        "staff/family/changed_meanwhile.html",
        registration=registration,
        view=view,
        now=of_a_family(words.rows(answers_of(registration), view)),
        mine=of_a_family(words.rows(form.answers(), view)),
        carried=carried(),
        form=form,
    )
    return html, 409


@blueprint.route("/families/<int:registration_id>/withdraw", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def family_withdraw(registration_id: int) -> ResponseReturnValue:
    """The family says that it cannot come. Twice is once."""
    registration, meeting, view = open_family(registration_id)
    form = ButtonForm()
    if request.method == "GET" or not form.validate():
        html = render_template("staff/family/withdraw.html", registration=registration, view=view, form=form)
        return html, 200 if request.method == "GET" else 422
    now, person, first = clock.now(), signed_in(), registration.status != Status.WITHDRAWN
    gone = withdraw(registration_id, meeting.id, now=now, actor="staff", person_id=person.id)
    if first:
        record("family.withdrawn", registration_id, meeting.id)
        if form.told.data:
            told_already(gone, person_id=person.id, now=now)
    db.session.commit()
    flash(gettext("Noted: this family does not come. Its seats went to waiting families, if any wait."), "good")
    return to_family(registration_id)


@blueprint.route("/families/<int:registration_id>/delete", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def family_erase(registration_id: int) -> ResponseReturnValue:
    """The family wants its data deleted. Counts and the record stay, without its words."""
    registration, meeting, view = open_family(registration_id)
    form, meeting_id = ButtonForm(), meeting.id
    if request.method == "GET" or not form.validate():
        html = render_template("staff/family/erase.html", registration=registration, view=view, form=form)
        return html, 200 if request.method == "GET" else 422
    erase(registration_id, meeting_id, now=clock.now())
    record("family.erased", registration_id, meeting_id)
    db.session.commit()
    flash(gettext("The data of this family is deleted."), "good")
    return redirect(url_for("staff.family", registration_id=registration_id), 303)
