"""One job: the offer and its answer, or the briefing, and what a change of plan asks."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registration import clock
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext
from registration.interpretation import answer, offers
from registration.interpretation.forms import AnswerForm
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.views.page import mine, show


@blueprint.get("/jobs/<int:assignment_id>/", endpoint="job")
@requires(Role.INTERPRETER)
def job_page(assignment_id: int) -> ResponseReturnValue:
    """A job of one's own."""
    return show(assignment_id)


@blueprint.post("/jobs/<int:assignment_id>/answer", endpoint="answer")
@requires(Role.INTERPRETER)
def answer_job(assignment_id: int) -> ResponseReturnValue:
    """Accept or decline an offer, or answer what a change of plan asks."""
    mine(assignment_id)
    form = AnswerForm()
    if not form.validate():
        return show(assignment_id, answering=form, status=422)
    try:
        _answer(assignment_id, form)
    except (offers.NotOpen, offers.NotNow, answer.Taken, answer.Conflict) as refused:
        db.session.rollback()
        return show(assignment_id, refused=refused, status=409)
    db.session.commit()
    return redirect(url_for("interpreter.job", assignment_id=assignment_id), 303)


def _answer(assignment_id: int, form: AnswerForm) -> None:
    now, said, by = clock.now(), form.answer.data, signed_in()
    if said == "accept":
        done = answer.accept(assignment_id, now=now, by=by)
        thanks = (
            gettext("Thank you. The job is yours.") if done.confirmed else gettext("Thank you. We still confirm it.")
        )
        flash(thanks, "good")
    elif said == "decline":
        answer.decline(assignment_id, form.reason.data or "", now=now, by=by)
        flash(gettext("Thank you for telling us. We ask somebody else."), "good")
    elif said in ("yes", "no"):
        answer.respond(assignment_id, said == "yes", now=now, by=by)
        flash(gettext("Thank you. Staff see your answer."), "good")
