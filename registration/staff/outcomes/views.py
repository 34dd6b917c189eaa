"""What became of each language at a meeting that has begun, and the count that adds up."""

from flask import abort, flash, redirect, render_template, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from registration import clock, i18n
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import outcomes
from registration.families.interpretation import Key
from registration.families.models import OWN_WORDS
from registration.families.outcomes import Counted
from registration.i18n import gettext
from registration.meetings.models import Meeting, MeetingStatus
from registration.meetings.published import content
from registration.staff.blueprint import blueprint
from registration.staff.outcomes import foreseen
from registration.staff.outcomes.forms import OutcomesForm, choices, fill, form_for, name_of
from registration.staff.today.said import asked_for


def _meeting(meeting_id: int) -> Meeting:
    found = db.session.get(Meeting, meeting_id, populate_existing=True)
    return found if found is not None else abort(404)


@blueprint.route("/meetings/<int:meeting_id>/outcome", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def outcomes_of_meeting(meeting_id: int) -> ResponseReturnValue:
    """Say what was served; before the meeting begins there is nothing to say."""
    meeting = _meeting(meeting_id)
    counted, seen = outcomes.counted(meeting_id), foreseen.of_meeting(meeting_id)
    keys = _keys(counted)
    if asked.method == "GET":
        form = form_for(keys, typed=False)
        fill(form, outcomes.said_of(meeting_id), seen)
        return _show(meeting, form, counted, seen)
    form = form_for(keys, typed=True)
    if not form.check():
        return _show(meeting, form, counted, seen, 422)
    try:
        outcomes.say(meeting_id, form.said(), by=signed_in(), now=clock.now())
    except outcomes.TooEarly:
        db.session.rollback()
        return _show(_meeting(meeting_id), form, counted, seen, 409)
    except outcomes.SaidMeanwhile:
        db.session.rollback()
        return _meanwhile(meeting_id, form, counted, seen)
    db.session.commit()
    flash(gettext("Saved. Families see it on their page. Nobody is told by mail."), "good")
    return redirect(url_for("staff.outcomes_of_meeting", meeting_id=meeting_id), 303)


def _meanwhile(
    meeting_id: int, form: OutcomesForm, counted: dict[Key, Counted], seen: dict[Key, foreseen.Seen]
) -> ResponseReturnValue:
    """What was chosen here stays chosen; pressing again says it over what somebody else has said."""
    there = outcomes.said_of(meeting_id)
    for key in form.keys:
        form[name_of("version", key)].data = there[key].version if key in there else 0
    flash(
        gettext("Somebody else said it just now. Your choices are below. Save again to put them in its place."), "bad"
    )
    return _show(_meeting(meeting_id), form, counted, seen, 409)


def _keys(counted: dict[Key, Counted]) -> list[Key]:
    """Languages of which something is still to be said, or was: not those that every family has taken back."""
    kept = [key for key, numbers in counted.items() if numbers.requested > numbers.withdrawn]
    return sorted(kept, key=lambda key: (-counted[key].requested, key.language, key.modality))


def _show(
    meeting: Meeting,
    form: OutcomesForm,
    counted: dict[Key, Counted],
    seen: dict[Key, foreseen.Seen],
    status: int = 200,
) -> ResponseReturnValue:
    rows = sorted(counted, key=lambda key: (-counted[key].requested, key.language, key.modality))
    page = render_template(
        "staff/outcomes/outcomes.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting.id),
        form=form,
        begun=meeting.starts_at <= clock.now() and meeting.status == MeetingStatus.SCHEDULED,
        rows=[(name(key), counted[key]) for key in rows],
        languages=[(key, name(key), _seats(seen.get(key))) for key in form.keys],
        field=name_of,
        choices=[("", gettext("Please choose")), *choices().items()],
    )
    return page, status


def name(key: Key) -> str:
    """A language as a heading names it."""
    return gettext("In own words") if key.language == OWN_WORDS else asked_for(key.language, key.modality)


def _seats(seen: foreseen.Seen | None) -> str:
    if seen is None or not seen.seats:
        return ""
    return gettext("%(there)s of %(seats)s interpreters were there.", there=seen.there, seats=seen.seats)
