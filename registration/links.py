"""Secret links: signed addresses that open one thing, reusable until revoked.

A token carries a public id (128 random bits) and a link version, signed over both and over what the link is for. The
addresses are built from FLASK_BASE_URL alone: a forged Host header must not choose where a family's link leads.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from itsdangerous import BadSignature, Signer


class Purpose(StrEnum):
    """What a link opens; a token for one purpose opens no other."""

    REGISTRATION = "registration"
    # The same in mail only, never on a page: whoever has it reads mail at the address that the registration gave.
    MAILED = "mailed"
    NOT_ME = "not-me"
    UNSUBSCRIBE = "unsubscribe"
    JOB = "job"
    CALENDAR = "calendar"


# What stands in the place of a token where somebody only looks at what a reader would get.
CANARY = "nothing-opens-with-this"
_inert: ContextVar[bool] = ContextVar("inert", default=False)


class Opened(NamedTuple):
    """What a valid token names."""

    public_id: str
    version: int


def new_public_id() -> str:
    """128 random bits, safe in an address."""
    return secrets.token_urlsafe(16)


def _signer(purpose: Purpose) -> Signer:
    config = current_app.config
    # Flask's order for its own cookies: the newest key signs, all of them verify.
    keys = [*(config["SECRET_KEY_FALLBACKS"] or []), config["SECRET_KEY"]]
    return Signer(keys, salt=f"link:{purpose}", sep="~")


@contextmanager
def inert() -> Iterator[None]:
    """Make no token that opens anything inside the block: for previews of what others get."""
    before = _inert.set(True)
    try:
        yield
    finally:
        _inert.reset(before)


def token(purpose: Purpose, public_id: str, version: int) -> str:
    """The token of a link; `version` grows when older links are revoked."""
    if _inert.get():
        return CANARY
    return _signer(purpose).sign(f"{public_id}~{version}").decode()


def read(purpose: Purpose, text: str) -> Opened | None:
    """What `text` names, or None when it was not signed by us for this purpose."""
    try:
        public_id, version = _signer(purpose).unsign(text).decode().rsplit("~", 1)
        return Opened(public_id, int(version))
    except (BadSignature, ValueError):
        return None


def address_stamp(public_id: str, email_folded: str | None) -> int:
    """Stands in place of a version in links that belong to an address, however often the family's own link is renewed.

    48 bits suffice: the token is signed, so nobody can try stamps.
    """
    return int(hashlib.sha256(f"{public_id} {email_folded}".encode()).hexdigest()[:12], 16)


def absolute(endpoint: str, **values: object) -> str:
    """The address of `endpoint` as the world reaches it."""
    base = urlsplit(current_app.config["BASE_URL"])
    adapter = current_app.url_map.bind(base.netloc, script_name=base.path or "/", url_scheme=base.scheme)
    return adapter.build(endpoint, values, force_external=True)
