"""The token of a one-time link: signed over the random name of its row, so that nobody has to keep it."""

import hashlib
import secrets

from flask import current_app
from itsdangerous import Signer

# Without 0 O 1 I, which look alike.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GROUPS, GROUP = 4, 4


def token(public_id: str) -> str:
    """The token of the link with this public id: 128 random bits and a signature over them."""
    config = current_app.config
    keys = [*(config["SECRET_KEY_FALLBACKS"] or []), config["SECRET_KEY"]]
    signer = Signer(keys, salt="link:sign-in", sep="~", digest_method=hashlib.sha256)
    return signer.sign(public_id).decode()


def fingerprint(text: str) -> str:
    """64 hex digits that tell a token, from which it cannot be made: it is random."""
    return hashlib.sha256(text.encode()).hexdigest()


def new_recovery_code() -> str:
    """80 random bits as somebody writes them down: XXXX-XXXX-XXXX-XXXX."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)]
    return "-".join("".join(letters[at : at + GROUP]) for at in range(0, len(letters), GROUP))


def recovery_fingerprint(typed: str, public_id: str) -> str:
    """64 hex digits that tell a person's recovery code, however it was typed.

    Hashed slowly, since its 80 bits could be tried one by one against a stolen table: 2**14 rounds take 16 MB and some
    50 ms each (RFC 7914).
    """
    code = fingerprint(public_id + "".join(letter for letter in typed.upper() if letter.isalnum()))
    return hashlib.scrypt(code.encode(), salt=public_id.encode(), n=2**14, r=8, p=1, dklen=32).hex()
