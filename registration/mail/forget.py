"""Letting go of what was written to somebody whose data is deleted."""

from sqlalchemy import update

from registration.extensions import db
from registration.mail.models import OutboxMessage, State

# What has not gone out yet; its text would be read from rows that are empty now.
OPEN = (State.QUEUED, State.HELD, State.FAILED, State.CALL)


def forget(subject_kind: str, subject_id: int) -> None:
    """Blank what is kept of messages about a subject and stop those still to be sent; the caller commits."""
    about = (OutboxMessage.subject_kind == subject_kind, OutboxMessage.subject_id == subject_id)
    db.session.execute(
        update(OutboxMessage)
        .where(*about)
        .values(sent_subject=None, sent_text=None, facts={}, address_key=None, last_error=None)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(OutboxMessage)
        .where(*about, OutboxMessage.state.in_(OPEN))
        .values(state=State.SUPERSEDED, last_error="data deleted")
        .execution_options(synchronize_session=False)
    )
