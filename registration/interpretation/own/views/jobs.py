"""What is next: offers that wait for an answer, jobs by day, and what is still to be told of those that are over."""

from flask import render_template
from flask.typing import ResponseReturnValue

from registration import clock
from registration.accounts.guard import requires, signed_in
from registration.accounts.roles import Role
from registration.interpretation.own import found
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.mine import interpreter_of
from registration.interpretation.own.shown import cards


@blueprint.get("/")
@requires(Role.INTERPRETER)
def jobs() -> ResponseReturnValue:
    """What is asked, what is next, and what is over but not settled."""
    one, now = interpreter_of(signed_in()), clock.now()
    if one is None:
        return render_template("interpreter/nobody.html")
    mine = found.jobs(one, now)
    return render_template(
        "interpreter/jobs.html",
        offers=cards(mine.offers, one, now),
        ahead=cards(mine.ahead, one, now),
        unfinished=cards(mine.unfinished, one, now),
        unapproved=cards(mine.unapproved, one, now),
    )
