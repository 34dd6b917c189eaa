"""The page where staff write the way into an online meeting."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import audience
from registration.families.models import Attendance, Modality
from registration.i18n import gettext, ngettext
from registration.meetings.models import InterpretationService, Meeting
from registration.meetings.published import content, forget_version
from registration.meetings.shown import tongue
from registration.staff.blueprint import blueprint
from registration.staff.online.access import Access, of_meeting
from registration.staff.online.change_access import MESSAGE, Done, WrittenMeanwhile, change_access
from registration.staff.online.forms import AccessForm, access_form
from registration.staff.plan.foreseen import groups


def _meeting(meeting_id: int) -> Meeting:
    found = db.session.get(Meeting, meeting_id)
    return found if found is not None else abort(404)


@blueprint.route("/meetings/<int:meeting_id>/online", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def online_access(meeting_id: int) -> ResponseReturnValue:
    """The way into the meeting online, for everybody and by language. Families see only their own.

    First the form, then, where it concerns families, who can be told what; then it is done.
    """
    meeting = _meeting(meeting_id)
    tags = _languages(meeting)
    known = of_meeting(meeting_id)
    made = access_form(tags)
    if request.method == "GET":
        return _page(meeting, made(formdata=None, data=_data(made.suffixes, known, meeting)))
    form = made()
    if not form.fits() or form.edit.data:
        return _page(meeting, form, 200 if form.edit.data and not form.errors else 422)
    try:
        return _do(meeting_id, form) if form.sure.data else _foresee(meeting_id, form)
    except WrittenMeanwhile:
        return _meanwhile(meeting_id, form)


def _write(meeting_id: int, form: AccessForm, *, tell: bool) -> Done:
    version, now = form.shown_version, clock.now()
    return change_access(meeting_id, form.ways(), version=version, tell=tell, by=signed_in(), now=now)


def _do(meeting_id: int, form: AccessForm) -> ResponseReturnValue:
    done = _write(meeting_id, form, tell=bool(form.tell.data))
    db.session.commit()
    flash(gettext("Saved. Families who take part online see it on their own page."), "good")
    if done.told:
        flash(ngettext("%(num)s family is told.", "%(num)s families are told.", done.told), "good")
    return redirect(url_for("staff.online_access", meeting_id=meeting_id), 303)


def _foresee(meeting_id: int, form: AccessForm) -> ResponseReturnValue:
    """Write it, read whom it concerns and what they would be told, and take it back; where nobody is, it is done."""
    done = _write(meeting_id, form, tell=False)
    numbers = audience.numbers(done.concerned) if done.changed else []
    if not numbers:
        db.session.rollback()
        return _do(meeting_id, form)
    now, tag = clock.now(), i18n.speaking()
    own = [(one, Modality.SPOKEN.value) for one in done.changed if one] if "" not in done.changed else []
    found = groups(
        MESSAGE, done.meeting, numbers, {}, now=now, speaking=tag, requests=own, attendance=Attendance.ONLINE
    )
    db.session.rollback()
    forget_version()
    return render_template(
        "staff/online/sure.html",
        view=content(tag).meeting(meeting_id),
        form=form,
        groups=found,
        families=sum(one.mail + one.call for one in found),
        languages=[tongue(one, tag).name if one else gettext("For everybody") for one in done.changed],
        action=url_for("staff.online_access", meeting_id=meeting_id),
    )


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
