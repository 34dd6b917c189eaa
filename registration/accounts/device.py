"""Which browsers have signed in before: a signed cookie that names the person, signs nobody in, and lasts a year."""

import hashlib

from flask import Response, current_app
from itsdangerous import BadSignature, TimestampSigner

from registration.accounts.models import Person

LASTS_SECONDS = 365 * 24 * 3600


def cookie_name() -> str:
    """The name of the cookie; bound to this host and to https in production."""
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def remember(response: Response, person: Person) -> Response:
    """Let this browser say later that `person` has signed in with it."""
    value = _signer().sign(person.public_id).decode()
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(cookie_name(), value, LASTS_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return response


def known(cookie: str | None) -> str | None:
    """The public id of whoever signed in with this browser; None where nobody did, or nobody can tell."""
    try:
        return _signer().unsign(cookie or "", max_age=LASTS_SECONDS).decode()
    except BadSignature:
        return None


def _signer() -> TimestampSigner:
    config = current_app.config
    keys = [*(config["SECRET_KEY_FALLBACKS"] or []), config["SECRET_KEY"]]
    return TimestampSigner(keys, salt="device", digest_method=hashlib.sha256)
