"""A family's registration: see, change, "I cannot come", calendar, delete my data, next person."""

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from registration import clock, database, i18n, links, numbers, phones, web
from registration.accounts import audit
from registration.accounts.models import Actor
from registration.extensions import db
from registration.families import demand, hearing, holder, words
from registration.families.access import way_in
from registration.families.answers import Answers
from registration.families.calendar import calendar_file
from registration.families.change import ChangedMeanwhile, NoRoom, change, erase, withdraw
from registration.families.codes import picture
from registration.families.coming import asked
from registration.families.forms import RegistrationForm
from registration.families.models import OWN_WORDS, Attendance, Modality, Registration, Status
from registration.families.news import other_meetings
from registration.families.tell import channel
from registration.families.views import choices
from registration.families.views.blueprint import blueprint
from registration.families.views.register import carried, childcare_open
from registration.forms import Form
from registration.meetings.availability import Phase, availability
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView

CALLED_OFF = (Phase.CANCELLED, Phase.POSTPONED)


class OwnForm(Form):
    """A form of one registration: a button. It says whose it is in the field `registration`."""


def own() -> tuple[Registration, Meeting, MeetingView]:
    """The registration this browser holds. Without one: the page that helps to get the link again."""
    registration = holder.held()
    if registration is None:
        abort(_no_link())
    # Not when the link itself is opened: scanners of mail open every link; most keep no cookie and go no further.
    if request.method == "GET" and holder.reached_by_mail(registration):
        holder.note_read_mail(registration, clock.now())
        db.session.commit()
        database.reads_only()
    meeting = registration.meeting
    return registration, meeting, content(i18n.speaking()).meeting(meeting.id)


def _no_link() -> Response:
    if holder.held_deleted():
        return Response(render_template("families/deleted.html"), 410)
    return Response(render_template("families/no_link.html"), 403)


def refuse_others(registration: Registration) -> None:
    """A form made for another registration than the one this browser holds now changes nothing."""
    if request.form.get("registration") != registration.public_id:
        abort(Response(render_template("families/another.html"), 409))


def link_of(registration: Registration) -> str:
    """The secret link of a registration."""
    token = links.token(links.Purpose.REGISTRATION, registration.public_id, registration.link_version)
    return links.absolute("families.link", locale=registration.locale, token=token)


@blueprint.get("/<locale>/registration/", endpoint="registration")
def page() -> ResponseReturnValue:
    """The registration: code, how the meeting will be heard, answers, what can be done."""
    registration, meeting, view = own()
    return show(registration, meeting, view)


def show(registration: Registration, meeting: Meeting, view: MeetingView, status: int = 200) -> ResponseReturnValue:
    """The page of a registration."""
    now = clock.now()
    requests = demand.active(registration)
    by_mail = channel(registration) == "mail"
    published, state = content(i18n.speaking()), availability(meeting, now)
    district = published.district
    html = render_template(
        "families/registration.html",
        registration=registration,
        meeting=meeting,
        view=view,
        state=state,
        others=other_meetings(registration, published) if state.phase in CALLED_OFF else [],
        way_in=way_in(registration),
        asked=asked(registration, meeting, now),
        new=request.args.get("new") == "1" and registration.status != Status.WITHDRAWN,
        held=request.args.get("held") == "1",
        voices=hearing.voices(view, requests, district, now),
        late=[(r, hearing.asked_by(view, r, district)) for r in requests if hearing.still_late(view, r, district, now)],
        by_telephone=not by_mail,
        link=link_of(registration),
        rows=words.rows(answers_of(registration), view),
        kept_until=words.kept_until(view),
        written_in=words.contact_language(registration.contact_language, view.locale, by_mail),
        token=generate_csrf(),
    )
    return html, status


def answers_of(registration: Registration) -> Answers:
    """The answers a registration stands for."""
    standing = demand.active(registration)
    heard = [request for request in standing if request.modality != Modality.CAPTIONS]
    return Answers(
        name=registration.name,
        email=registration.email,
        phone=registration.phone,
        adults=registration.adults,
        children=registration.children,
        attendance=Attendance(registration.attendance),
        spoken=tuple(request.language for request in heard if request.language != OWN_WORDS),
        other_language=next((request.own_words for request in heard if request.language == OWN_WORDS), ""),
        listeners=max((request.listeners for request in heard), default=1),
        call_me=registration.call_me,
        contact_language=registration.contact_language,
        locale=registration.locale,
        needs=tuple(registration.needs),
        needs_other=registration.needs_other,
        childcare_children=registration.childcare_children,
        question=registration.question,
    )


def typed(registration: Registration) -> MultiDict[str, str]:
    """What would have to be typed into the form to give this registration."""
    answers = answers_of(registration)
    lines = {
        "name": answers.name,
        "phone": phones.display(answers.phone) if answers.phone else "",
        "email": answers.email or "",
        "other_language": answers.other_language,
        "listeners": answers.listeners if answers.spoken or answers.other_language else "",
        "adults": answers.adults,
        "children": answers.children or "",
        "attendance": answers.attendance.value,
        "needs_other": answers.needs_other,
        "childcare_children": answers.childcare_children or "",
        "question": answers.question,
        "contact_language": answers.contact_language,
    }
    chosen = [*answers.spoken]
    chosen += ["other"] if answers.other_language else []
    chosen += ["call"] if answers.call_me else []
    form = MultiDict({name: str(value) for name, value in lines.items()})
    form.setlist("interpretation", chosen or ["none"])
    form.setlist("needs", list(answers.needs))
    return form


