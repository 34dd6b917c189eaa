"""What became of a language, in words."""

from registration.families.models import Event, Why
from registration.i18n import gettext
from registration.meetings.models import Way


def result_words() -> dict[Event, str]:
    """The results, in the order of a choice."""
    return {
        Event.SERVED: gettext("Served"),
        Event.PARTLY: gettext("Partly served"),
        Event.UNMET: gettext("Not served"),
    }


def why_words() -> dict[Why, str]:
    """The reasons that staff choose from, in their order."""
    return {
        Why.NOBODY_FOUND: gettext("Nobody was found"),
        Why.DID_NOT_COME: gettext("The interpreter did not come"),
        Why.CAME_LATE: gettext("The interpreter came late or left early"),
        Why.TOO_FEW: gettext("Fewer interpreters came than the team needs"),
        Why.EQUIPMENT: gettext("The equipment did not work"),
        Why.OTHER_MEETING: gettext("We sent the families to another meeting"),
        Why.OTHER: gettext("Another reason"),
    }


def reason(word: str) -> str:
    """Any reason of the record of a request, in words; "" for none."""
    known: dict[str, str] = {
        **{one.value: words for one, words in why_words().items()},
        Why.NO_SEAT: gettext("The family stayed on the waiting list"),
        Why.TEAM_COMPLETE: gettext("The team is complete"),
        Why.INTERPRETER_LOST: gettext("An interpreter cannot come any more"),
        Way.TELEPHONE: gettext("An interpreter by telephone"),
        Way.REMOTE: gettext("From elsewhere, on a screen"),
    }
    return known.get(word, "")
