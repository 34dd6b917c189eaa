"""Texts that staff wrote, in the language of the page, or marked as being in another one."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import escape
from sqlalchemy import select

from registration import languages
from registration.extensions import db
from registration.meetings.models import TranslatedText


@dataclass(frozen=True, slots=True)
class Said:
    """A text with the language it is really in. `foreign` when that is not the page's; `draft`: nobody checked it."""

    text: str
    lang: str
    dir: str
    foreign: bool
    draft: bool = False

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def __html__(self) -> str:
        # Wherever a page shows it: text in another language says so. Titles and attributes take it as `|string`.
        if not self.foreign:
            return str(escape(self.text))
        return f'<span lang="{escape(self.lang)}" dir="{escape(self.dir)}">{escape(self.text)}</span>'


class Written(NamedTuple):
    """A text as it is kept, and whether it is a translation that nobody has reviewed."""

    text: str
    draft: bool


# (owner, owner id, field) -> locale -> text
Texts = Mapping[tuple[str, int, str], Mapping[str, Written]]


def fingerprint(text: str) -> str:
    """What a translation keeps of the text it was made from, to know later that this one has changed."""
    return hashlib.sha256(text.encode()).hexdigest()


def load(owners: Iterable[tuple[str, int]] | None = None) -> Texts:
    """All texts of `owners` (of everything when None), in every language; one query."""
    row = TranslatedText
    query = select(row.owner, row.owner_id, row.field, row.locale, row.text, row.status)
    wanted = None if owners is None else set(owners)
    if wanted is not None:
        query = query.where(TranslatedText.owner_id.in_({owner_id for _, owner_id in wanted}))
    found: dict[tuple[str, int, str], dict[str, Written]] = defaultdict(dict)
    for owner, owner_id, field, locale, text, status in db.session.execute(query):
        if wanted is None or (owner, owner_id) in wanted:
            found[owner, owner_id, field][locale] = Written(text, status == "draft")
    return found


def say(texts: Texts, owner: str, owner_id: int, field: str, locale: str, district_language: str = "en") -> Said:
    """The text in `locale`; where it is missing, the one in the district's language, marked as foreign."""
    by_locale = texts.get((owner, owner_id, field), {})
    for tag in (locale, district_language, *sorted(by_locale)):
        if (written := by_locale.get(tag)) and written.text:
            draft = written.draft and tag != district_language
            return Said(written.text, languages.html_lang(tag), languages.direction(tag), tag != locale, draft)
    return Said("", languages.html_lang(locale), languages.direction(locale), False)