@blueprint.route("/<locale>/registration/change", methods=["GET", "POST"], endpoint="change")
def change_page() -> ResponseReturnValue:
    """Change the answers."""
    registration, meeting, view = own()
    now = clock.now()
    if registration.status == Status.WITHDRAWN or meeting.past:
        return redirect(url_for("families.registration"), 303)
    if request.method == "GET":
        return _ask(registration, meeting, view, RegistrationForm(formdata=typed(registration)), registration.version)
    refuse_others(registration)
    form = RegistrationForm()
    version = request.form.get("version", type=numbers.whole, default=registration.version)
    if not form.check_for(meeting, i18n.speaking(), childcare_open(meeting, now)):
        return _ask(registration, meeting, view, form, version, 422)
    link_version = registration.link_version
    try:
        changed = change(
            registration.id,
            meeting.id,
            form.answers(),
            version=version,
            district=content(i18n.speaking()).district,
            now=now,
            actor="family",
        )
    except NoRoom:
        db.session.rollback()
        form.no_room()
        return _ask(*own(), form, version, 422)
    except ChangedMeanwhile:
        db.session.rollback()
        registration, _, view = own()
        return _changed_meanwhile(registration, view, form)
    # Another address or phone has revoked the link, and with it every browser but this one.
    if changed.link_version != link_version:
        holder.hold(changed)
    db.session.commit()
    return redirect(url_for("families.registration", changed=1), 303)


def _ask(
    registration: Registration,
    meeting: Meeting,
    view: MeetingView,
    form: RegistrationForm,
    version: int,
    status: int = 200,
) -> ResponseReturnValue:
    html = render_template(
        "families/change.html",
        registration=registration,
        version=version,
        meeting=meeting,
        view=view,
        form=form,
        need_options=words.needs(),
        choices=choices.interpretation(view.locale, meeting.floor_language),
        state=availability(meeting, clock.now()),
        childcare=childcare_open(meeting, clock.now()) or registration.childcare_granted,
        languages=choices.contact_languages,
    )
    return html, status


def _changed_meanwhile(registration: Registration, view: MeetingView, form: RegistrationForm) -> ResponseReturnValue:
    html = render_template(
        "families/changed_meanwhile.html",
        registration=registration,
        view=view,
        rows=words.rows(answers_of(registration), view),
        carried=carried(),
        contact_language=form.contact_language.data,
        form=form,
    )
    return html, 409


@blueprint.route("/<locale>/registration/withdraw", methods=["GET", "POST"], endpoint="withdraw")
def withdraw_page() -> ResponseReturnValue:
    """ "I cannot come": a question with a button; only its POST acts."""
    registration, meeting, view = own()
    form = OwnForm()
    if request.method == "POST":
        refuse_others(registration)
        if form.validate():
            withdraw(registration.id, meeting.id, now=clock.now(), actor="family")
            db.session.commit()
            return redirect(url_for("families.registration"), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("families/withdraw.html", registration=registration, view=view, form=form), status


@blueprint.route("/<locale>/registration/delete", methods=["GET", "POST"], endpoint="erase")
def erase_page() -> ResponseReturnValue:
    """Delete my data: a question with a button."""
    registration, meeting, view = own()
    form = OwnForm()
    if request.method == "POST":
        refuse_others(registration)
        if form.validate():
            erase(registration.id, meeting.id, now=clock.now())
            audit.record(
                "family.erased_itself",
                object_kind="registration",
                object_id=registration.id,
                meeting_id=meeting.id,
                actor=Actor.FAMILY,
            )
            db.session.commit()
            return leave(render_template("families/erased.html", view=view))
    status = 422 if request.method == "POST" else 200
    return render_template("families/erase.html", registration=registration, view=view, form=form), status


@blueprint.get("/<locale>/registration/calendar.ics", endpoint="calendar")
def calendar() -> ResponseReturnValue:
    """The meeting for the family's calendar."""
    registration, meeting, view = own()
    response = Response(calendar_file(registration, meeting, view), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{view.slug}.ics"'
    return response


@blueprint.get("/<locale>/registration/code.svg", endpoint="code")
def code_picture() -> ResponseReturnValue:
    """The link as a picture to scan at the door."""
    registration, _, _ = own()
    return Response(picture(link_of(registration)), mimetype="image/svg+xml")


@blueprint.post("/<locale>/registration/next", endpoint="next_person")
def next_person() -> ResponseReturnValue:
    """Leave nothing behind for the next person at this device."""
    form = OwnForm()
    if not form.validate():
        return redirect(url_for("families.registration"), 303)
    return leave(render_template("families/next.html"))


@blueprint.get("/<locale>/registration/forgotten.svg", endpoint="forgotten")
def forgotten() -> ResponseReturnValue:
    """A picture of nothing, on pages after which a device holds nothing of a family.

    Chromium puts the page before into its back-forward memory only once the next one is shown, after the headers of
    that one were obeyed; Back would then show the registration again. The answer to this later request empties it.
    """
    response = Response('<svg xmlns="http://www.w3.org/2000/svg"/>', mimetype="image/svg+xml")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def leave(html: str) -> ResponseReturnValue:
    """A page after which this browser holds nothing of the family, and forgets its pages as far as browsers let us."""
    holder.let_go()
    response = web.private(Response(html, mimetype="text/html"))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
