"""A family's page, its slip of paper, and the small buttons on it."""

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration import clock, i18n, languages
from registration.accounts import audit
from registration.accounts.guard import requires, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import hearing, holder, words
from registration.families.change import new_link
from registration.families.codes import picture
from registration.families.models import ENDING, OWN_WORDS, InterpretationRequest, Modality, Registration, Status
from registration.families.tell import channel, tell
from registration.families.views.own import answers_of, link_of
from registration.i18n import gettext
from registration.meetings.models import Meeting, ServiceState
from registration.meetings.published import content
from registration.meetings.shown import MeetingView, Tongue, tongue
from registration.staff.blueprint import blueprint
from registration.staff.calls import shown as calls_shown
from registration.staff.calls.views import calls_made
from registration.staff.calls.waiting import of_family
from registration.staff.family import history
from registration.staff.family.forms import ButtonForm
from registration.staff.family.settle import address_seen
from registration.staff.mail import kinds


@dataclass(frozen=True, slots=True)
class RequestShown:
    """A request and what became of it. `state`: of components/staff/states.html; "" once it stands no longer."""

    row: InterpretationRequest
    name: str
    language: Tongue | None
    asked: str
    state: str
    ended: str
    to_map: bool


def family_and_meeting(registration_id: int) -> tuple[Registration, Meeting, MeetingView]:
    """The registration with its requests, its meeting, and the meeting in the language of the page; or 404."""
    registration = holder.by_id(registration_id)
    if registration is None:
        abort(404)
    return registration, registration.meeting, content(i18n.speaking()).meeting(registration.meeting_id)


def open_family(registration_id: int) -> tuple[Registration, Meeting, MeetingView]:
    """`family_and_meeting`, where something can still be done for the family; 404 once its data is deleted."""
    found = family_and_meeting(registration_id)
    if found[0].erased_at is not None:
        abort(404)
    return found


@blueprint.get("/families/<int:registration_id>/")
@requires(Role.COORDINATOR, Role.GREETER)
def family(registration_id: int) -> ResponseReturnValue:
    """One family: answers, state, requests; for coordinators also its messages, calls and history."""
    return page(registration_id)


def page(registration_id: int, *, old_form: bool = False) -> ResponseReturnValue:
    """The page of a family, 422 after a form that was open for too long."""
    registration, meeting, view = family_and_meeting(registration_id)
    office = Role.COORDINATOR in signed_in().roles
    html = render_template(
        "staff/family/family.html",
        registration=registration,
        meeting=meeting,
        view=view,
        office=office,
        rows=[] if registration.erased_at else answer_rows(registration, view),
        requests=[_request(registration, one, view) for one in registration.requests],
        may_change=office and registration.status != Status.WITHDRAWN and not meeting.past,
        may_tell=office and registration.not_me_at is None and not meeting.past,
        form=ButtonForm(),
        old_form=old_form,
        **(_for_the_office(registration, meeting) if office else {}),
    )
    return html, 422 if old_form else 200


def answer_rows(registration: Registration, view: MeetingView) -> list[Any]:
    """All answers of a family, the languages it reads and hears us in included."""
    tag = i18n.speaking()
    reads = languages.capitalised(tongue(registration.locale, tag).name)
    spoken = words.contact_language(registration.contact_language, tag, channel(registration) == "mail")
    return [
        *of_a_family(words.rows(answers_of(registration), view)),
        spoken._replace(label=gettext("Language to write or speak")),
        words.Row(gettext("Reads our pages in"), reads),
    ]


def of_a_family(rows: list[words.Row]) -> list[words.Row]:
    """Answers as staff read them, where the family itself is spoken to in their labels."""
    labels = {
        gettext("How you come"): gettext("How they come"),
        gettext("Your question"): gettext("Question for the meeting"),
    }
    return [row._replace(label=labels.get(row.label, row.label)) for row in rows]


def _for_the_office(registration: Registration, meeting: Meeting) -> dict[str, Any]:
    by = db.session.get(Person, registration.registered_by_id) if registration.registered_by_id else None
    messages = history.messages_to(registration.id)
    happened = history.history(registration, by.name if by else "", messages, history.entries_of(registration.id))
    return {
        "messages": [(one, kinds.name(one.message), _when(one.sent_at or one.created_at, meeting)) for one in messages],
        "calls": calls_shown.made(calls_made(registration.id), meeting.time_zone),
        "call": of_family(registration, clock.now()),
        "happened": history.shown(happened, meeting.time_zone),
        "doubled": registration.same_address and registration.same_address_seen_at is None,
    }


def _when(moment: Any, meeting: Meeting) -> str:
    return history.moment(moment, meeting.time_zone)


