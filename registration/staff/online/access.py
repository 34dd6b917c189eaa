"""The way into an online meeting, as staff write it: for everybody, and by language. It never becomes public."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from registration.extensions import db
from registration.meetings.models import OnlineAccess


@dataclass(frozen=True, slots=True)
class Access:
    """A way in: link, telephone number, passcode; each may be empty."""

    link: str = ""
    dial_in: str = ""
    passcode: str = ""


def of_meeting(meeting_id: int) -> dict[str, Access]:
    """What is written for a meeting, by language; "" is for everybody."""
    query = select(OnlineAccess).where(OnlineAccess.meeting_id == meeting_id).order_by(OnlineAccess.language)
    return {row.language: Access(row.link, row.dial_in, row.passcode) for row in db.session.scalars(query)}


def store(meeting_id: int, ways: Mapping[str, Access]) -> list[str]:
    """Write the ways in `ways`; an empty one is taken away. The languages that changed; the meeting is locked."""
    there = of_meeting(meeting_id)
    changed = [tag for tag, access in ways.items() if there.get(tag, Access()) != access]
    for tag in changed:
        mine = (OnlineAccess.meeting_id == meeting_id, OnlineAccess.language == tag)
        db.session.execute(delete(OnlineAccess).where(*mine))
        access = ways[tag]
        if access != Access():
            db.session.add(
                OnlineAccess(
                    meeting_id=meeting_id,
                    language=tag,
                    link=access.link,
                    dial_in=access.dial_in,
                    passcode=access.passcode,
                )
            )
    db.session.flush()
    return changed
