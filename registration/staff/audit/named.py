"""What the things are called that entries of the record are about; one statement a kind, whatever the page shows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Select, func, select

from registration import i18n
from registration.accounts.models import Person
from registration.extensions import db
from registration.families.models import Registration
from registration.meetings import texts
from registration.meetings.completeness import source_language

Thing = tuple[str, int]  # kind, id

# Fields of texts by which things are called.
TITLES: Mapping[str, str] = {
    "meeting": "title",
    "series": "title",
    "place": "name",
    "announcement": "subject",
    "reminder": "subject",
}


def person_name() -> Select[int, str]:
    """Id and name of people; the address of those who have no name."""
    return select(Person.id, func.coalesce(func.nullif(Person.name, ""), Person.email))


def names_of(things: Iterable[Thing]) -> dict[Thing, str]:
    """What these things are called: people by name, families by the code, for the record holds no names of theirs."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, number in things:
        ids[kind].add(number)
    found: dict[Thing, str] = {}
    for kind, query, column in (
        ("person", person_name(), Person.id),
        ("registration", select(Registration.id, Registration.code), Registration.id),
    ):
        if ids[kind]:
            rows = db.session.execute(query.where(column.in_(ids[kind])))
            found |= {(kind, number): name for number, name in rows}
    return found | _titles([(kind, number) for kind in TITLES for number in sorted(ids[kind])])


def _titles(owners: Sequence[Thing]) -> dict[Thing, str]:
    known = texts.load(owners) if owners else {}
    tag, source = i18n.speaking(), source_language()
    said = {owner: str(texts.say(known, *owner, TITLES[owner[0]], tag, source)) for owner in owners}
    return {owner: text for owner, text in said.items() if text}
