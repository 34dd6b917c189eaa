"""The register of interpreters: all of them, one, somebody new."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, i18n, languages
from registration.accounts.forms import page_languages
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext, ngettext
from registration.interpretation import interpreters as verbs
from registration.interpretation import states
from registration.interpretation.lines import money
from registration.interpretation.models import Assignment, Interpreter, Kind, LanguagePair
from registration.meetings.published import content
from registration.staff.blueprint import blueprint
from registration.staff.interpreters import imported
from registration.staff.interpreters.forms import ImportForm, InterpreterForm, filled
from registration.staff.teams.shown import state_words

MOST_JOBS = 100


def kind_words() -> dict[str, str]:
    """How somebody works for the district."""
    return {
        Kind.STAFF.value: gettext("School staff"),
        Kind.CONTRACT.value: gettext("On contract"),
        Kind.AGENCY.value: gettext("Agency"),
    }


@blueprint.get("/interpreters/")
@requires(Role.COORDINATOR)
def interpreters() -> ResponseReturnValue:
    """Everybody, narrowed by language, kind, and where they work."""
    asked = {name: request.args.get(name, "") for name in ("language", "kind", "where")}
    query = select(Interpreter).order_by(Interpreter.blocked, Interpreter.name, Interpreter.id)
    if asked["language"] in languages.LANGUAGES:
        query = query.where(
            Interpreter.id.in_(
                select(LanguagePair.interpreter_id).where(
                    (LanguagePair.source == asked["language"]) | (LanguagePair.target == asked["language"])
                )
            )
        )
    if asked["kind"] in set(Kind):
        query = query.where(Interpreter.kind == asked["kind"])
    if asked["where"] in ("on_site", "remote", "blocked"):
        query = query.where(getattr(Interpreter, asked["where"]))
    return render_template(
        "staff/interpreters/list.html",
        people=[(one, _languages(one)) for one in db.session.scalars(query)],
        asked=asked,
        kinds=kind_words(),
        languages=_known(),
    )


def _known() -> list[tuple[str, str]]:
    tags = set(db.session.scalars(select(LanguagePair.source))) | set(db.session.scalars(select(LanguagePair.target)))
    named = [(tag, languages.capitalised(languages.name_in(tag, i18n.speaking()))) for tag in tags]
    return sorted(named, key=lambda one: languages.sort_key(one[1]))


def _languages(one: Interpreter) -> str:
    there = {(pair.source, pair.target) for pair in one.pairs}
    said = []
    for source, target in sorted(there):
        both = (target, source) in there
        if both and source > target:
            continue
        names = [languages.name_in(tag, i18n.speaking()) for tag in (source, target)]
        said.append((" ↔ " if both else " → ").join(names))
    return "; ".join(said)


def _one(interpreter_id: int) -> Interpreter:
    found = db.session.get(Interpreter, interpreter_id)
    return found if found is not None else abort(404)


@blueprint.route("/interpreters/new", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_interpreter() -> ResponseReturnValue:
    """Somebody new."""
    if request.method == "GET":
        return _show(InterpreterForm(formdata=None, data=filled(None)), None)
    form = InterpreterForm()
    if not form.check():
        return _show(form, None, 422)
    one = verbs.add(form.details(), by=signed_in(), now=clock.now())
    db.session.commit()
    flash(gettext("Saved."), "good")
    return redirect(url_for("staff.interpreter", interpreter_id=one.id), 303)


@blueprint.route("/interpreters/import", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def import_interpreters() -> ResponseReturnValue:
    """A file of interpreters: first what it says, row by row, then it is taken in."""
    form = ImportForm()
    if request.method == "GET":
        return _import(form)
    if not form.validate():
        return _import(form, status=422)
    text = form.text()
    try:
        rows = imported.read(text)
    except imported.NotAFile as wrong:
        form.file.errors = [wrong.words]
        return _import(form, status=422)
    if not form.sure.data:
        return _import(form, rows, text)
    new = [row.details for row in rows if row.details is not None and not row.known]
    for details in new:
        verbs.add(details, by=signed_in(), now=clock.now())
    db.session.commit()
    words = ngettext("%(num)s interpreter was added.", "%(num)s interpreters were added.", len(new))
    flash(words, "good" if new else "info")
    return redirect(url_for("staff.interpreters"), 303)


def _import(
    form: ImportForm, rows: list[imported.Row] | None = None, text: str = "", status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "staff/interpreters/import.html",
        form=form,
        rows=rows,
        text=text,
        new=sum(row.details is not None and not row.known for row in rows or []),
        columns=", ".join(imported.COLUMNS),
    )
    return page, status


@blueprint.route("/interpreters/<int:interpreter_id>/", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def interpreter(interpreter_id: int) -> ResponseReturnValue:
    """One interpreter: all that is known, and the jobs."""
    one = _one(interpreter_id)
    if request.method == "GET":
        return _show(InterpreterForm(formdata=None, data=filled(one)), one)
    form = InterpreterForm()
    if not form.check():
        return _show(form, one, 422)
    try:
        changed = verbs.save(one.id, form.details(), version=form.version.data, by=signed_in(), now=clock.now())
    except verbs.ChangedMeanwhile:
        db.session.rollback()
        one = _one(interpreter_id)
        form.version.data = one.version
        return _show(form, one, 409)
    db.session.commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "good" if changed else "info")
    return redirect(url_for("staff.interpreter", interpreter_id=interpreter_id), 303)


def _show(form: InterpreterForm, one: Interpreter | None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "staff/interpreters/interpreter.html",
        form=form,
        one=one,
        conflict=status == 409,
        kinds=kind_words(),
        languages=page_languages(),
        jobs=_jobs(one.id) if one else [],
    )
    return page, status


def _jobs(interpreter_id: int) -> list[dict[str, str]]:
    query = select(Assignment).where(
        Assignment.interpreter_id == interpreter_id, Assignment.state != states.Assignment.PROPOSED
    )
    read, found = content(i18n.speaking()), []
    for one in db.session.scalars(query.order_by(Assignment.starts_at.desc()).limit(MOST_JOBS)):
        view = read.meeting(one.meeting_id)
        owed = gettext("%(amount)s to pay", amount=money(one.payable_cents)) if one.payable_cents else ""
        found.append(
            {
                "title": str(view.title),
                "when": f"{view.when.date}, {view.when.time}",
                "state": state_words(one.state),
                "owed": owed,
                "href": url_for("staff.interpretation", meeting_id=one.meeting_id),
            }
        )
    return found
