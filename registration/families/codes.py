"""The code a family shows at the door."""

import io
import secrets

import segno

# Without 0 O 1 I, which look alike, and without the other vowels, so that no code is a word.
ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"
LENGTH = 6


def new_code() -> str:
    """A code of six characters: 594 million of them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read(typed: str) -> str:
    """A typed code as we keep it: capitals, no spaces or dashes."""
    return "".join(character for character in typed.upper() if character.isalnum())


def picture(address: str) -> bytes:
    """A QR code of an address as SVG, black on white, with the quiet zone scanners need."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
    return out.getvalue()
