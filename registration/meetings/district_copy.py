"""What is public of the district, kept in files: for a process that starts while the database is away.

Its pages still say whom to call, and when, in the reader's language.
"""

import json
import secrets
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from flask import current_app

from registration.meetings.shown import DistrictView, unnamed_district
from registration.meetings.texts import Said


def keep(view: DistrictView, locale: str) -> None:
    """Write the copy for a page language, whole or not at all; a full disk costs nothing but the copy."""
    path, text = _path(locale), json.dumps(asdict(view), ensure_ascii=False)
    with suppress(OSError):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)


def read(locale: str) -> DistrictView:
    """The district as any process last read it; one without a name where there is no copy."""
    try:
        found = json.loads(_path(locale).read_text(encoding="utf-8"))
        texts = {name: Said(**found[name]) for name in ("name", "hours", "say")}
        return DistrictView(**(found | texts))
    except (OSError, ValueError, TypeError, KeyError):
        return unnamed_district(locale)


def _path(locale: str) -> Path:
    return Path(current_app.instance_path) / f"district-{locale}.json"
