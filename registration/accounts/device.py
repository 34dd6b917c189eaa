"""Which browsers have signed in before: a signed cookie that names people, signs nobody in, and lasts a year."""

import hashlib

from flask import Response, current_app
from itsdangerous import BadSignature, TimestampSigner

from registration.accounts.models import Person

LASTS_SECONDS = 365 * 24 * 3600
MOST = 8


def cookie_name() -> str:
    """The name of the cookie; bound to this host and to https in production."""
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def remember(response: Response, person: Person, before: str | None) -> Response:
    """Let this browser say later that `person` has signed in with it; `before`: its cookie until now.

    An office shares a computer, so the last MOST people are remembered.
    """
    people = [person.public_id, *(one for one in known(before) if one != person.public_id)]
    value = _signer().sign("~".join(people[:MOST])).decode()
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(cookie_name(), value, LASTS_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return response


def known(cookie: str | None) -> tuple[str, ...]:
    """The public ids of those who signed in with this browser, the last one first; none where nobody can tell."""
    try:
        return tuple(_signer().unsign(cookie or "", max_age=LASTS_SECONDS).decode().split("~"))
    except BadSignature:
        return ()


def _signer() -> TimestampSigner:
    config = current_app.config
    keys = [*(config["SECRET_KEY_FALLBACKS"] or []), config["SECRET_KEY"]]
    return TimestampSigner(keys, salt="device", digest_method=hashlib.sha256)
