"""Removing fake registrations: choose, see what will happen, do it, undo it within a day."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration import clock, database, dates, i18n, phones
from registration.accounts import audit
from registration.accounts.guard import requires, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.models import Registration, Removal
from registration.forms import Form, a_day, whole_number
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting
from registration.meetings.published import content
from registration.meetings.shown import MeetingView
from registration.staff.blueprint import blueprint
from registration.staff.family.history import moment
from registration.staff.removals import choose
from registration.staff.removals.choose import Looks
from registration.staff.removals.foreseen import MOST
from registration.staff.removals.remove import CannotUndo, Undone, can_undo, remove, undo


class RemovalForm(Form):
    """A button; the chosen registrations are fields of their own name, `chosen`."""


@dataclass(frozen=True, slots=True)
class RegistrationShown:
    """One line of the list."""

    row: Registration
    contact: str
    when: str


@dataclass(frozen=True, slots=True)
class RemovalShown:
    """A removal that was done."""

    row: Removal
    when: str
    who: str
    until: str


@blueprint.get("/meetings/<int:meeting_id>/removals/")
@requires(Role.COORDINATOR)
def removals(meeting_id: int) -> ResponseReturnValue:
    """The newest registrations, to choose from; removals that can still be undone."""
    return _list(*_meeting(meeting_id))


def _meeting(meeting_id: int) -> tuple[Meeting, MeetingView]:
    meeting = db.session.get(Meeting, meeting_id)
    if meeting is None:
        abort(404)
    return meeting, content(i18n.speaking()).meeting(meeting_id)


def _list(meeting: Meeting, view: MeetingView, problem: str = "", *, old_form: bool = False) -> ResponseReturnValue:
    looks = _looks()
    html = render_template(
        "staff/removals/removals.html",
        view=view,
        meeting=meeting,
        rows=[_row(row, meeting) for row in choose.like(looks, meeting)],
        most=choose.shown_at_most(looks),
        looks=looks,
        asked=_arguments(looks),
        removals=[_removal(row, meeting) for row in choose.removals_of(meeting.id)],
        form=RemovalForm(),
        problem=problem,
        old_form=old_form,
    )
    return html, 422 if problem or old_form else 200


def _looks() -> Looks:
    said = request.args
    name, domain = (said.get(one, "").strip()[:128] for one in ("name", "domain"))
    return Looks(name, domain.removeprefix("@"), a_day(said.get("since", "")), a_day(said.get("until", "")))


def _arguments(looks: Looks) -> dict[str, str]:
    said = {
        "name": looks.name,
        "domain": looks.domain,
        "since": looks.since.isoformat() if looks.since else "",
        "until": looks.until.isoformat() if looks.until else "",
    }
    return {name: value for name, value in said.items() if value}


def _row(row: Registration, meeting: Meeting) -> RegistrationShown:
    contact = row.email or (phones.display(row.phone) if row.phone else "")
    return RegistrationShown(row, contact, _short(row, meeting))


def _short(row: Registration, meeting: Meeting) -> str:
    tag, zone = i18n.speaking(), meeting.time_zone
    return f"{dates.day_month(row.created_at, zone, tag)}, {dates.time(row.created_at, zone, tag)}"


def _removal(row: Removal, meeting: Meeting) -> RemovalShown:
    person = db.session.get(Person, row.person_id) if row.person_id else None
    until = moment(choose.undo_until(row), meeting.time_zone) if can_undo(row, meeting, clock.now()) else ""
    return RemovalShown(row, moment(row.at, meeting.time_zone), person.name if person else "", until)


@blueprint.post("/meetings/<int:meeting_id>/removals/")
@requires(Role.COORDINATOR)
def remove_registrations(meeting_id: int) -> ResponseReturnValue:
    """First what would happen; with `confirmed`, do it."""
    if request.form.get("confirmed") != "yes":
        # It shows and writes nothing, so it waits for nobody.
        database.reads_only()
    meeting, view = _meeting(meeting_id)
    if not RemovalForm().validate():
        return _list(meeting, view, old_form=True)
    numbers = (whole_number(one) for one in request.form.getlist("chosen"))
    ids = list(dict.fromkeys(number for number in numbers if number >= 0))
    if not ids:
        return _list(meeting, view, gettext("Choose at least one registration"))
    if len(ids) > MOST:
        return _list(meeting, view, gettext("Choose at most %(number)s registrations", number=MOST))
    if request.form.get("confirmed") != "yes":
        return _confirm(ids, meeting, view)
    return _remove(ids, meeting_id)


def _confirm(ids: list[int], meeting: Meeting, view: MeetingView) -> ResponseReturnValue:
    going = choose.those(ids, meeting.id)
    seen, promoted = choose.what_would_happen(going, meeting)
    return render_template(
        "staff/removals/confirm.html",
        view=view,
        meeting=meeting,
        going=[_row(row, meeting) for row in going],
        seen=seen,
        promoted=promoted,
        form=RemovalForm(),
    )


def _remove(ids: list[int], meeting_id: int) -> ResponseReturnValue:
    removal = remove(meeting_id, ids, person_id=signed_in().id, now=clock.now())
    if removal is None:
        db.session.rollback()
        flash(gettext("These registrations are removed already."), "info")
        return _back(meeting_id)
    number, removal_id = removal.families, removal.id
    audit.record(
        "registrations.removed",
        object_kind="removal",
        object_id=removal_id,
        meeting_id=meeting_id,
        person=signed_in(),
        facts={"families": number},
    )
    db.session.commit()
    said = ngettext("%(num)s registration is removed.", "%(num)s registrations are removed.", number)
    flash(" ".join((said, gettext("You can undo this for a day."))), "good")
    return _back(meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/removals/<int:removal_id>/undo")
@requires(Role.COORDINATOR)
def undo_removal(meeting_id: int, removal_id: int) -> ResponseReturnValue:
    """Bring the registrations of a removal back. Twice is once."""
    meeting, view = _meeting(meeting_id)
    if not RemovalForm().validate():
        return _list(meeting, view, old_form=True)
    removal = db.session.get(Removal, removal_id)
    if removal is None or removal.meeting_id != meeting_id:
        abort(404)
    try:
        done = undo(removal_id, meeting_id, now=clock.now())
    except CannotUndo:
        db.session.rollback()
        flash(gettext("This cannot be undone any more."), "warn")
        return _back(meeting_id)
    if not done.again:
        _restored(removal_id, meeting_id, done)
    db.session.commit()
    return _back(meeting_id)


def _restored(removal_id: int, meeting_id: int, done: Undone) -> None:
    audit.record(
        "registrations.restored",
        object_kind="removal",
        object_id=removal_id,
        meeting_id=meeting_id,
        person=signed_in(),
        facts={"registered": done.registered, "waiting": done.waiting},
    )
    seated = ngettext(
        "%(num)s family has its seats again.", "%(num)s families have their seats again.", done.registered
    )
    said = [seated]
    if done.waiting:
        said.append(ngettext("%(num)s family waits now.", "%(num)s families wait now.", done.waiting))
    flash(" ".join(said), "warn" if done.waiting else "good")


def _back(meeting_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.removals", meeting_id=meeting_id), 303)
