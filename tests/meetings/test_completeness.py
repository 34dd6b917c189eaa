"""Which texts are missing, stale or not reviewed: counted by meeting and language, in a fixed number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update

from registration.extensions import db
from registration.meetings.completeness import TextState, standings_of, state_of_texts
from registration.meetings.models import Meeting, TranslatedText

# Title, introduction; name, entrance, parking; title, about, room.
ALL = 8


@pytest.fixture(autouse=True)
def reviewed(app: Flask) -> None:
    """Every text of the season is reviewed."""
    db.session.execute(update(TranslatedText).values(status="reviewed"))
    db.session.commit()


def english() -> Meeting:
    """The meeting in English that lies ahead."""
    return db.session.scalars(select(Meeting).where(Meeting.slug == "english-meeting")).one()


def state(locale: str) -> TextState:
    """How its texts stand."""
    held = english()
    return state_of_texts([held.id])[held.id][locale]


def change(owner: str, field: str, locale: str, **columns: str) -> None:
    """Change one text of the meeting, its series or its place."""
    held = english()
    ids = {"meeting": held.id, "series": held.series_id, "place": held.place_id}
    row = TranslatedText
    this = (row.owner == owner, row.owner_id == ids[owner], row.field == field, row.locale == locale)
    statement = update(row).values(**columns) if columns else delete(row)
    db.session.execute(statement.where(*this))
    db.session.commit()


@pytest.mark.parametrize("locale", ["en", "es", "vi"])
def test_a_meeting_with_all_texts_reviewed_is_complete(locale: str) -> None:
    assert state(locale) == TextState(missing=0, stale=0, draft=0, total=ALL)
    assert state(locale).complete


@pytest.mark.parametrize(("owner", "field"), [("meeting", "room"), ("series", "introduction"), ("place", "parking")])
def test_a_text_that_is_missing_in_one_language_is_missing_there_only(owner: str, field: str) -> None:
    change(owner, field, "vi")
    assert state("vi") == TextState(missing=1, stale=0, draft=0, total=ALL)
    assert state("es").complete


def test_an_empty_text_is_missing(app: Flask) -> None:
    change("meeting", "about", "es", text="")
    assert state("es").missing == 1


def test_a_new_source_makes_its_translations_stale_but_not_itself(app: Flask) -> None:
    change("meeting", "about", "en", text="We start later.")
    assert [state(tag).stale for tag in ("en", "es", "vi")] == [0, 1, 1]


def test_a_draft_is_counted_also_when_it_is_stale(app: Flask) -> None:
    change("meeting", "title", "es", status="draft")
    assert state("es") == TextState(missing=0, stale=0, draft=1, total=ALL)
    change("meeting", "title", "en", text="Another title")
    assert state("es") == TextState(missing=0, stale=1, draft=1, total=ALL)


def test_what_no_language_says_is_not_wanted_unless_families_need_it(app: Flask) -> None:
    for locale in ("en", "es", "vi"):
        change("place", "parking", locale)
        change("meeting", "about", locale)
    assert state("en") == TextState(missing=1, stale=0, draft=0, total=ALL - 1)


def test_a_meeting_held_online_only_needs_no_room(app: Flask) -> None:
    for locale in ("en", "es", "vi"):
        change("meeting", "room", locale)
    assert state("es").missing == 1
    held = english()
    held.in_person, held.place_id = False, None
    db.session.commit()
    assert state("es") == TextState(missing=0, stale=0, draft=0, total=4)


def test_each_standing_names_its_text(app: Flask) -> None:
    change("place", "entrance", "vi")
    held = english()
    missing = [one for one in standings_of([held.id])[held.id] if one.missing]
    assert [(one.owner, one.field, one.locale) for one in missing] == [("place", "entrance", "vi")]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent inside the block."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)


def test_many_meetings_cost_as_many_queries_as_one(app: Flask) -> None:
    ids = list(db.session.scalars(select(Meeting.id)))
    state_of_texts([])  # a process asks once which languages are offered
    with counted() as for_one:
        state_of_texts(ids[:1])
    with counted() as for_all:
        assert set(state_of_texts(ids)) == set(ids)
    assert len(for_all) == len(for_one) == 2


def test_no_meeting_is_no_state(app: Flask) -> None:
    assert state_of_texts([]) == {}
