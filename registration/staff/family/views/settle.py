"""Which language own words mean, the private note, and "this is not me"."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from registration import clock, i18n, languages
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.families import demand
from registration.families.change import new_link, withdraw
from registration.families.mapping import NotOwnWords, map_language
from registration.families.models import OWN_WORDS, CallResult, InterpretationRequest, Registration
from registration.i18n import gettext
from registration.staff.blueprint import blueprint
from registration.staff.calls.record import calls_noted, note_call
from registration.staff.calls.shown import contact
from registration.staff.family.forms import DoubtForm, LanguageForm, NoteForm
from registration.staff.family.settle import NoteChanged, is_them, seen_as, write_note
from registration.staff.family.views.page import open_family, record, to_family


@blueprint.route("/families/<int:registration_id>/language/<int:request_id>", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def family_language(registration_id: int, request_id: int) -> ResponseReturnValue:
    """Choose which language a family's own words mean."""
    registration, meeting, view = open_family(registration_id)
    asked = _own_words(registration, request_id)
    form = LanguageForm()
    if asked is None:
        return _settled(registration_id)
    if request.method == "GET" or not form.choose():
        html = render_template(
            "staff/family/language.html",
            registration=registration,
            view=view,
            asked=asked,
            form=form,
            languages=_languages(),
        )
        return html, 200 if request.method == "GET" else 422
    chosen, meeting_id = form.language.data, meeting.id
    try:
        mapped = map_language(
            request_id, registration_id, meeting_id, chosen, person_id=signed_in().id, now=clock.now()
        )
    except NotOwnWords:
        db.session.rollback()
        return _settled(registration_id)
    record("family.mapped", registration_id, meeting_id, language=chosen)
    db.session.commit()
    name = languages.name_in(chosen, i18n.speaking())
    if mapped.request is None:
        flash(
            gettext("The meeting is in %(language)s. This family needs no interpreter for it.", language=name), "good"
        )
    else:
        flash(gettext("Now we look for an interpreter: %(language)s.", language=name), "good")
    return to_family(registration_id)


def _own_words(registration: Registration, request_id: int) -> InterpretationRequest | None:
    return next((r for r in demand.active(registration) if r.id == request_id and r.language == OWN_WORDS), None)


def _settled(registration_id: int) -> ResponseReturnValue:
    flash(gettext("This request is settled already."), "info")
    return to_family(registration_id)


def _languages() -> list[tuple[str, str]]:
    """Every language that can be asked for, by its name and its own name."""
    tag = i18n.speaking()
    found = []
    for row in languages.LANGUAGES.values():
        if row.spoken:
            name = languages.capitalised(languages.name_in(row.tag, tag))
            found.append((row.tag, name if name == row.own_name else f"{name} – {row.own_name}"))
    return [("", gettext("Choose a language")), *sorted(found, key=lambda pair: languages.sort_key(pair[1]))]


@blueprint.route("/families/<int:registration_id>/note", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def family_note(registration_id: int) -> ResponseReturnValue:
    """A note on the family's language, for staff and interpreters only."""
    registration, meeting, view = open_family(registration_id)
    form, meeting_id = NoteForm(), meeting.id
    if request.method == "GET":
        form.note.data, form.seen.data = registration.dialect_note, seen_as(registration.dialect_note)
        return render_template("staff/family/note.html", registration=registration, view=view, form=form, theirs="")
    if not form.validate():
        html = render_template("staff/family/note.html", registration=registration, view=view, form=form, theirs="")
        return html, 422
    try:
        if write_note(registration_id, form.note.data or "", seen=form.seen.data or ""):
            record("family.noted", registration_id, meeting_id)
    except NoteChanged as other:
        db.session.rollback()
        registration, _, view = open_family(registration_id)
        form.seen.data = seen_as(other.note)
        page = "staff/family/note.html"
        return render_template(page, registration=registration, view=view, form=form, theirs=other.note or "–"), 409
    db.session.commit()
    flash(gettext("The note is saved."), "good")
    return to_family(registration_id)


@blueprint.route("/families/<int:registration_id>/not-me", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def family_not_me(registration_id: int) -> ResponseReturnValue:
    """Settle "this is not me": withdraw the registration, or keep it after a call."""
    registration, meeting, view = open_family(registration_id)
    form, meeting_id = DoubtForm(), meeting.id
    if registration.not_me_at is None:
        return to_family(registration_id)
    if request.method == "GET" or not form.validate() or not form.said:
        html = render_template(
            "staff/family/not_me.html",
            registration=registration,
            view=view,
            form=form,
            contact=contact(registration),
        )
        return html, 200 if request.method == "GET" else 422
    if form.said == "withdraw":
        withdraw(registration_id, meeting_id, now=clock.now(), actor="staff", person_id=signed_in().id)
        record("family.withdrawn", registration_id, meeting_id)
        flash(gettext("This registration is withdrawn. Nobody is told."), "good")
    else:
        _keep(registration_id, meeting_id, form.note.data or "")
        flash(gettext("This registration stays. The family is told things by mail again."), "good")
    db.session.commit()
    return to_family(registration_id)


def _keep(registration_id: int, meeting_id: int, note: str) -> None:
    if not is_them(registration_id, meeting_id):
        return
    record("family.kept", registration_id, meeting_id)
    # "This is not me" had revoked the link.
    new_link(registration_id, meeting_id, clock.now())
    note_call(
        registration_id,
        meeting_id,
        CallResult.REACHED,
        note,
        message_ids=(),
        noted_before=calls_noted(registration_id),
        person_id=signed_in().id,
        now=clock.now(),
    )
