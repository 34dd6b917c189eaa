"""How many families will be told, by language and channel, as pages show it."""

from collections.abc import Sequence
from typing import NamedTuple

from registration import languages
from registration.families.audience import Numbers
from registration.staff.telling.own_words import language_name, within


class Group(NamedTuple):
    """Families that read one page language; `within`: its name in a sentence; `missing`: nothing is written in it."""

    tag: str
    own_name: str
    lang: str
    dir: str
    name: str
    within: str
    mail: int
    call: int
    missing: bool = False


class Counted(NamedTuple):
    """All of them."""

    groups: Sequence[Group]

    @property
    def mail(self) -> int:
        """Families that get a mail."""
        return sum(one.mail for one in self.groups)

    @property
    def call(self) -> int:
        """Families that are to be called."""
        return sum(one.call for one in self.groups)

    @property
    def all(self) -> int:
        """Families in all."""
        return self.mail + self.call

    @property
    def missing(self) -> Sequence[Group]:
        """The languages in which own words are missing, with families that read them."""
        return [one for one in self.groups if one.missing]


def counted(numbers: Sequence[Numbers], written: Sequence[str] | None = None) -> Counted:
    """Numbers with the names of their languages. `written`: where own words stand; None for a built-in text."""
    return Counted([_group(one, written) for one in numbers])


def _group(one: Numbers, written: Sequence[str] | None) -> Group:
    known = languages.LANGUAGES[one.locale]
    return Group(
        tag=one.locale,
        own_name=known.own_name,
        lang=languages.html_lang(one.locale),
        dir=known.direction,
        name=language_name(one.locale),
        within=within(one.locale),
        mail=one.mail,
        call=one.call,
        missing=written is not None and one.locale not in written,
    )
