"""The register of interpreters: all of them, one, somebody new."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registration import clock, languages
from registration.accounts.forms import page_languages
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.extensions import db
from registration.i18n import gettext, ngettext
from registration.interpretation import interpreters as verbs
from registration.interpretation.lines import money
from registration.interpretation.models import Interpreter, Kind, LanguagePair
from registration.interpretation.own import statement as statements
from registration.interpretation.own.statement import download
from registration.staff.blueprint import blueprint
from registration.staff.interpreters import imported, shown
from registration.staff.interpreters.forms import ImportForm, InterpreterForm, SeenForm, filled
from registration.staff.interpreters.let_in import NoEmail, OfAnother, SwitchedOff, let_in


@blueprint.get("/interpreters/")
@requires(Role.COORDINATOR)
def interpreters() -> ResponseReturnValue:
    """Everybody, narrowed by the languages of a pair, kind, and where they work."""
    asked = {name: request.args.get(name, "") for name in ("source", "target", "kind", "where")}
    query = select(Interpreter).order_by(Interpreter.blocked, Interpreter.name, Interpreter.id)
    pair = {name: asked[name] for name in ("source", "target") if asked[name] in languages.LANGUAGES}
    if pair:
        works = select(LanguagePair.interpreter_id).filter_by(**pair)
        query = query.where(Interpreter.id.in_(works))
    if asked["kind"] in set(Kind):
        query = query.where(Interpreter.kind == asked["kind"])
    if asked["where"] in ("on_site", "remote", "blocked"):
        query = query.where(getattr(Interpreter, asked["where"]))
    sources, targets = shown.known_languages()
    return render_template(
        "staff/interpreters/list.html",
        people=[(one, shown.pairs(one)) for one in db.session.scalars(query)],
        changed={number for number, _, _ in verbs.unseen_changes()},
        asked=asked,
        kinds=shown.kind_words(),
        sources=sources,
        targets=targets,
    )


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
    if text is None:
        return _import(form, status=422)
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
    changes = verbs.changes_of(one.id) if one else []
    page = render_template(
        "staff/interpreters/interpreter.html",
        form=form,
        one=one,
        conflict=status == 409,
        kinds=shown.kind_words(),
        languages=page_languages(),
        jobs=shown.jobs(one.id) if one else [],
        changes=shown.changed(changes),
        last_change=changes[-1].id if changes else 0,
        signs_in=shown.signs_in(one) if one else None,
        may_let_in=Role.ADMINISTRATOR in signed_in().roles,
        act=SeenForm(formdata=None),
    )
    return page, status


def _back(interpreter_id: int, words: str, kind: str = "good") -> ResponseReturnValue:
    flash(words, kind)
    return redirect(url_for("staff.interpreter", interpreter_id=interpreter_id), 303)


@blueprint.post("/interpreters/<int:interpreter_id>/seen")
@requires(Role.COORDINATOR)
def seen_changes(interpreter_id: int) -> ResponseReturnValue:
    """Staff have seen what an interpreter changed of their own."""
    one, form = _one(interpreter_id), SeenForm()
    if not form.validate():
        return _back(one.id, gettext("Nothing was saved yet. Please press the button again."), "warn")
    verbs.seen(one.id, form.up_to.data, by=signed_in(), now=clock.now())
    db.session.commit()
    return _back(one.id, gettext("Marked as seen."))


@blueprint.post("/interpreters/<int:interpreter_id>/let-in")
@requires(Role.ADMINISTRATOR)
def let_interpreter_in(interpreter_id: int) -> ResponseReturnValue:
    """An account for an interpreter, or the role for the one that they have."""
    one, form = _one(interpreter_id), SeenForm()
    if not form.validate():
        return _back(one.id, gettext("Nothing was saved yet. Please press the button again."), "warn")
    try:
        new = let_in(one.id, by=signed_in())
    except NoEmail:
        return _back(one.id, gettext("Write their email first. They sign in with it."), "bad")
    except SwitchedOff as refused:
        return _back(one.id, gettext("The account of %(name)s is switched off.", name=refused.person.name), "bad")
    except OfAnother as refused:
        words = gettext("The account of this address belongs to %(name)s.", name=refused.interpreter.name)
        return _back(one.id, words, "bad")
    db.session.commit()
    words = gettext("%(name)s can sign in now.", name=one.name)
    return _back(one.id, words if new else gettext("Nothing was changed."), "good" if new else "info")


def _statement(interpreter_id: int) -> tuple[Interpreter, statements.Statement]:
    one = _one(interpreter_id)
    month = statements.month_of(request.args.get("month", ""), clock.now(), str(current_app.config["TIME_ZONE"]))
    return one, statements.statement(one, month)


@blueprint.get("/interpreters/<int:interpreter_id>/statement")
@requires(Role.COORDINATOR)
def interpreter_statement(interpreter_id: int) -> ResponseReturnValue:
    """What an interpreter worked and is owed in a month, as they see it."""
    one, found = _statement(interpreter_id)
    return render_template("staff/interpreters/statement.html", one=one, found=found, money=money, note=statements.note)


@blueprint.get("/interpreters/<int:interpreter_id>/statement.csv")
@requires(Role.COORDINATOR)
def interpreter_statement_csv(interpreter_id: int) -> ResponseReturnValue:
    """The same as a file."""
    return download(_statement(interpreter_id)[1])
