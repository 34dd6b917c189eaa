"""Texts as rows: read, written and taken out, without asking who wrote them before."""

from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from registration.extensions import db
from registration.meetings.completeness import Owner, source_language
from registration.meetings.models import TranslatedText
from registration.meetings.texts import fingerprint


class Typed(NamedTuple):
    """One text as it was sent: what was typed, and what the form was made from.

    `base` and `source`: fingerprints of the text and of its source as shown ("" for none); `was`: whether it was shown
    as reviewed.
    """

    text: str
    reviewed: bool
    base: str
    was: bool
    source: str


def home_zone() -> str:
    """The time zone of the installation."""
    zone: str = current_app.config["TIME_ZONE"]
    return zone


def print_of(text: str) -> str:
    """The fingerprint that travels with a form; "" for no text."""
    return fingerprint(text) if text else ""


def rows(owner: str, owner_id: int) -> dict[tuple[str, str], TranslatedText]:
    """All texts of one thing by (field, locale)."""
    query = select(TranslatedText).where(TranslatedText.owner == owner, TranslatedText.owner_id == owner_id)
    found = db.session.scalars(query.execution_options(populate_existing=True))
    return {(row.field, row.locale): row for row in found}


def put(owner: Owner, field: str, locale: str, text: str, *, reviewed: bool = True, source: str = "") -> None:
    """Write one text, without asking; "" takes it out. `source`: the fingerprint of what it was translated from."""
    kind, owner_id = owner
    row = rows(kind, owner_id).get((field, locale))
    if not text:
        if row is not None:
            db.session.delete(row)
        return
    if row is None:
        row = TranslatedText(owner=kind, owner_id=owner_id, field=field, locale=locale)
        db.session.add(row)
    original = locale == source_language()
    row.text, row.status = text, "reviewed" if reviewed or original else "draft"
    row.source_hash = None if original else source or None
