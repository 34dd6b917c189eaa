"""Everything held about a family, for a family that asks for it: a file, or a page to print. Both are recorded."""

import json
from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from registration import clock, i18n
from registration.accounts.guard import requires
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.models import Registration
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.privacy.held import Held, held_about
from registration.staff.blueprint import blueprint
from registration.staff.calls import shown as calls_shown
from registration.staff.calls.views import calls_made
from registration.staff.family import history
from registration.staff.family.forms import ButtonForm
from registration.staff.family.views.page import answer_rows, open_family, record
from registration.staff.mail import kinds


@blueprint.get("/families/<int:registration_id>/data")
@requires(Role.COORDINATOR)
def family_data(registration_id: int) -> ResponseReturnValue:
    """What is given out, and how."""
    return _ask(registration_id)


def _ask(registration_id: int, status: int = 200) -> ResponseReturnValue:
    registration, _, view = open_family(registration_id)
    html = render_template("staff/family/data.html", registration=registration, view=view, form=ButtonForm())
    return html, status


@blueprint.post("/families/<int:registration_id>/data.json")
@requires(Role.COORDINATOR)
def family_data_file(registration_id: int) -> ResponseReturnValue:
    """As a file that programs read."""
    if not ButtonForm().validate():
        return _ask(registration_id, 422)
    held = _given(registration_id, "json")
    text = json.dumps(held, ensure_ascii=False, indent=2) + "\n"
    response = Response(text, mimetype="application/json")
    name = f"registration-{held['registration']['code']}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/families/<int:registration_id>/data.html")
@requires(Role.COORDINATOR)
def family_data_page(registration_id: int) -> ResponseReturnValue:
    """As a page in the family's language, to read out or to print."""
    if not ButtonForm().validate():
        return _ask(registration_id, 422)
    held = _given(registration_id, "page")
    registration, meeting, _ = open_family(registration_id)
    with i18n.spoken(registration.locale):
        html = render_template(
            "staff/family/data_page.html",
            registration=registration,
            view=content(registration.locale).meeting(meeting.id),
            held=held,
            **_in_words(registration, meeting),
        )
    response = Response(html, mimetype="text/html")
    response.headers["Content-Language"] = registration.locale
    return response


def _in_words(registration: Registration, meeting: Meeting) -> dict[str, Any]:
    """What is read on the page, in the language just spoken. Who of staff did something is not the family's data."""
    view, zone = content(i18n.speaking()).meeting(meeting.id), meeting.time_zone
    messages, entries = history.messages_to(registration.id), history.entries_of(registration.id)
    happened = history.history(registration, "", messages, [(entry, "") for entry, _ in entries])
    calls = calls_shown.made(calls_made(registration.id), zone)
    return {
        "rows": answer_rows(registration, view),
        "messages": [
            (one, kinds.name(one.message), history.moment(one.sent_at or one.created_at, zone)) for one in messages
        ],
        "calls": [{**one, "who": ""} for one in calls],
        "happened": [{**one, "who": ""} for one in history.shown(happened, zone)],
    }


def _given(registration_id: int, kind: str) -> Held:
    registration, meeting, _ = open_family(registration_id)
    held = held_about(registration, clock.now())
    record("family.data_given", registration_id, meeting.id, format=kind)
    db.session.commit()
    return held
