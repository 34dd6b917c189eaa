"""What may be kept of a message and of an error: nothing that opens anything, and no address."""

import re
from collections.abc import Iterable

BLANK = "…"
# Room for an error in the outbox, less than the column's.
ERROR_LENGTH = 300

_LINK = re.compile(r"(?i)\bhttps?://[^\s<>\"']+")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")


def without_links(text: str, secrets: Iterable[str]) -> str:
    """`text` with every link, and every one of `secrets`, blanked."""
    # The longest first: a token inside a link must not leave the rest of the link.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, BLANK)
    return _LINK.sub(BLANK, text)


def error_text(error: str, secrets: Iterable[str] = ()) -> str:
    """The words of an error as they may be stored and shown to staff: servers like to repeat the address."""
    words = " ".join(_ADDRESS.sub(BLANK, without_links(error, secrets)).split())
    return words if len(words) <= ERROR_LENGTH else words[: ERROR_LENGTH - 1] + BLANK
