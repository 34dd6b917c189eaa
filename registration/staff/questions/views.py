"""Questions of families: staff read all of them, interpreters those that staff release, in staff's words."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n, numbers
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.models import Registration, ReleasedQuestion, Status
from registration.families.releasing import NothingAsked, release, take_back
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import tongue
from registration.staff.blueprint import blueprint
from registration.staff.questions.forms import ReleaseForm

# So many on a page, in the order of their registrations.
MOST = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as staff see it. `language`: in which the family writes; `form`: what interpreters read."""

    id: int
    question: str
    language: str
    released: bool
    form: ReleaseForm


@blueprint.get("/meetings/<int:meeting_id>/questions")
@requires(Role.COORDINATOR)
def questions(meeting_id: int) -> ResponseReturnValue:
    """What families ask ahead."""
    return _show(_meeting(meeting_id))


def _meeting(meeting_id: int) -> Meeting:
    found = db.session.get(Meeting, meeting_id)
    return found if found is not None else abort(404)


def _show(meeting: Meeting, typed: tuple[int, ReleaseForm] | None = None, status: int = 200) -> ResponseReturnValue:
    after = request.args.get("after", 0, type=numbers.whole)
    query = (
        select(Registration, ReleasedQuestion)
        .outerjoin(ReleasedQuestion, ReleasedQuestion.registration_id == Registration.id)
        .where(
            Registration.meeting_id == meeting.id,
            Registration.status != Status.WITHDRAWN,
            Registration.question != "",
            Registration.id > after,
        )
        .order_by(Registration.id)
        .limit(MOST + 1)
    )
    rows = db.session.execute(query).all()
    asked = [_asked(row, there, typed) for row, there in rows[:MOST]]
    page = render_template(
        "staff/questions/questions.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting.id),
        asked=asked,
        typed=typed[1] if typed else None,
        typed_id=typed[0] if typed else 0,
        next=asked[-1].id if len(rows) > MOST else 0,
        after=after,
    )
    return page, status


def _asked(row: Registration, there: ReleasedQuestion | None, typed: tuple[int, ReleaseForm] | None) -> Asked:
    if typed is not None and typed[0] == row.id:
        form = typed[1]
    else:
        form = ReleaseForm(formdata=None, released=there is not None, text=there.text if there else row.question)
    return Asked(row.id, row.question, tongue(row.locale, i18n.speaking()).name, there is not None, form)


@blueprint.post("/families/<int:registration_id>/question")
@requires(Role.COORDINATOR)
def release_question(registration_id: int) -> ResponseReturnValue:
    """Let interpreters read a question, in the words written here; or not any more."""
    row = db.session.get(Registration, registration_id) or abort(404)
    meeting_id = row.meeting_id
    form = ReleaseForm()
    if not form.check():
        return _show(_meeting(meeting_id), (registration_id, form), 422)
    try:
        if form.released.data:
            release(registration_id, form.text.data or "", by=signed_in(), now=clock.now())
        else:
            take_back(registration_id, by=signed_in())
    except NothingAsked:
        db.session.rollback()
        flash(gettext("This family does not ask it any more."), "warn")
        return redirect(url_for("staff.questions", meeting_id=meeting_id), 303)
    db.session.commit()
    words = gettext("Interpreters can read it now.") if form.released.data else gettext("Interpreters cannot read it.")
    flash(words, "good")
    after, here = request.args.get("after", type=numbers.whole), f"question-{registration_id}"
    return redirect(url_for("staff.questions", meeting_id=meeting_id, after=after, _anchor=here), 303)
