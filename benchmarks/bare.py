"""The yardstick: the same registration as a competent engineer would write it with Flask and a driver alone.

The same four requests (form, check, send, confirmation), a plain template with the same fields and as many choices, one
transaction of two rows (the registration and its message), a token against forged requests, a form that registers once.
No ORM, no translation, no form library, no seats, no demand, no limit on mail.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from benchmarks.stores import Row, Store, open_store

# What travels from the form through the check page.
CARRIED = ("name", "phone", "email", "interpretation", "other_language", "listeners", "adults", "children",
           "attendance", "needs", "needs_other", "childcare_children", "question")  # fmt: skip
NEEDS = {
    "captions": "Captions",
    "assistive_listening": "Help with hearing",
    "wheelchair": "A place for a wheelchair",
    "large_print": "Papers in large print",
}


def create_app(store: str, languages: str) -> Flask:
    """The application on a store that `stores.prepare` made; `languages` is a file of the choices to offer."""
    app = Flask(__name__, static_folder=None)
    app.config["SECRET_KEY"] = secrets.token_hex(32) if not Path(store + ".key").exists() else Path(store + ".key").read_text()
    app.extensions["store"] = open_store(store)
    app.extensions["choices"] = json.loads(Path(languages).read_text(encoding="utf-8"))
    return app
