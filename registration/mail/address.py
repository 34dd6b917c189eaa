"""Email addresses: the one ASCII form in which they are sent to and compared, and a keyed hash that keeps none."""

import hashlib
import hmac
import secrets
from ipaddress import ip_address
from urllib.parse import urlsplit

import idna
from flask import current_app


def ascii_address(address: str) -> str:
    """`address` with its domain in IDNA2008 form (RFC 5891), as mail servers and DNS know it.

    Python's own "idna" codec is IDNA2003, which turns straße.de into strasse.de: another domain, which may belong to
    somebody else. Raises UnicodeError for what mail cannot carry.
    """
    local, at, domain = address.strip().rpartition("@")
    if domain.isascii() or domain.startswith("["):
        return address.strip()
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True, transitional=False).decode()}"
    except idna.IDNAError as error:
        raise UnicodeError("the domain has no IDNA form") from error


def folded(address: str) -> str:
    """An address in the form in which addresses are compared: ASCII domain, lower case."""
    try:
        return ascii_address(address).casefold()
    except UnicodeError:
        return address.strip().casefold()


def address_key(address: str) -> str:
    """64 hex digits that stand for a mailbox, whatever the case of its letters.

    A tag after "+" changes nothing: most mail services deliver name+1@ and name+2@ to name@ (RFC 5233), and a stranger
    could otherwise write to one mailbox under any number of addresses.
    """
    # Of the current key only: when it is rotated, every address begins a fresh allowance, at most one more day's worth
    # of mail for each. Looking under all old keys would cost a query each on the way of every registration.
    key = f"mail address:{current_app.config['SECRET_KEY']}".encode()
    local, at, domain = folded(address).rpartition("@")
    mailbox = f"{local.partition('+')[0] or local}{at}{domain}"
    return hmac.new(key, mailbox.encode(), hashlib.sha256).hexdigest()


def own_domain() -> str:
    """The domain of FLASK_BASE_URL as mail writes it; an address in figures stands in brackets (RFC 5321, 4.1.3)."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    try:
        address = ip_address(host)
    except ValueError:
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def new_message_id() -> str:
    """A Message-ID on our own domain; the name of the machine stays at home."""
    return f"<{secrets.token_hex(16)}@{own_domain()}>"
