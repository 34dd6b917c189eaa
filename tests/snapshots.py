"""Mails kept whole in tests/mail/snapshots, read by people, compared by tests.

UPDATE_SNAPSHOTS=1 writes them anew; look at what changed before it is committed.
"""

import os
from pathlib import Path

SNAPSHOTS = Path(__file__).parent / "mail" / "snapshots"
LOCALES = ("en", "es", "vi")


def compare(name: str, text: str) -> None:
    """Assert that `text` is what stands in the snapshot, or write it when asked to."""
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.is_file(), f"{name} is missing: run with UPDATE_SNAPSHOTS=1 and read it"
    assert text == path.read_text(encoding="utf-8"), f"{name} differs"
