"""Another way into an online meeting: whom it concerns is shown first, and they are told when staff say so."""

import pytest
from flask import Flask
from sqlalchemy import select

from registration.extensions import db
from registration.families.messages import build
from registration.mail.letter import Letter, Superseded
from registration.mail.models import OutboxMessage
from registration.meetings.models import OnlineAccess
from registration.staff.online.access import Access
from tests.families.news import WAY_IN, write_way_in
from tests.families.steps import meeting, register
from tests.pages import Browser, Page
from tests.signing_in import signed_in

LINK = "https://video.example.org/new"


@pytest.fixture
def staff(app: Flask) -> Browser:
    """Somebody who coordinates meetings."""
    return signed_in(app, "coordinator")


@pytest.fixture
def families(app: Flask) -> Flask:
    """In the room; online; online in Spanish; online without email; on the waiting list for online."""
    meeting(online=True, online_capacity=3)
    register(Browser(app), email="room@example.org", interpretation="es")
    register(Browser(app), email="far@example.org", attendance="online", interpretation="none")
    register(Browser(app), email="es@example.org", attendance="online", interpretation="es")
    register(Browser(app), email=None, phone="303 555 0148", attendance="online", interpretation="none")
    register(Browser(app), email="waits@example.org", attendance="online", interpretation="none")
    return app


def address() -> str:
    return f"/staff/meetings/{meeting().id}/online"


def typed(staff: Browser, **ways: str) -> Page:
    """The page after the form."""
    return staff.send(staff.get(address()).form("link"), **ways)


def states() -> list[str]:
    """The states of the messages of another way in."""
    db.session.rollback()
    query = select(OutboxMessage.state).where(OutboxMessage.message == "way_in").order_by(OutboxMessage.id)
    return list(db.session.scalars(query))


def links() -> list[str]:
    """What is written."""
    db.session.rollback()
    return list(db.session.scalars(select(OnlineAccess.link).order_by(OnlineAccess.language)))


def test_first_it_shows_whom_it_concerns_and_nothing_is_written(families: Flask, staff: Browser) -> None:
    page = typed(staff, link=LINK)
    assert page.heading == "Not done yet: who is told what"
    assert "It concerns 3 families online" in page.text
    assert "How you get in online has changed" in page.text
    assert "To call 1" in " ".join(cell.get("data-label") + " " + cell.text for cell in page.root.all("td"))
    assert links() == []
    assert states() == []


def test_then_it_is_written_and_each_family_online_is_told_once(families: Flask, staff: Browser) -> None:
    page = staff.send(typed(staff, link=LINK).form("sure"))
    assert "3 families are told." in page.text
    assert links() == [LINK]
    assert sorted(states()) == ["call", "queued", "queued"]
    assert "Saved." in typed(staff, link=LINK).text
    assert len(states()) == 3


def test_without_the_tick_it_is_written_and_nobody_is_told(families: Flask, staff: Browser) -> None:
    form = typed(staff, link=LINK).form("sure")
    form.values.setlist("tell", [])
    page = staff.send(form)
    assert "Saved." in page.text
    assert "told" not in page.text
    assert links() == [LINK]
    assert states() == []


def test_one_can_go_back_with_what_was_typed(families: Flask, staff: Browser) -> None:
    page = staff.send(typed(staff, link=LINK, passcode="4711").form("edit"))
    form = page.form("link")
    assert (form.values["link"], form.values["passcode"]) == (LINK, "4711")
    assert links() == []


def test_a_way_of_one_language_concerns_only_who_listens_in_it(families: Flask, staff: Browser) -> None:
    assert write_way_in(meeting(), {"": WAY_IN, "es": WAY_IN}, tell=False) == 0
    db.session.commit()
    page = typed(staff, **{"link-es": LINK})
    assert "It concerns 1 family online" in page.text
    page = typed(staff, link=LINK)
    assert "It concerns 2 families online" in page.text


def test_where_it_concerns_nobody_it_is_done_at_once(app: Flask, staff: Browser) -> None:
    register(Browser(app), email="room@example.org")
    assert "Saved." in typed(staff, link=LINK).text
    assert links() == [LINK]


@pytest.mark.parametrize("columns", [{"status": "cancelled"}, {"status": "postponed"}])
def test_of_a_meeting_that_is_called_off_nobody_is_told(
    families: Flask, staff: Browser, columns: dict[str, str]
) -> None:
    meeting(**columns)
    assert "Saved." in typed(staff, link=LINK).text
    assert states() == []


def test_somebody_elses_way_is_shown_before_it_is_overwritten(families: Flask, staff: Browser) -> None:
    sure = typed(staff, link=LINK).form("sure")
    write_way_in(meeting(), tell=False)
    db.session.commit()
    page = staff.send(sure)
    assert page.status == 409
    assert WAY_IN.link in page.text
    assert links() == [WAY_IN.link]


def test_only_the_last_of_several_changes_is_still_told(families: Flask) -> None:
    write_way_in(meeting())
    db.session.commit()
    write_way_in(meeting(), {"": Access(link=LINK)})
    db.session.commit()
    rows = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.message == "way_in", OutboxMessage.state == "queued")
        .order_by(OutboxMessage.id)
    ).all()
    built = [build(row.queued()) for row in rows]
    assert [type(one) for one in built] == [Superseded, Superseded, Letter, Letter]
    last = built[-1]
    assert isinstance(last, Letter)
    assert LINK in last.text
    assert WAY_IN.link not in last.text
    assert LINK in last.secrets
