"""The briefing of a meeting's interpreters: what they read, what they prepare with."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from registration import clock, i18n, languages, phones
from registration.accounts.forms import ButtonForm
from registration.accounts.guard import current_person, requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families.models import OWN_WORDS, Demand
from registration.i18n import gettext
from registration.interpretation.briefing import files, shown, write
from registration.interpretation.briefing.download import download
from registration.interpretation.briefing.models import Briefing, Material
from registration.meetings.models import InterpretationService, Meeting
from registration.meetings.published import content
from registration.staff.blueprint import blueprint
from registration.staff.briefing.forms import (
    MOST_BODY,
    BriefingForm,
    MaterialForm,
    SupplyForm,
    filled,
    kinds,
    most,
)

P = ParamSpec("P")


def takes_files(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Read more than any form of ours has, from whoever is signed in; stands before the guard, which reads the form."""

    @wraps(view)
    def reading(*arguments: P.args, **values: P.kwargs) -> ResponseReturnValue:
        if current_person() is not None:
            request.max_content_length = MOST_BODY
        return view(*arguments, **values)

    return reading


def _meeting(meeting_id: int) -> Meeting:
    found = db.session.get(Meeting, meeting_id)
    return found if found is not None else abort(404)


def _material(material_id: int) -> Material:
    found = db.session.get(Material, material_id)
    return found if found is not None else abort(404)


@blueprint.route("/meetings/<int:meeting_id>/briefing", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def briefing(meeting_id: int) -> ResponseReturnValue:
    """What interpreters of this meeting read, as they read it."""
    meeting = _meeting(meeting_id)
    if request.method == "GET":
        return _show(meeting)
    form = BriefingForm()
    if not form.check():
        return _show(meeting, form, status=422)
    words, version = form.words_for(meeting), form.version.data
    try:
        changed = write.keep(meeting_id, words, version=version, by=signed_in(), now=clock.now())
    except write.WrittenMeanwhile:
        db.session.rollback()
        there = db.session.get(Briefing, meeting_id)
        form.version.data = there.version if there else 0
        return _show(_meeting(meeting_id), form, status=409)
    db.session.commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(url_for("staff.briefing", meeting_id=meeting_id), 303)


@blueprint.post("/meetings/<int:meeting_id>/briefing/materials")
@takes_files
@requires(Role.COORDINATOR)
def add_material(meeting_id: int) -> ResponseReturnValue:
    """Something to prepare with, or that it is still to come."""
    meeting = _meeting(meeting_id)
    form = MaterialForm()
    if not form.check_for(_tags(meeting)):
        return _show(meeting, adding=form, status=422)
    write.add(meeting_id, form.wanted(), by=signed_in(), now=clock.now())
    db.session.commit()
    flash(gettext("Added."), "good")
    return redirect(url_for("staff.briefing", meeting_id=meeting_id, _anchor="materials"), 303)


@blueprint.post("/materials/<int:material_id>/supply")
@takes_files
@requires(Role.COORDINATOR)
def supply_material(material_id: int) -> ResponseReturnValue:
    """What was expected is here."""
    found = _material(material_id)
    meeting = _meeting(found.meeting_id)
    form = SupplyForm()
    if not form.check_it(needed=True):
        return _show(meeting, supplying=(material_id, form), status=422)
    try:
        write.supply(material_id, link=form.link.data or "", file=form.sent, by=signed_in(), now=clock.now())
    except (write.IsThere, NoResultFound):
        return _not_any_more(meeting.id)
    db.session.commit()
    flash(gettext("Added."), "good")
    return redirect(url_for("staff.briefing", meeting_id=meeting.id, _anchor="materials"), 303)


@blueprint.post("/materials/<int:material_id>/remove")
@requires(Role.COORDINATOR)
def remove_material(material_id: int) -> ResponseReturnValue:
    """Take it out; its file is deleted."""
    meeting_id = _material(material_id).meeting_id
    if not ButtonForm().validate():
        flash(gettext("This page was open for a long time. Please press the button again."), "warn")
        return redirect(url_for("staff.briefing", meeting_id=meeting_id, _anchor="materials"), 303)
    try:
        write.remove(material_id, by=signed_in())
    except NoResultFound:
        return _not_any_more(meeting_id)
    db.session.commit()
    flash(gettext("It is taken out."), "good")
    return redirect(url_for("staff.briefing", meeting_id=meeting_id, _anchor="materials"), 303)


def _not_any_more(meeting_id: int) -> ResponseReturnValue:
    db.session.rollback()
    flash(gettext("It stands otherwise by now. See below."), "warn")
    return redirect(url_for("staff.briefing", meeting_id=meeting_id, _anchor="materials"), 303)


@blueprint.get("/materials/<int:material_id>/file")
@requires(Role.COORDINATOR)
def material_file(material_id: int) -> ResponseReturnValue:
    """The file itself."""
    return download(_material(material_id)) or abort(404)


def _tags(meeting: Meeting) -> list[str]:
    """Languages that are asked for or provided at a meeting."""
    provided = select(InterpretationService.language).where(InterpretationService.meeting_id == meeting.id)
    asked = select(Demand.language).where(Demand.meeting_id == meeting.id, Demand.language != OWN_WORDS)
    tags = {*db.session.scalars(provided), *db.session.scalars(asked)} - {meeting.floor_language}
    return sorted(tags, key=lambda tag: languages.sort_key(languages.name_in(tag, i18n.speaking())))


def _show(
    meeting: Meeting,
    form: BriefingForm | None = None,
    *,
    adding: SupplyForm | None = None,
    supplying: tuple[int, SupplyForm] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    there = db.session.get(Briefing, meeting.id)
    read = shown.shown(meeting, lambda number: url_for("staff.material_file", material_id=number))
    names = [(tag, languages.capitalised(languages.name_in(tag, i18n.speaking()))) for tag in _tags(meeting)]
    page = render_template(
        "staff/briefing/briefing.html",
        meeting=meeting,
        view=content(i18n.speaking()).meeting(meeting.id),
        form=form or BriefingForm(formdata=None, data=filled(meeting, there)),
        adding=adding or MaterialForm(formdata=None),
        supplying=supplying or (0, SupplyForm(formdata=None)),
        shown=read,
        phone=phones.display(read.phone) if read.phone else "",
        phone_href=phones.href(read.phone) if read.phone else "",
        meanwhile=status == 409,
        kinds=[(kind.value, words) for kind, words in shown.kind_words().items()],
        languages=[("", gettext("All languages")), *names],
        endings=kinds(),
        accept=",".join(f".{one}" for one in files.KINDS),
        most=most(),
    )
    return page, status
