"""The names of changes of plan, for staff."""

from registration.i18n import gettext
from registration.staff.plan.plans import Kind


def kind_words() -> dict[Kind, tuple[str, str]]:
    """What staff can do, and what it means for families."""
    return {
        Kind.ROOM: (gettext("Another room or place"), gettext("Families in the room are told where to go.")),
        Kind.MOVED: (gettext("Another day or time"), gettext("All registrations and requests stay.")),
        Kind.ONLINE: (gettext("Online only"), gettext("Every seat in the room becomes a place online.")),
        Kind.POSTPONED: (
            gettext("Postponed, no new date yet"),
            gettext("Registrations stay. Nobody can register until there is a new date."),
        ),
        Kind.CANCELLED: (gettext("Cancelled"), gettext("Families are told which other meetings they can go to.")),
        Kind.AGAIN: (
            gettext("It takes place after all"),
            gettext("Give the new date. All registrations and requests are still there."),
        ),
    }


def past_words() -> dict[Kind, str]:
    """What was done."""
    return {
        Kind.ROOM: gettext("The room was changed"),
        Kind.MOVED: gettext("The meeting was moved"),
        Kind.ONLINE: gettext("The meeting went online"),
        Kind.POSTPONED: gettext("The meeting was postponed"),
        Kind.CANCELLED: gettext("The meeting was cancelled"),
        Kind.AGAIN: gettext("The meeting got a new date"),
    }


def why_words() -> dict[str, str]:
    """Why a change cannot be made."""
    return {
        "state": gettext("This cannot be done: the meeting is over, or stands otherwise by now."),
        "past": gettext("This day and time are over. Choose a later one."),
        "capacity": gettext("More families have registered meanwhile than there would be places. Please try again."),
        "same": gettext("This is the time the meeting has now. Choose another one."),
    }
