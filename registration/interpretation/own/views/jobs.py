"""What is next: offers that wait for an answer, jobs by day, and what is still to be told of those that are over."""

from flask import render_template
from flask.typing import ResponseReturnValue

from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.mine import interpreter_of


@blueprint.get("/")
@requires(Role.INTERPRETER)
def jobs() -> ResponseReturnValue:
    """What is next, and what is asked."""
    return render_template("interpreter/jobs.html", one=interpreter_of(signed_in()))
