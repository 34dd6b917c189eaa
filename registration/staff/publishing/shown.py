"""What the page of publishing says of the texts, by language."""

from collections.abc import Iterable
from typing import NamedTuple

from registration import web
from registration.meetings.completeness import TextStanding
from registration.staff.texts.shown import field_names, language_name


class Language(NamedTuple):
    """One page language: names of the texts that are missing, stale or not reviewed."""

    tag: str
    name: str
    missing: list[str]
    stale: list[str]
    drafts: list[str]

    @property
    def complete(self) -> bool:
        """Whether nothing is to be said."""
        return not (self.missing or self.stale or self.drafts)


def by_language(
    missing: Iterable[TextStanding], stale: Iterable[TextStanding], drafts: Iterable[TextStanding]
) -> list[Language]:
    """How the texts stand in every page language offered."""
    names = field_names()

    def named(standings: Iterable[TextStanding], tag: str) -> list[str]:
        return [names[one.owner, one.field] for one in standings if one.locale == tag]

    missing, stale, drafts = list(missing), list(stale), list(drafts)
    return [
        Language(tag, language_name(tag), named(missing, tag), named(stale, tag), named(drafts, tag))
        for tag in web.offered()
    ]
