"""What the pages of teams share."""

from collections.abc import Callable, Sequence

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from registration import clock, i18n
from registration.extensions import db
from registration.families.interpretation import Key
from registration.forms import Form
from registration.interpretation.models import Assignment
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.staff.teams.foreseen import foresee

Pairs = Sequence[tuple[str, str]]


def meeting_of(meeting_id: int) -> Meeting:
    """A meeting; 404 where there is none."""
    found = db.session.get(Meeting, meeting_id)
    return found if found is not None else abort(404)


def team_address(meeting_id: int, key: Key) -> str:
    """Where the team of a language is decided about."""
    return url_for("staff.team", meeting_id=meeting_id, language=key.language, modality=key.modality.value)


def sure(
    do: Callable[[], Assignment], form: Form, action: str, address: str, answers: Pairs = ()
) -> ResponseReturnValue:
    """Who will be told what, with a button that does it; `answers`: what the button sends along."""
    found = foresee(do, clock.now())
    return render_template(
        "staff/teams/sure.html",
        view=content(i18n.speaking()).meeting(found.meeting_id),
        name=found.name,
        form=form,
        complete=found.complete,
        groups=found.groups,
        families=found.families,
        answers=answers,
        action=action,
        up_address=address,
    )
