"""Alarms in words: why they are raised, and what settled them."""

from collections.abc import Callable, Mapping

from registration.i18n import gettext
from registration.interpretation.day.models import Danger, How


def dangers() -> dict[Danger, str]:
    """Why an alarm is raised."""
    return {
        Danger.ILL: gettext("Is ill and gave the job back"),
        Danger.NOT_THERE: gettext("Has not said that they are there"),
    }


def hows() -> dict[How, str]:
    """What staff can say."""
    return {
        How.REACHED: gettext("Reached. They are on their way."),
        How.OTHERS_THERE: gettext("The others of the team do it without them."),
        How.TELEPHONE: gettext("We interpret by telephone."),
        How.WITHOUT: gettext("Nobody can be found. It goes on without."),
    }


# What the program settles by itself, when it is done here.
BY_ITSELF: Mapping[str, Callable[[], str]] = {
    "arrived": lambda: gettext("They are there."),
    "finished": lambda: gettext("They have told their hours."),
    "replaced": lambda: gettext("Somebody else has the seat."),
    "did_not_come": lambda: gettext("They did not come."),
    "released": lambda: gettext("They were let go."),
    "ill": lambda: gettext("They said that they are ill."),
    "plan_changed": lambda: gettext("The plan of the meeting changed."),
}


def settled(how: str) -> str:
    """What settled an alarm."""
    if how in set(How):
        return hows()[How(how)]
    return BY_ITSELF[how]() if how in BY_ITSELF else ""
