"""Writing a text of one thing in several page languages at once. The caller commits and touches what is published."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from registration.extensions import db
from registration.meetings.models import TranslatedText
from registration.meetings.texts import fingerprint


def rewrite(owner: str, owner_id: int, field: str, by_locale: Mapping[str, str], source: str) -> None:
    """Replace a text in the languages of `by_locale`; an empty one is taken away, so that nothing old is read there.

    `source`: the language that the others are translations of. What is not yet reviewed stays a draft.
    """
    mine = (TranslatedText.owner == owner, TranslatedText.owner_id == owner_id, TranslatedText.field == field)
    there = {row.locale: row for row in db.session.scalars(select(TranslatedText).where(*mine))}
    hashed = fingerprint(by_locale[source]) if by_locale.get(source) else None
    for locale, text in by_locale.items():
        row = there.get(locale)
        if not text:
            db.session.execute(delete(TranslatedText).where(*mine, TranslatedText.locale == locale))
        elif row is None:
            row = TranslatedText(owner=owner, owner_id=owner_id, field=field, locale=locale, status="draft")
            row.text, row.source_hash = text, None if locale == source else hashed
            db.session.add(row)
        elif row.text != text:
            row.text, row.source_hash = text, None if locale == source else hashed
            row.status = "draft"
    db.session.flush()
