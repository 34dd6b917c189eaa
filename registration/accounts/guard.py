"""What stands before a view: who may open it, and what those see who may not."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.accounts import entry, kept
from registration.accounts.entry import current_person, signed_in
from registration.accounts.models import Person
from registration.accounts.roles import Role
from registration.i18n import gettext

__all__ = ["current_person", "page", "requires", "signed_in"]

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

# Under this name a guarded view says which roles may open it; none: whoever is signed in.
ROLES = "roles_required"


def requires(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let in who is signed in with one of `roles` (none given: with any). No role holds another.

    Stands below the route: `@blueprint.get(…)`, then `@requires(Role.COORDINATOR)`, then the view.
    """
    wanted = frozenset(roles)

    def before(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*arguments: P.args, **values: P.kwargs) -> ResponseReturnValue:
            refused = _refusal(wanted)
            return view(*arguments, **values) if refused is None else refused

        setattr(guarded, ROLES, wanted)
        return guarded

    return before


def requires_link(view: View[P]) -> View[P]:
    """Let in who opened a one-time link, for the pages on which the second factor is given or set up."""

    @wraps(view)
    def guarded(*arguments: P.args, **values: P.kwargs) -> ResponseReturnValue:
        # Nothing of what is sent here is kept: it is a code, or nothing.
        person = _entered(keep=False)
        return view(*arguments, **values) if isinstance(person, Person) else person

    setattr(guarded, ROLES, frozenset())
    return guarded


def _entered(*, keep: bool) -> Person | ResponseReturnValue:
    person = entry.entering()
    if person is None:
        return _sign_in_first(keep)
    entry.speak_as(person)
    entry.note_seen()
    return person


def _refusal(wanted: frozenset[Role]) -> ResponseReturnValue | None:
    person = _entered(keep=True)
    if not isinstance(person, Person):
        return person
    if entry.asked_for_code(person):
        return kept.half_way() or _elsewhere("accounts.second_factor")
    if entry.asked_to_set_up(person):
        return kept.half_way() or _elsewhere("accounts.set_up")
    if wanted and not wanted & person.roles:
        entry.note_refused("page_refused", person)
        return render_template("accounts/refused.html"), 403
    return kept.held_back(person)


def _sign_in_first(keep: bool) -> ResponseReturnValue:
    was_signed_in = entry.forget()
    if request.method not in ("GET", "HEAD"):
        return kept.signed_out(entry.last_person() if keep else None)
    if was_signed_in:
        flash(gettext("You are signed out now. Please sign in again."), "info")
    return _elsewhere("accounts.sign_in")


def _elsewhere(endpoint: str) -> ResponseReturnValue:
    here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for(endpoint, next=here), 303)


def safe(target: str | None) -> str | None:
    """`target` when it is an address of this service without its host; None otherwise."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    # Browsers read a backslash as a slash, and drop control characters before they look at an address.
    if "\\" in target or any(ord(letter) < 33 for letter in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def page() -> dict[str, object]:
    """What pages of people who sign in are given: `person`, None while something is still asked for."""
    return {"person": current_person()}
