"""Addresses without keeping them: a keyed hash tells that two are the same and nothing else."""

import hashlib
import hmac
import secrets
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app


def address_key(address: str) -> str:
    """64 hex digits that stand for a mail address, whatever the case of its letters."""
    # Of the current key only: when it is rotated, every address begins a fresh allowance, at most one more day's worth
    # of mail for each. Looking under all old keys would cost a query each on the way of every registration.
    key = f"mail address:{current_app.config['SECRET_KEY']}".encode()
    return hmac.new(key, address.strip().lower().encode(), hashlib.sha256).hexdigest()


def own_domain() -> str:
    """The domain of FLASK_BASE_URL as mail writes it; an address in figures stands in brackets (RFC 5321, 4.1.3)."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    try:
        address = ip_address(host)
    except ValueError:
        return host.encode("idna").decode()
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def new_message_id() -> str:
    """A Message-ID on our own domain; the name of the machine stays at home."""
    return f"<{secrets.token_hex(16)}@{own_domain()}>"
