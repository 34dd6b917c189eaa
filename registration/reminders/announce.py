"""An announcement is scheduled, taken back or stopped; a run of reminders is stopped. The caller commits."""

from datetime import datetime

from sqlalchemy import func, select

from registration.database import NO_KEY
from registration.extensions import db
from registration.mail.decide import stop_mailing
from registration.mail.models import OutboxMessage
from registration.reminders.models import Announcement, AnnouncementState, ReminderRun, RunState
from registration.reminders.queue import OPEN


class TooLate(Exception):
    """It is no draft any more, or all of it has gone out."""


def schedule(announcement_id: int, when: datetime) -> None:
    """Let a draft, or one that is scheduled for another time, go out at `when`. Raises TooLate."""
    announcement = _locked(announcement_id)
    if announcement.state not in (AnnouncementState.DRAFT, AnnouncementState.SCHEDULED):
        raise TooLate
    announcement.state, announcement.send_at = AnnouncementState.SCHEDULED.value, when
    db.session.flush()


def unschedule(announcement_id: int) -> None:
    """Make a scheduled announcement a draft again. Raises TooLate."""
    announcement = _locked(announcement_id)
    if announcement.state != AnnouncementState.SCHEDULED:
        raise TooLate
    announcement.state, announcement.send_at = AnnouncementState.DRAFT.value, None
    db.session.flush()


def _locked(announcement_id: int) -> Announcement:
    return db.session.get_one(Announcement, announcement_id, with_for_update=NO_KEY, populate_existing=True)


def stop_announcement(announcement_id: int, reason: str, now: datetime) -> int:
    """Send no more of an announcement; how many messages were stopped. `reason` is kept with each. Raises TooLate.

    What has gone out has gone out.
    """
    announcement = _locked(announcement_id)
    ids = db.session.scalars(
        select(ReminderRun.id).where(ReminderRun.announcement_id == announcement_id).order_by(ReminderRun.id)
    ).all()
    stopped = sum(stop_run(run_id, reason, now) for run_id in ids)
    ongoing = (AnnouncementState.SCHEDULED, AnnouncementState.SENDING, AnnouncementState.DONE)
    if announcement.state not in ongoing or (announcement.state == AnnouncementState.DONE and not stopped):
        raise TooLate
    announcement.state, announcement.finished_at = AnnouncementState.STOPPED.value, now
    db.session.flush()
    return stopped


def stop_run(run_id: int, reason: str, now: datetime) -> int:
    """Queue no more of a run, and send nothing that waits; how many messages were stopped. Twice is once."""
    run = db.session.get_one(ReminderRun, run_id, with_for_update=NO_KEY, populate_existing=True)
    stopped = stop_mailing(run.mailing, reason)
    if run.state in OPEN or stopped:
        run.state, run.finished_at = RunState.STOPPED.value, now
        db.session.flush()
    return stopped


def standing(run_ids: list[int]) -> dict[tuple[str, str | None], int]:
    """How many messages of these runs stand in each state, by the language they were sent in (None: not sent)."""
    row = OutboxMessage
    query = (
        select(row.state, row.sent_locale, func.count())
        .where(row.mailing.in_([f"run:{one}" for one in run_ids]))
        .group_by(row.state, row.sent_locale)
    )
    return {(state, locale): number for state, locale, number in db.session.execute(query)}
