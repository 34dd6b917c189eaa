"""Secrets that must be read again, such as those of authenticator apps, encrypted with a key made from the secret key.

Whoever copies the database alone cannot make codes from it. Encrypting uses the newest key, decrypting tries the
fallbacks too, so keys rotate like those of links. With every old key lost, nothing can be decrypted: people sign in
with a recovery code, or an administrator resets their second factor.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def seal(text: str) -> str:
    """`text`, encrypted and signed: about 140 characters for a secret of 32."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str | None) -> str | None:
    """The text; None where nothing was sealed, or by a key that is in neither setting any more."""
    if sealed is None:
        return None
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken:
        return None


def _fernet() -> MultiFernet:
    config = current_app.config
    keys = [config["SECRET_KEY"], *reversed(config["SECRET_KEY_FALLBACKS"] or [])]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    made = HKDF(SHA256(), length=32, salt=None, info=b"community-meetings sealed secrets").derive(key.encode())
    return base64.urlsafe_b64encode(made)
