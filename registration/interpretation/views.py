"""The page that an interpreter's mail opens: a job, and what can be answered. No sign-in.

GET and HEAD change nothing.
"""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, i18n, links, web
from registration.accounts.forms import ButtonForm
from registration.extensions import db
from registration.interpretation import answer, lines, offers, seats, states
from registration.interpretation.day import calling_off
from registration.interpretation.forms import AnswerForm
from registration.interpretation.models import Assignment, Interpreter
from registration.interpretation.own.shown import in_the_way
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView

blueprint = Blueprint("interpretation", __name__)


@blueprint.after_request
def private(response: Response) -> Response:
    """No job is stored by a browser or shown by a search engine."""
    return web.private(response)


@blueprint.route("/<locale>/jobs/<token>", methods=["GET", "POST"], endpoint="job")
def job(token: str) -> ResponseReturnValue:
    """A job: the offer, or how it stands. Programs of mail open links, so only a button answers."""
    assignment = _named(token)
    if assignment is None:
        return _no_job(token)
    if request.method != "POST":
        return _show(assignment, token, AnswerForm())
    form = AnswerForm()
    if not form.validate():
        return _show(assignment, token, form, status=422)
    try:
        _answer(assignment.id, form)
    except (offers.NotOpen, offers.NotNow, answer.Taken, answer.Conflict) as refused:
        db.session.rollback()
        return _show(db.session.get_one(Assignment, assignment.id), token, form, refused, 409)
    db.session.commit()
    return redirect(url_for("interpretation.job", token=token), 303)


def _named(token: str) -> Assignment | None:
    named = links.read(links.Purpose.JOB, token)
    return answer.find(named.public_id, named.version) if named else None


def _no_job(token: str) -> ResponseReturnValue:
    revoked = links.read(links.Purpose.JOB, token) is not None
    return render_template("interpretation/no_job.html"), 410 if revoked else 404


@blueprint.route("/<locale>/jobs/<token>/ill", methods=["GET", "POST"], endpoint="ill")
def ill(token: str) -> ResponseReturnValue:
    """Give the job back because of illness: a page that says what comes of it, and a button."""
    assignment = _named(token)
    if assignment is None:
        return _no_job(token)
    form = ButtonForm()
    if request.method != "POST":
        if not calling_off.may_call_off(assignment, clock.now()):
            return redirect(url_for("interpretation.job", token=token), 303)
        return _sure(assignment, token, form), 200
    if not form.validate():
        return _sure(assignment, token, form), 422
    try:
        calling_off.ill(assignment.id, now=clock.now())
    except (calling_off.TooLate, states.NotAllowed) as refused:
        db.session.rollback()
        return _show(db.session.get_one(Assignment, assignment.id), token, AnswerForm(formdata=None), refused, 409)
    db.session.commit()
    return redirect(url_for("interpretation.job", token=token), 303)


def _sure(assignment: Assignment, token: str, form: ButtonForm) -> str:
    view = content(i18n.speaking()).meeting(assignment.meeting_id)
    return render_template("interpretation/ill.html", view=view, token=token, form=form)


def _answer(assignment_id: int, form: AnswerForm) -> None:
    now, said = clock.now(), form.answer.data
    if said == "accept":
        answer.accept(assignment_id, now=now)
    elif said == "decline":
        answer.decline(assignment_id, form.reason.data or "", now=now)
    elif said in ("yes", "no"):
        answer.respond(assignment_id, said == "yes", now=now)


def _show(
    assignment: Assignment, token: str, form: AnswerForm, refused: Exception | None = None, status: int = 200
) -> ResponseReturnValue:
    meeting = db.session.get_one(Meeting, assignment.meeting_id)
    one = db.session.get_one(Interpreter, assignment.interpreter_id)
    view = content(i18n.speaking()).meeting(meeting.id)
    made, now = seats.newest_offer(assignment.id), clock.now()
    open_still = made is not None and made.state == states.Offer.SENT and made.expires_at > now
    rows = _rows(assignment, one, view)
    if open_still and made is not None:
        rows += lines.answer_by(made, assignment, meeting)
    page = render_template(
        "interpretation/job.html",
        view=view,
        token=token,
        form=form,
        known=rows,
        state=_state(assignment, open_still),
        asks=assignment.asks or "",
        owed=lines.money(assignment.payable_cents) if assignment.payable_cents else "",
        in_the_way=in_the_way(refused.reasons) if isinstance(refused, answer.Conflict) else [],
        may_call_off=calling_off.may_call_off(assignment, now),
        briefing=url_for("interpreter.job", assignment_id=assignment.id) if assignment.state in states.TAKEN else "",
        refused=type(refused).__name__.lower() if refused else "",
    )
    return page, status


def _rows(assignment: Assignment, one: Interpreter, view: MeetingView) -> lines.Rows:
    """The job and its terms; of one that is not theirs any more, only what it is called when they telephone."""
    theirs = assignment.state in (*states.OPEN, *states.TAKEN, states.Assignment.NO_SHOW)
    if not theirs:
        return [lines.called(assignment)]
    return [*lines.job(assignment, view), *lines.terms(assignment, one)]


def _state(assignment: Assignment, open_still: bool) -> str:
    if assignment.state == states.Assignment.OFFERED:
        return "offered" if open_still else "expired"
    if calling_off.is_ill(assignment):
        return "ill"
    made = seats.newest_offer(assignment.id)
    if assignment.state == states.Assignment.RELEASED and made is not None and made.state == states.Offer.EXPIRED:
        return "expired"
    return assignment.state
