"""Staff's own words in each page language, side by side: the fields, what can be wrong with them, and keeping them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import lazy_gettext
from sqlalchemy import delete, select

from registration import i18n, languages, web
from registration.extensions import db
from registration.forms import Form, Line, Lines
from registration.i18n import gettext
from registration.meetings.completeness import source_language
from registration.meetings.models import TranslatedText
from registration.reminders import placeholders

SUBJECT, BODY = "subject", "body"
FIELDS = (SUBJECT, BODY)
MOST_SUBJECT, MOST_BODY = 120, 4000


class Words(NamedTuple):
    """What is written in one language; both "" where it is missing."""

    subject: str
    body: str


class OwnWordsForm(Form):
    """A form that asks for own words; `word_fields` gives a class the fields of its page languages."""

    # The district's own language first: what is missing in another one is read in it.
    tags: Sequence[str] = ()

    def wrong(self, name: str, words: str) -> None:
        """Say at a field what is wrong with it; the first fault of each."""
        if not self[name].errors:
            self[name].errors = [words]

    def words(self) -> dict[str, Words]:
        """What was written, by page language; languages without a word are left out."""
        typed = {tag: Words(self[f"{SUBJECT}-{tag}"].data or "", self[f"{BODY}-{tag}"].data or "") for tag in self.tags}
        return {tag: words for tag, words in typed.items() if any(words)}

    def check_words(self) -> None:
        """Say what is wrong with the words: halves, placeholders that are unknown, or missing in one language."""
        written = self.words()
        for tag in self.tags:
            self._check_whole(tag, written.get(tag))
        for tag, one in written.items():
            self._check_subject(tag, one.subject)
            self._check_known(f"{BODY}-{tag}", one.body)
        missing = placeholders.missing({tag: f"{one.subject} {one.body}" for tag, one in written.items()})
        for tag, names in missing.items():
            self._check_missing(tag, names)

    def _check_whole(self, tag: str, one: Words | None) -> None:
        if one is None and tag != source_language():
            return
        if one is None or not one.subject:
            self.wrong(f"{SUBJECT}-{tag}", gettext("%(language)s: write the subject", language=language_name(tag)))
        if one is None or not one.body:
            self.wrong(f"{BODY}-{tag}", gettext("%(language)s: write the message", language=language_name(tag)))

    def _check_subject(self, tag: str, text: str) -> None:
        self._check_known(f"{SUBJECT}-{tag}", text)
        if unfit := placeholders.unfit_for_subject(text):
            words = gettext("%(typed)s cannot stand in a subject. Put it into the message.", typed=_typed(unfit))
            self.wrong(f"{SUBJECT}-{tag}", words)

    def _check_known(self, name: str, text: str) -> None:
        if unknown := placeholders.unknown(text):
            words = gettext(
                "We do not know %(typed)s. Choose from the list, and write it exactly so.", typed=", ".join(unknown)
            )
            self.wrong(name, words)

    def _check_missing(self, tag: str, names: Sequence[str]) -> None:
        words = gettext(
            "%(typed)s stands in another language. Put it into %(language)s too, or take it out there.",
            typed=_typed(names),
            language=within(tag),
        )
        self.wrong(f"{BODY}-{tag}", words)


def _typed(names: Sequence[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def language_name(tag: str) -> str:
    """A language in the reader's words, as it begins a line."""
    return languages.capitalised(languages.name_in(tag, i18n.speaking()))


def within(tag: str) -> str:
    """A language in the reader's words, as it stands within a sentence."""
    return languages.name_in(tag, i18n.speaking())


def word_fields(tags: Sequence[str]) -> dict[str, Any]:
    """The fields of own words in these page languages, by name."""
    fields: dict[str, Any] = {}
    for tag in tags:
        fields[f"{SUBJECT}-{tag}"] = Line(lazy_gettext("Subject"), most=MOST_SUBJECT)
        fields[f"{BODY}-{tag}"] = Lines(lazy_gettext("Message"), most=MOST_BODY)
    return fields


def tags() -> tuple[str, ...]:
    """The page languages to write in, the district's own first."""
    return tuple(web.offered())


def chosen(tag: str) -> str:
    """The language to look at words in: the one named if words are written in it, else the reader's, or the first."""
    offered = tags()
    return next((one for one in (tag, i18n.speaking()) if one in offered), offered[0])


def tongues() -> list[dict[str, str]]:
    """The same as a template shows them."""
    return [
        {"tag": tag, "lang": languages.html_lang(tag), "dir": languages.direction(tag), "name": language_name(tag)}
        for tag in tags()
    ]


def choices() -> list[tuple[str, str]]:
    """What can be put in: as it is typed, and what families read there."""
    words = {
        "date": gettext("The date and time of the meeting"),
        "place": gettext("The place of the meeting"),
        "link": gettext("The link to the family’s own page"),
        "interpreter": gettext("What is sure about the family’s interpreter"),
        "how_to_get_in": gettext("How to get in: the entrance, or the way in online"),
        "name": gettext("The name that the family gave"),
        "code": gettext("The family’s code"),
        "meeting": gettext("The title of the meeting"),
    }
    return [(f"{{{name}}}", words[name]) for name in placeholders.NAMES]


def load(owner: str, owner_id: int) -> dict[str, Words]:
    """The words that are kept, by page language."""
    return load_all(owner, [owner_id]).get(owner_id, {})


def load_all(owner: str, owner_ids: Collection[int]) -> dict[int, dict[str, Words]]:
    """The words of several things of one kind, by their ids and by page language; one statement."""
    row = TranslatedText
    query = select(row.owner_id, row.locale, row.field, row.text).where(row.owner == owner, row.owner_id.in_(owner_ids))
    found: dict[int, dict[str, Words]] = {}
    for owner_id, tag, field, text in db.session.execute(query) if owner_ids else ():
        mine = found.setdefault(owner_id, {})
        mine[tag] = mine.get(tag, Words("", ""))._replace(**{field: text})
    return found


def filled(words: Mapping[str, Words]) -> dict[str, str]:
    """Words as the data of a form."""
    named = {f"{SUBJECT}-{tag}": one.subject for tag, one in words.items()}
    return named | {f"{BODY}-{tag}": one.body for tag, one in words.items()}


def keep(owner: str, owner_id: int, words: Mapping[str, Words]) -> None:
    """Keep these words and no others. The caller commits."""
    mine = (TranslatedText.owner == owner, TranslatedText.owner_id == owner_id)
    db.session.execute(delete(TranslatedText).where(*mine))
    for tag, one in words.items():
        for field, text in zip(FIELDS, one, strict=True):
            db.session.add(
                TranslatedText(owner=owner, owner_id=owner_id, field=field, locale=tag, text=text, status="reviewed")
            )
