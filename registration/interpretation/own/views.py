"""All pages of interpreters: importing them puts their routes on the blueprint."""

from flask import render_template
from flask.typing import ResponseReturnValue

from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.interpretation.briefing.models import Briefing
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.mine import interpreter_of

__all__ = ["Briefing", "blueprint"]


@blueprint.get("/")
@requires(Role.INTERPRETER)
def jobs() -> ResponseReturnValue:
    """What is next, and what is asked."""
    one = interpreter_of(signed_in())
    return render_template("interpreter/jobs.html", one=one)
