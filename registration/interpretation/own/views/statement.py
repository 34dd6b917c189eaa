"""What an interpreter worked and is owed, month by month."""

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from registration import clock
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.interpretation.lines import money
from registration.interpretation.own import statement as statements
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.mine import interpreter_of


@blueprint.get("/statement")
@requires(Role.INTERPRETER)
def statement() -> ResponseReturnValue:
    """A month: every job, with its sums."""
    one = interpreter_of(signed_in())
    if one is None:
        return render_template("interpreter/nobody.html")
    month = statements.month_of(request.args.get("month", ""), clock.now(), str(current_app.config["TIME_ZONE"]))
    return render_template(
        "interpreter/statement.html", one=one, found=statements.statement(one, month), money=money, note=statements.note
    )


@blueprint.get("/statement.csv")
@requires(Role.INTERPRETER)
def statement_csv() -> ResponseReturnValue:
    """The same as a file."""
    one = interpreter_of(signed_in())
    if one is None:
        abort(404)
    month = statements.month_of(request.args.get("month", ""), clock.now(), str(current_app.config["TIME_ZONE"]))
    return statements.download(statements.statement(one, month))
