"""Which registration this browser holds: the one whose link it opened last, or that it has just made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from flask import session
from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import contains_eager
from sqlalchemy.orm.attributes import set_committed_value

from registration import database, links
from registration.extensions import db
from registration.families import whole
from registration.families.models import InterpretationEvent, InterpretationRequest, Registration
from registration.meetings.models import District
from registration.meetings.published import note_version

KEY = "registration"
FAMILY_LINKS = (links.Purpose.MAILED, links.Purpose.REGISTRATION)


def hold(registration: Registration, *, by_mail: bool = False) -> None:
    """Let this browser open the registration; it lets go of the one before. `by_mail`: by a link from its mail."""
    session[KEY] = [registration.public_id, registration.link_version, by_mail]


def open_link(token: str) -> Registration | None:
    """Hold the registration that a family's link names, be it from mail, a page, or paper; None where it opens none."""
    for purpose in FAMILY_LINKS:
        if (registration := named_by(purpose, token)) is not None:
            let_go_of_family()
            hold(registration, by_mail=purpose is links.Purpose.MAILED)
            return registration
    return None


def once_opened(token: str) -> links.Opened | None:
    """What a family's link named when we signed it, though it may open nothing any more; None when we did not."""
    return next((named for purpose in FAMILY_LINKS if (named := links.read(purpose, token))), None)


def reached_by_mail(registration: Registration) -> bool:
    """Whether this browser came by a link from the registration's mail, which nobody has done before."""
    kept = session.get(KEY)
    return registration.link_opened_at is None and isinstance(kept, list) and len(kept) == 3 and bool(kept[2])


def note_read_mail(registration: Registration, now: datetime) -> None:
    """Record that somebody reads mail at the registration's address.

    Ends the transaction that has read the page, since one that only reads cannot be made to write; the caller commits.
    """
    same = (Registration.id == registration.id, Registration.link_version == registration.link_version)
    db.session.rollback()
    database.may_write()
    noted = update(Registration).where(*same, Registration.link_opened_at.is_(None)).values(link_opened_at=now)
    db.session.execute(noted.execution_options(synchronize_session=False))


def let_go() -> None:
    """Leave nothing of anybody in this browser's session."""
    session.clear()


def let_go_of_family() -> None:
    """Leave nothing of a family in this browser's session; staff who looked at its page stay signed in."""
    for key in (KEY, "shared"):
        session.pop(key, None)


def held() -> Registration | None:
    """The registration this browser holds, with its meeting and requests; None when there is none or it was revoked."""
    kept = session.get(KEY)
    return load(kept[:2]) if isinstance(kept, list) and len(kept) in (2, 3) else None


def load(kept: Sequence[object]) -> Registration | None:
    """The registration of a public id and link version. Where nothing is written it belongs to no session."""
    public_id, version = kept
    found = _read(public_id) if database.only_reads() else _one(BY_PUBLIC_ID, {"public_id": public_id})
    if found is None or found.link_version != version or found.erased_at is not None:
        return None
    return found


def deleted(kept: object) -> bool:
    """Whether the registration that a link or a browser's session names, of any version, has been erased."""
    if not isinstance(kept, list | tuple) or len(kept) not in (2, 3):
        return False
    erased = select(Registration.id).where(Registration.public_id == kept[0], Registration.erased_at.is_not(None))
    return db.session.scalar(erased) is not None


def held_deleted() -> bool:
    """Whether what this browser holds has been erased."""
    return deleted(session.get(KEY))


def named_by(purpose: links.Purpose, token: str) -> Registration | None:
    """The registration that a secret link names, while the link is good."""
    opened = links.read(purpose, token)
    return load(opened) if opened else None


def address_token(purpose: links.Purpose, registration: Registration) -> str:
    """The token that `named_by_address` reads."""
    return links.token(
        purpose, registration.public_id, links.address_stamp(registration.public_id, registration.email_folded)
    )


def named_by_address(purpose: links.Purpose, token: str) -> Registration | None:
    """The registration that a link of its address names: good until the family gives another address.

    "This is not me" and "no more reminders" must work from any mail the address got, and from none it got before.
    """
    opened = links.read(purpose, token)
    if opened is None:
        return None
    query = select(Registration).where(Registration.public_id == opened.public_id, Registration.erased_at.is_(None))
    found = db.session.scalars(query).first()
    if found is None or links.address_stamp(found.public_id, found.email_folded) != opened.version:
        return None
    return found


def by_id(registration_id: int) -> Registration | None:
    """A registration with its meeting and requests, for messages."""
    return _one(BY_ID, {"id": registration_id})


_other_locale: ContextVar[str | None] = ContextVar("other_locale", default=None)


@contextmanager
def read_in(locale: str) -> Iterator[None]:
    """Take what is loaded inside the block for families that read `locale`: to look at their messages in it.

    None of it is stored: to the session the value is the one it has read.
    """
    before = _other_locale.set(locale)
    try:
        yield
    finally:
        _other_locale.reset(before)


def other_locale() -> str | None:
    """The language that `read_in` asks for just now."""
    return _other_locale.get()


# The registration with its meeting, requests and their events, and the content version: one statement, built once.
_WHOLE = (
    select(Registration, select(District.content_version).where(District.id == 1).scalar_subquery())
    .join(Registration.meeting)
    .outerjoin(Registration.requests)
    .outerjoin(InterpretationRequest.events)
    .options(
        contains_eager(Registration.meeting),
        contains_eager(Registration.requests).contains_eager(InterpretationRequest.events),
    )
    .order_by(InterpretationRequest.id, InterpretationEvent.id)
    .execution_options(populate_existing=True)
)
BY_PUBLIC_ID = _WHOLE.where(Registration.public_id == bindparam("public_id"))
BY_ID = _WHOLE.where(Registration.id == bindparam("id"))


def by_ids(ids: Sequence[int]) -> tuple[dict[int, Registration], int | None]:
    """Registrations as `by_id` gives each, in one query, and the content version they were read with.

    They belong to no session: what is read of them later is as it was now.
    """
    found = whole.by_ids(ids)
    return {one.registration.id: one.registration for one in found}, found[0].version if found else None


def _read(public_id: object) -> Registration | None:
    found = whole.by_public_id(public_id)
    if found is None:
        return None
    note_version(found.version)
    return _as_other(found.registration)


def _one(query: Select[Registration, int], values: dict[str, object]) -> Registration | None:
    row = db.session.execute(query, values).unique().first()
    if row is None:
        return None
    note_version(row[1])
    return _as_other(row[0])


def _as_other(registration: Registration) -> Registration:
    if other := _other_locale.get():
        set_committed_value(registration, "locale", other)
    return registration
