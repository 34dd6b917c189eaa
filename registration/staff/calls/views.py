"""The calls to make: the list, the sheet of paper, and one call."""

from collections.abc import Sequence
from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n
from registration.accounts import audit
from registration.accounts.guard import requires, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import holder
from registration.families.models import CallResult, PhoneCall, Registration
from registration.forms import whole_number
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.staff.blueprint import blueprint
from registration.staff.calls import order, shown
from registration.staff.calls.forms import CallForm, arguments_of, filter_of
from registration.staff.calls.record import NotedMeanwhile, calls_noted, note_call
from registration.staff.calls.script import script
from registration.staff.calls.waiting import Call, calls, languages_waiting, of_family

PAGE, SHEET = 25, 200
MOST_MEETINGS = 60
# The same button pressed twice within this time is one call.
TWICE_WITHIN = timedelta(minutes=2)


@blueprint.get("/calls/", endpoint="calls")
@requires(Role.COORDINATOR)
def calls_page() -> ResponseReturnValue:
    """Whom to call, the most urgent first."""
    only, now = filter_of(request.args), clock.now()
    found = calls(only, now, PAGE, order.read(request.args.get("after", "")))
    return render_template(
        "staff/calls/calls.html",
        calls=shown.calls(found.calls, now),
        only=only,
        asked=arguments_of(only),
        first_href=url_for("staff.calls", **arguments_of(only)) if request.args.get("after") else "",
        next_href=url_for("staff.calls", **arguments_of(only), after=order.written(found.after)) if found.after else "",
        meetings=_meetings(),
        languages=shown.language_options({*languages_waiting(now), *filter(None, [only.language])}),
    )


def _meetings() -> list[tuple[str, str]]:
    ids = select(Meeting.id).where(Meeting.ends_at > clock.now()).order_by(Meeting.starts_at).limit(MOST_MEETINGS)
    views = content(i18n.speaking()).meetings(list(db.session.scalars(ids)))
    return [("", gettext("All")), *((str(view.id), f"{view.title}, {view.when.date}") for view in views)]


@blueprint.get("/calls/sheet")
@requires(Role.COORDINATOR)
def calls_sheet() -> ResponseReturnValue:
    """The list on paper, with scripts where they are wanted and room for what came of each call."""
    only, now = filter_of(request.args), clock.now()
    found = calls(only, now, SHEET)
    return render_template(
        "staff/calls/sheet.html",
        calls=shown.calls(found.calls, now),
        results=shown.results().values(),
        more=found.after is not None,
        asked=arguments_of(only),
    )


@blueprint.route("/families/<int:registration_id>/call", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def family_call(registration_id: int) -> ResponseReturnValue:
    """One call: whom, what to say, and what came of it. Without a message it notes a call for another reason."""
    registration = _family(registration_id)
    form = CallForm()
    if request.method == "GET":
        return _ask(registration, form)
    if not form.validate() or form.said is None or form.noted_before.data is None:
        return _ask(registration, form, 422)
    ids = [number for one in request.form.getlist("message") if (number := whole_number(one)) >= 0]
    try:
        noted = note_call(
            registration.id,
            registration.meeting_id,
            form.said,
            form.note.data or "",
            message_ids=ids,
            noted_before=form.noted_before.data,
            person_id=signed_in().id,
            now=clock.now(),
        )
    except NotedMeanwhile:
        db.session.rollback()
        return _again(registration_id, form, form.said)
    audit.record(
        "family.called",
        object_kind="registration",
        object_id=registration_id,
        meeting_id=registration.meeting_id,
        person=signed_in(),
        facts={"result": form.said.value, "told": noted.told},
    )
    db.session.commit()
    return _done(registration_id, form.said)


def _family(registration_id: int) -> Registration:
    registration = holder.by_id(registration_id)
    if registration is None or registration.erased_at is not None:
        abort(404)
    return registration


def _done(registration_id: int, result: CallResult) -> ResponseReturnValue:
    flash(*shown.what_next(result))
    if request.args.get("from") == "calls":
        return redirect(url_for("staff.calls", **arguments_of(filter_of(request.args))), 303)
    return redirect(url_for("staff.family", registration_id=registration_id), 303)


def _again(registration_id: int, form: CallForm, result: CallResult) -> ResponseReturnValue:
    """A second click is the call that is noted already; anything else is somebody else's call, shown first."""
    last = db.session.scalars(
        select(PhoneCall).where(PhoneCall.registration_id == registration_id).order_by(PhoneCall.id.desc()).limit(1)
    ).first()
    same = last is not None and (last.person_id, last.result, last.note) == (
        signed_in().id,
        result,
        form.note.data or "",
    )
    if last is not None and same and clock.now() - last.at <= TWICE_WITHIN:
        return _done(registration_id, result)
    return _ask(_family(registration_id), form, 409)


def _ask(registration: Registration, form: CallForm, status: int = 200) -> ResponseReturnValue:
    now = clock.now()
    call = of_family(registration, now)
    only = filter_of(request.args)
    from_list = request.args.get("from") == "calls"
    html = render_template(
        "staff/calls/call.html",
        registration=registration,
        view=content(i18n.speaking()).meeting(registration.meeting_id),
        call=shown.calls([call], now)[0] if call else None,
        person=signed_in(),
        contact=shown.contact(registration),
        scripts=_scripts(call) if call else [],
        message_ids=[message.id for message in call.messages] if call else [],
        form=form,
        noted_before=calls_noted(registration.id),
        results=shown.results(),
        made=shown.made(calls_made(registration.id), registration.meeting.time_zone),
        conflict=status == 409,
        back=url_for("staff.calls", **arguments_of(only)) if from_list else "",
        action=url_for(
            "staff.family_call",
            registration_id=registration.id,
            **(arguments_of(only) | {"from": "calls"} if from_list else {}),
        ),
    )
    return html, status


def _scripts(call: Call) -> Sequence[object]:
    """In the family's language where we write it, and in English."""
    tags = dict.fromkeys((call.registration.contact_language, i18n.SOURCE))
    queued = [message.queued() for message in call.messages]
    written = [tag for tag in tags if tag == i18n.SOURCE or shown.can_be_read(tag)]
    return [(shown.named(tag), script(call.registration, queued, tag)) for tag in written]


def calls_made(registration_id: int) -> list[tuple[PhoneCall, str]]:
    """Calls to a family, the newest first, with the name of who made each."""
    query = (
        select(PhoneCall, Person.name)
        .outerjoin(Person, Person.id == PhoneCall.person_id)
        .where(PhoneCall.registration_id == registration_id)
        .order_by(PhoneCall.id.desc())
    )
    return [(call, name or "") for call, name in db.session.execute(query)]
