"""Which policy profile a district follows. The caller commits."""

from collections.abc import Mapping

from registration.accounts import audit
from registration.accounts.models import Person
from registration.database import NO_KEY
from registration.extensions import db
from registration.interpretation.models import PolicyChoice
from registration.interpretation.policy import FIRST, Policy, Profile, policy


class ChangedMeanwhile(Exception):
    """Somebody changed the profile since the form was shown."""


def current() -> Policy:
    """The policy in force."""
    row = db.session.get(PolicyChoice, 1)
    return policy(Profile(row.profile), row.figures) if row else policy(FIRST)


def version() -> int:
    """The version of the choice, 0 while nobody has chosen."""
    row = db.session.get(PolicyChoice, 1)
    return row.version if row else 0


def choose(profile: Profile, own: Mapping[str, int], version: int, *, by: Person | None) -> bool:
    """Follow `profile`; `own`: the figures of the district's own one. Whether that is a change.

    Raises ChangedMeanwhile when `version` is an old one.
    """
    row = db.session.get(PolicyChoice, 1, with_for_update=NO_KEY)
    if (row.version if row else 0) != version:
        raise ChangedMeanwhile
    if row is None:
        row = PolicyChoice(id=1, profile=FIRST.value, figures={}, version=0)
        db.session.add(row)
    figures = dict(own) if profile is Profile.OWN else row.figures
    if (row.profile, row.figures) == (profile.value, figures) and row.version:
        return False
    row.profile, row.figures, row.version = profile.value, figures, row.version + 1
    facts = {"profile": profile.value}
    audit.record("policy_chosen", object_kind="district", object_id=1, person=by, facts=facts)
    return True
