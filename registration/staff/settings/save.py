"""The settings are kept. The caller commits."""

import secrets
from dataclasses import asdict
from datetime import datetime

from registration.accounts import audit
from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.meetings.models import District
from registration.meetings.published import touch
from registration.meetings.retention import days_kept, keep_promises
from registration.staff.settings.answers import Settings


class ChangedMeanwhile(Exception):
    """Somebody changed the settings since the form was shown."""


def save(settings: Settings, version: int, *, person: Person | None, now: datetime) -> list[str]:
    """Keep the settings; gives the columns that changed. Raises ChangedMeanwhile when `version` is an old one."""
    # Meetings are locked before the district, as where a meeting changes what the public sees.
    if settings.retention_days > (days := days_kept()):
        keep_promises(days, now)
    district = db.session.get(District, 1, with_for_update=NO_KEY)
    if district is None:
        district = _first()
    if district.version != version:
        raise ChangedMeanwhile
    changed = sorted(name for name, value in asdict(settings).items() if getattr(district, name) != value)
    for name in changed:
        setattr(district, name, getattr(settings, name))
    if changed:
        district.version += 1
        facts = {"fields": changed}
        audit.record("settings_edited", object_kind="district", object_id=1, person=person, facts=facts)
        touch()
    return changed


def _first() -> District:
    # A random start: what a process has kept of another database's version 1 must not pass for this one's.
    district = District(id=1, phone="", email="", version=0, content_version=secrets.randbelow(2**30))
    db.session.add(district)
    db.session.flush()
    return district
