"""What somebody sent after their session was over: the page that says so keeps it, for that person and nobody else.

Fields are kept only where they came with the token of that session, so that no other site can have written them, and
are sent on only with a token of the session that its writer begins anew.
"""

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf, validate_csrf
from itsdangerous import BadSignature, Signer
from wtforms import ValidationError

from registration.accounts.models import Person

# The field that says, signed, whose fields are kept.
FIELD = "kept_for"
# Never repeated: a code opens an account, and the token is of another session.
NEVER = frozenset({FIELD, "csrf_token", "code"})


def _signer() -> Signer:
    config = current_app.config
    return Signer([*(config["SECRET_KEY_FALLBACKS"] or []), config["SECRET_KEY"]], salt="kept-for", sep="~")


def _writer() -> str | None:
    """The public id of whoever these fields were kept for; None where they were not kept."""
    try:
        return _signer().unsign(request.form.get(FIELD, "")).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


def of_this_session() -> bool:
    """Whether the request carries the token of its session."""
    try:
        validate_csrf(request.form.get("csrf_token", ""))
    except ValidationError:
        return False
    return True


def signed_out(was: str | None) -> ResponseReturnValue:
    """The page for what was sent while nobody is signed in. `was`: the public id of the person whose session ended."""
    writer = _writer() or (was if was and of_this_session() else None)
    return _page("accounts/signed_out.html", writer), 401


def held_back(person: Person) -> ResponseReturnValue | None:
    """The page instead of what kept fields ask for; None where none were kept, and once they are to be sent.

    A page with a button for the person who wrote them; no more than words for anybody else.
    """
    writer = _writer()
    if writer is None:
        return None
    if writer != person.public_id:
        return render_template("accounts/of_another.html"), 403
    return None if of_this_session() else (_page("accounts/send_again.html", writer), 422)


def half_way() -> ResponseReturnValue | None:
    """The page while the second step of signing in is still to come; None where no fields were kept."""
    writer = _writer()
    return None if writer is None else (_page("accounts/signed_out.html", writer, half_way=True), 401)


def _page(template: str, writer: str | None, *, half_way: bool = False) -> str:
    pairs = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER] if writer else []
    return render_template(
        template,
        pairs=pairs,
        kept_for=_signer().sign(writer).decode() if writer and pairs else "",
        files=sorted({file.filename for file in request.files.values() if file.filename}),
        action=request.full_path.rstrip("?"),
        token=generate_csrf(),
        half_way=half_way,
    )
