"""The form, the check page, and what follows it."""

import re
import secrets
from datetime import datetime

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from registration import clock, database, i18n
from registration.extensions import db
from registration.families import hearing, holder, words
from registration.families.forms import RegistrationForm, likely_address
from registration.families.models import Attendance, Registration
from registration.families.register import NotOpen, OtherAnswers, register
from registration.families.views import choices
from registration.families.views.blueprint import blueprint
from registration.fragments import kept
from registration.meetings.availability import availability
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView
from registration.meetings.views import find

SUBMISSION_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Stand in the kept form for what differs from family to family; no sentence holds them.
TOKEN_HERE = "~~csrf-token~~"  # noqa: S105 # a place, not a token  # nosec B105
SUBMISSION_ID_HERE = "~~submission-id~~"
# What travels from the form through the check page; nothing else that was sent does.
CARRIED = (
    "name",
    "phone",
    "email",
    "interpretation",
    "other_language",
    "listeners",
    "adults",
    "children",
    "attendance",
    "needs",
    "needs_other",
    "childcare_children",
    "question",
)


@blueprint.route("/<locale>/meetings/<slug>/register", methods=["GET", "POST"], endpoint="register")
def register_page(slug: str) -> ResponseReturnValue:
    """Ask (GET, or POST with change), check (POST), register (POST of the check page)."""
    if request.form.get("checked") != "yes":
        # Only what the check page sends writes; whatever comes before need not wait for other writers.
        database.reads_only()
    meeting = find(slug)
    view = content(i18n.speaking()).meeting(meeting.id)
    now = clock.now()
    if not availability(meeting, now).open:
        return _not_open(view)
    if request.method == "GET":
        return _blank(meeting, view)
    form = RegistrationForm()
    if not SUBMISSION_ID.fullmatch(form.submission_id.data or ""):
        form.submission_id.data = new_submission_id()
    if request.form.get("change"):
        return ask(meeting, view, form)
    if not form.check_for(meeting, i18n.speaking(), childcare_open(meeting, now)):
        if set(form.errors) == {"contact_language"}:
            return _check(meeting, view, form), 422
        return ask(meeting, view, form, 422)
    if request.form.get("checked") != "yes":
        return _check(meeting, view, form)
    return _register(meeting, view, form, now)


def _blank(meeting: Meeting, view: MeetingView) -> ResponseReturnValue:
    """The empty form: the same for every family but for two tokens, so it is made once and they are put in."""
    now = clock.now()
    state = availability(meeting, now)
    attendance = request.args.get("attendance")
    attendance = attendance if attendance in tuple(Attendance) else None
    others = in_own_language(meeting, view)
    shared = bool(session.get("shared"))
    key = (
        "blank form",
        meeting.id,
        state.in_person,
        state.online,
        childcare_open(meeting, now),
        attendance or "",
        shared,
    )

    def make() -> str:
        answers = MultiDict({"attendance": attendance or "", "submission_id": SUBMISSION_ID_HERE})
        return _form_page(meeting, view, RegistrationForm(formdata=answers, meta={"csrf": False}), TOKEN_HERE, others)

    page = kept((*key, *(other.id for other in others)), make)
    return page.replace(TOKEN_HERE, generate_csrf()).replace(SUBMISSION_ID_HERE, new_submission_id())


def new_submission_id() -> str:
    """What marks one form: sent twice, it registers once."""
    return secrets.token_urlsafe(16)


def childcare_open(meeting: Meeting, now: datetime) -> bool:
    """Whether childcare can still be asked for; that it is full does not matter here."""
    return meeting.childcare and (meeting.childcare_closes_at is None or now < meeting.childcare_closes_at)


def carried() -> list[tuple[str, str]]:
    """What was typed, as hidden fields."""
    return [(name, value) for name in CARRIED for value in request.form.getlist(name) if value]


def ask(meeting: Meeting, view: MeetingView, form: RegistrationForm, status: int = 200) -> ResponseReturnValue:
    """The form, with what was typed and what is wrong with it."""
    # It is asked on the check page; a wrong one is asked for again there.
    form.contact_language.errors = []
    return _form_page(meeting, view, form, form.csrf_token.current_token, in_own_language(meeting, view)), status


def _form_page(
    meeting: Meeting, view: MeetingView, form: RegistrationForm, token: str, others: list[MeetingView]
) -> str:
    return render_template(
        "families/register.html",
        meeting=meeting,
        view=view,
        form=form,
        token=token,
        shared=session.get("shared"),
        need_options=words.needs(),
        choices=choices.interpretation(view.locale, meeting.floor_language),
        state=availability(meeting, clock.now()),
        childcare=childcare_open(meeting, clock.now()),
        others=others,
    )


def in_own_language(meeting: Meeting, view: MeetingView) -> list[MeetingView]:
    """Meetings of the same series that are held in the reader's language, when this one is not."""
    return choices.meetings_in_own_language(meeting, view, clock.now())


def _check(meeting: Meeting, view: MeetingView, form: RegistrationForm) -> str:
    answers = form.answers()
    district = content(i18n.speaking()).district
    state = availability(meeting, clock.now())
    in_person = answers.attendance is Attendance.IN_PERSON
    return render_template(
        "families/check.html",
        meeting=meeting,
        view=view,
        form=form,
        answers=answers,
        carried=carried(),
        waits=not state.fits(in_person, answers.party),
        online_instead=in_person and meeting.online and state.fits(False, answers.party),
        likely=likely_address(answers.email) if answers.email else None,
        rows=words.rows(answers, view),
        voices=hearing.foreseen(view, meeting, answers, district, clock.now()),
        languages=choices.contact_languages,
        others=choices.meetings_in(answers.spoken, meeting, view, clock.now()),
    )


def _not_open(view: MeetingView) -> ResponseReturnValue:
    if request.method == "GET":
        return redirect(url_for("meetings.meeting", slug=view.slug), 303)
    return render_template("families/not_open.html", view=view), 409


def _register(meeting: Meeting, view: MeetingView, form: RegistrationForm, now: datetime) -> ResponseReturnValue:
    district = content(i18n.speaking()).district
    try:
        done = register(
            meeting,
            form.answers(),
            submission_id=form.submission_id.data,
            district=district,
            now=now,
        )
    except OtherAnswers as other:
        return _sent_before(view, form, other.registration)
    except NotOpen:
        db.session.rollback()
        return _not_open(view)
    holder.hold(done.registration)
    db.session.commit()
    return redirect(url_for("families.registration", new=1, held=1 if done.held else None), 303)


def _sent_before(view: MeetingView, form: RegistrationForm, known: Registration) -> ResponseReturnValue:
    mine = holder.held()
    page = render_template(
        "families/sent_before.html",
        view=view,
        form=form,
        carried=carried(),
        contact_language=form.contact_language.data,
        mine=mine if mine is not None and mine.id == known.id else None,
        fresh_id=new_submission_id(),
    )
    return page, 409
