"""Texts that staff wrote, in the language of the page, or marked as being in another one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import escape
from sqlalchemy import select

from registration import languages
from registration.extensions import db
from registration.meetings.models import TranslatedText


@dataclass(frozen=True, slots=True)
class Said:
    """A text with the language it is really in. `foreign` when that is not the page's."""

    text: str
    lang: str
    dir: str
    foreign: bool

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def __html__(self) -> str:
        # Wherever a page shows it: text in another language says so. Titles and attributes take it as `|string`.
        if not self.foreign:
            return str(escape(self.text))
        return f'<span lang="{escape(self.lang)}" dir="{escape(self.dir)}">{escape(self.text)}</span>'


# (owner, owner id, field) -> locale -> text
Texts = Mapping[tuple[str, int, str], Mapping[str, str]]


def load(owners: Iterable[tuple[str, int]] | None = None) -> Texts:
    """All texts of `owners` (of everything when None), in every language; one query."""
    query = select(
        TranslatedText.owner, TranslatedText.owner_id, TranslatedText.field, TranslatedText.locale, TranslatedText.text
    )
    wanted = None if owners is None else set(owners)
    if wanted is not None:
        query = query.where(TranslatedText.owner_id.in_({owner_id for _, owner_id in wanted}))
    found: dict[tuple[str, int, str], dict[str, str]] = defaultdict(dict)
    for owner, owner_id, field, locale, text in db.session.execute(query):
        if wanted is None or (owner, owner_id) in wanted:
            found[owner, owner_id, field][locale] = text
    return found


def say(texts: Texts, owner: str, owner_id: int, field: str, locale: str, district_language: str = "en") -> Said:
    """The text in `locale`; where it is missing, the one in the district's language, marked as foreign."""
    by_locale = texts.get((owner, owner_id, field), {})
    for tag in (locale, district_language, *sorted(by_locale)):
        if by_locale.get(tag):
            return Said(by_locale[tag], languages.html_lang(tag), languages.direction(tag), tag != locale)
    return Said("", languages.html_lang(locale), languages.direction(locale), False)
