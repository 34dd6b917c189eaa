"""The yardstick: the same registration as a competent engineer would write it with Flask and a driver alone.

The same four requests (form, check, send, confirmation), a plain template with the same fields and as many choices, one
transaction of two rows (the registration and its message), a token against forged requests, a form that registers once.
No ORM, no translation, no form library, no seats, no demand, no limit on mail.
"""

import contextlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from benchmarks.bare_stores import CODE_IN_USE, Row, Store, open_store

blueprint = Blueprint("bare", __name__)

TEXTS = {"name": 128, "email": 254, "phone": 40, "other_language": 128, "needs_other": 1000, "question": 2000}
NUMBERS = {"adults": 1, "children": 0, "listeners": 1, "childcare_children": 0}
NEEDS = {
    "captions": "Captions (what is said, as text)",
    "assistive_listening": "Help with hearing (a device that makes it louder)",
    "wheelchair": "A place for a wheelchair",
    "large_print": "Papers in large print",
}
# Six characters without those that look alike.
ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"
TRIES = 5


class Offered(NamedTuple):
    """The choices on the pages, each (tag, own name, direction, English name)."""

    common: list[list[str]]
    more: list[list[str]]
    signed: list[list[str]]
    contact: list[list[str]]


def create_app(store: str, offered: str, secret: str) -> Flask:
    """The application on a store that `bare_stores.prepare` made; `offered` is a JSON file of the choices."""
    app = Flask(__name__, static_folder=None)
    app.config["SECRET_KEY"] = secret
    app.extensions["store"] = open_store(store)
    app.extensions["offered"] = Offered(**json.loads(Path(offered).read_text(encoding="utf-8")))
    app.register_blueprint(blueprint)
    return app


def _store() -> Store:
    store: Store = current_app.extensions["store"]
    return store


def _meeting(slug: str) -> Row:
    return _store().meeting(slug) or abort(404)


def _token() -> str:
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(16)
    token: str = session["token"]
    return token


@blueprint.get("/<slug>/register")
def form(slug: str) -> str:
    """The empty form."""
    return _form(_meeting(slug), {"submission_id": secrets.token_urlsafe(16)}, [])


def _form(meeting: Row, answers: Row, errors: list[str]) -> str:
    return render_template(
        "form.html",
        meeting=meeting,
        answers=answers,
        errors=errors,
        offered=current_app.extensions["offered"],
        needs=NEEDS,
        token=_token(),
    )


@blueprint.post("/<slug>/register")
def send(slug: str) -> ResponseReturnValue:
    """Check the answers; register when they come from the check page."""
    meeting = _meeting(slug)
    answers, errors = read()
    if not hmac.compare_digest(session.get("token", ""), request.form.get("token", "")):
        errors.append("Please send this page again")
    if errors or "change" in request.form:
        return _form(meeting, answers, errors), 422 if errors else 200
    if "checked" not in request.form:
        contact = current_app.extensions["offered"].contact
        return render_template(
            "check.html", meeting=meeting, answers=answers, needs=NEEDS, contact=contact, token=_token()
        )
    session["registration"] = _register(meeting, answers)
    return redirect(url_for("bare.registration"), 303)


def _register(meeting: Row, answers: dict[str, object]) -> str:
    for _ in range(TRIES):
        row = answers | {
            "public_id": secrets.token_urlsafe(16),
            "code": "".join(secrets.choice(ALPHABET) for _ in range(6)),
            "meeting_id": meeting["id"],
            "created_at": datetime.now(UTC).isoformat(),
        }
        # Of a few thousand codes two are alike once in a hundred runs.
        with contextlib.suppress(*CODE_IN_USE):
            return _store().register(row)
    raise RuntimeError("no unused code was found")


def read() -> tuple[dict[str, object], list[str]]:
    """The answers, and what is wrong with them."""
    errors = []
    answers: dict[str, object] = {name: request.form.get(name, "").strip()[:most] for name, most in TEXTS.items()}
    for name, default in NUMBERS.items():
        typed = request.form.get(name, "").strip()
        if typed and not (typed.isdecimal() and int(typed) <= 20):
            errors.append("Please write a number from 0 to 20")
        answers[name] = int(typed) if typed and not errors else default
    answers["interpretation"] = " ".join(filter(None, request.form.getlist("interpretation")))
    answers["needs"] = " ".join(need for need in request.form.getlist("needs") if need in NEEDS)
    answers["attendance"] = request.form.get("attendance", "in_person")
    answers["contact_language"] = request.form.get("contact_language", "en")
    answers["submission_id"] = request.form.get("submission_id", "")
    if not answers["name"]:
        errors.append("Write the name we should use for you")
    if not answers["phone"] and "@" not in str(answers["email"]):
        errors.append("Give a phone number or an email, so that we can reach you")
    if not answers["interpretation"] and not answers["other_language"]:
        errors.append("Say whether you need an interpreter")
    return answers, errors


@blueprint.get("/registration/")
def registration() -> str:
    """What was registered."""
    row = _store().registration(session.get("registration", "")) or abort(404)
    link = url_for("bare.link", public_id=row["public_id"], _external=True)
    return render_template("confirmation.html", row=row, needs=NEEDS, link=link)


@blueprint.get("/r/<public_id>")
def link(public_id: str) -> ResponseReturnValue:
    """Open a registration on another device."""
    session["registration"] = public_id
    return redirect(url_for("bare.registration"), 303)
