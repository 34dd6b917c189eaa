"""The record of what was done, for administrators."""

from dataclasses import replace

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.accounts.guard import requires
from registration.accounts.roles import Role
from registration.i18n import gettext
from registration.staff.audit import shown, words
from registration.staff.audit.found import Wanted, find, wanted_of
from registration.staff.audit.named import names_of
from registration.staff.blueprint import blueprint


@blueprint.get("/audit/")
@requires(Role.ADMINISTRATOR)
def audit() -> ResponseReturnValue:
    """Entries, newest first, narrowed to what the address asks for."""
    wanted = wanted_of(request.args)
    before = request.args.get("before", "")
    found = find(wanted, before, current_app.config["TIME_ZONE"])
    return render_template(
        "staff/audit/audit.html",
        rows=shown.rows(found.entries),
        wanted=wanted,
        asked=wanted.arguments(),
        chosen=_chosen(wanted),
        people=[("", gettext("Everybody")), *shown.people()],
        actions=[("", gettext("Everything")), *shown.choices(words.ACTIONS)],
        kinds=[("", gettext("Everything")), *shown.choices(words.KINDS)],
        meetings=[("", gettext("All meetings")), *shown.meetings()],
        newest=_address(wanted) if before else "",
        older=_address(wanted, str(found.older)) if found.older else "",
    )


def _address(wanted: Wanted, before: str | None = None) -> str:
    arguments = wanted.arguments() | ({"before": before} if before else {})
    return url_for("staff.audit", **arguments)  # type: ignore[arg-type] # its other arguments are of other types


def _chosen(wanted: Wanted) -> list[dict[str, str]]:
    """What the list is narrowed to besides the boxes of the form, each with the address without it."""
    if wanted.object_id is None:
        return []
    thing = (wanted.kind, wanted.object_id)
    text = f"{words.kind(wanted.kind)} {names_of([thing]).get(thing, wanted.object_id)}".strip()
    return [{"text": text, "href": _address(replace(wanted, object_id=None))}]