def _request(registration: Registration, row: InterpretationRequest, view: MeetingView) -> RequestShown:
    own = row.language == OWN_WORDS
    service = hearing.service_of(view, row)
    state = service.state if service is not None else "asked" if own else ServiceState.LOOKING
    state = hearing.became_of(row) or state
    stands = row.stands
    return RequestShown(
        row=row,
        name=history.request_name(row),
        language=None if own or row.modality == Modality.CAPTIONS else tongue(row.language, view.locale),
        asked=history.moment(row.created_at, view.time_zone),
        state=str(state) if stands else "",
        ended="" if stands else _ended(row, view),
        to_map=own and stands and registration.status != Status.WITHDRAWN,
    )


def _ended(row: InterpretationRequest, view: MeetingView) -> str:
    last = next(event for event in row.events if event.event in ENDING)
    when = history.moment(last.at, view.time_zone)
    if last.event == "mapped":
        return gettext("Understood as a language on %(when)s", when=when)
    return gettext("Taken back on %(when)s", when=when)


@blueprint.get("/families/<int:registration_id>/print")
@requires(Role.COORDINATOR)
def family_print(registration_id: int) -> ResponseReturnValue:
    """Code and link on paper, in the family's language, for a family without mail."""
    registration, meeting, _ = open_family(registration_id)
    with i18n.spoken(registration.locale):
        html = render_template(
            "staff/family/slip.html",
            registration=registration,
            meeting=meeting,
            view=content(registration.locale).meeting(meeting.id),
            link=link_of(registration),
        )
    response = Response(html, mimetype="text/html")
    response.headers["Content-Language"] = registration.locale
    return response


@blueprint.get("/families/<int:registration_id>/code.svg")
@requires(Role.COORDINATOR)
def family_code(registration_id: int) -> ResponseReturnValue:
    """The link of a family as a picture, for its slip of paper."""
    registration, _, _ = open_family(registration_id)
    return Response(picture(link_of(registration)), mimetype="image/svg+xml")


@blueprint.post("/families/<int:registration_id>/resend")
@requires(Role.COORDINATOR)
def family_resend(registration_id: int) -> ResponseReturnValue:
    """Send the link again, by mail or as a call to make. One a minute: pressing twice sends one."""
    registration, meeting, _ = open_family(registration_id)
    if not ButtonForm().validate():
        return page(registration_id, old_form=True)
    now = clock.now()
    row = tell("link", registration, meeting, now=now, occurrence=now.strftime("%Y%m%dT%H%M"))
    if row is None:
        flash(gettext("Nothing was sent: the meeting is over, or the owner of the address wants no mail."), "warn")
    else:
        _recorded("family.link_sent", registration)
        call = row.state == "call"
        flash(gettext("The link is on the list of calls.") if call else gettext("The link is on its way."), "good")
    db.session.commit()
    return to_family(registration_id)


@blueprint.post("/families/<int:registration_id>/new-link")
@requires(Role.COORDINATOR)
def family_new_link(registration_id: int) -> ResponseReturnValue:
    """Revoke the link of a family, and whatever browser was opened by it, and send it a new one."""
    registration, meeting, _ = open_family(registration_id)
    if not ButtonForm().validate():
        return page(registration_id, old_form=True)
    row = new_link(registration_id, meeting.id, clock.now())
    _recorded("family.link_renewed", registration)
    db.session.commit()
    if row is None:
        words = gettext("The old link no longer works. Nobody was told, because no mail goes to this family now.")
    elif row.state == "call":
        words = gettext("The old link no longer works. The new one is on the list of calls.")
    else:
        words = gettext("The old link no longer works. The new one is on its way.")
    flash(words, "good" if row else "warn")
    return to_family(registration_id)


@blueprint.post("/families/<int:registration_id>/seen")
@requires(Role.COORDINATOR)
def family_seen(registration_id: int) -> ResponseReturnValue:
    """The same address was looked at: both families stay."""
    registration, _, _ = open_family(registration_id)
    if not ButtonForm().validate():
        return page(registration_id, old_form=True)
    if address_seen(registration_id, now=clock.now()):
        _recorded("family.address_seen", registration)
    db.session.commit()
    flash(gettext("Noted. Both families stay registered."), "good")
    return to_family(registration_id)


def _recorded(action: str, registration: Registration) -> None:
    record(action, registration.id, registration.meeting_id)


def record(action: str, registration_id: int, meeting_id: int, **facts: audit.Fact) -> None:
    """Write into the record what the signed-in person did to a registration."""
    audit.record(
        action,
        object_kind="registration",
        object_id=registration_id,
        meeting_id=meeting_id,
        person=signed_in(),
        facts=facts,
    )


def to_family(registration_id: int) -> ResponseReturnValue:
    """Back to the page of the family."""
    return redirect(url_for("staff.family", registration_id=registration_id), 303)
