"""The page where staff write the way into an online meeting."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import i18n
from registration.accounts import audit
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import seats
from registration.i18n import gettext
from registration.meetings.models import InterpretationService, Meeting
from registration.meetings.published import content, forget_version
from registration.meetings.shown import tongue
from registration.staff.blueprint import blueprint
from registration.staff.online.access import Access, of_meeting, store
from registration.staff.online.forms import AccessForm, access_form


def _meeting(meeting_id: int) -> Meeting:
    found = db.session.get(Meeting, meeting_id) if meeting_id < 2**31 else None
    return found if found is not None else abort(404)


@blueprint.route("/meetings/<int:meeting_id>/online", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def online_access(meeting_id: int) -> ResponseReturnValue:
    """The way into the meeting online, for everybody and by language. Families see only their own."""
    meeting = _meeting(meeting_id)
    tags = _languages(meeting)
    known = of_meeting(meeting_id)
    made = access_form(tags)
    if request.method == "GET":
        return _page(meeting, made(formdata=None, data=_data(made.suffixes, known, meeting)))
    form = made()
    if not form.fits():
        return _page(meeting, form, 422)
    locked = seats.lock(meeting_id)
    if locked.version != form.shown_version:
        there = of_meeting(meeting_id)
        if any(there.get(tag, Access()) != way for tag, way in form.ways().items()):
            return _meanwhile(meeting_id, form)
    changed = store(meeting_id, form.ways())
    if changed:
        locked.version += 1
        facts: dict[str, audit.Fact] = {"languages": [tag for tag in changed if tag], "everybody": "" in changed}
        audit.record(
            "online_written",
            object_kind="meeting",
            object_id=meeting_id,
            meeting_id=meeting_id,
            person=signed_in(),
            facts=facts,
        )
    db.session.commit()
    flash(gettext("Saved. Families who take part online see it on their own page."), "good")
    return redirect(url_for("staff.online_access", meeting_id=meeting_id), 303)


def _meanwhile(meeting_id: int, form: AccessForm) -> ResponseReturnValue:
    there = of_meeting(meeting_id)
    db.session.rollback()
    forget_version()
    meeting = _meeting(meeting_id)
    form.version.data = str(meeting.version)
    return _page(meeting, form, 409, there)


def _data(suffixes: Mapping[str, str], known: dict[str, Access], meeting: Meeting) -> dict[str, Any]:
    found: dict[str, Any] = {"version": meeting.version}
    for tag, suffix in suffixes.items():
        way = known.get(tag, Access())
        found |= {f"link{suffix}": way.link, f"dial_in{suffix}": way.dial_in, f"passcode{suffix}": way.passcode}
    return found


def _languages(meeting: Meeting) -> list[str]:
    """Everybody, then the languages with an interpreter or already a way of their own."""
    query = select(InterpretationService.language).where(InterpretationService.meeting_id == meeting.id)
    tags = [*db.session.scalars(query.order_by(InterpretationService.id)), *of_meeting(meeting.id)]
    return ["", *dict.fromkeys(tag for tag in tags if tag and tag != meeting.floor_language)]


def _page(
    meeting: Meeting, form: AccessForm, status: int = 200, there: dict[str, Access] | None = None
) -> ResponseReturnValue:
    tag = i18n.speaking()
    page = render_template(
        "staff/online/online.html",
        meeting=meeting,
        view=content(tag).meeting(meeting.id),
        form=form,
        ways=[(suffix, tongue(one, tag) if one else None) for one, suffix in form.suffixes.items()],
        there=[(tongue(one, tag) if one else None, way) for one, way in (there or {}).items()],
        meanwhile=status == 409,
        action=url_for("staff.online_access", meeting_id=meeting.id),
    )
    return page, status
