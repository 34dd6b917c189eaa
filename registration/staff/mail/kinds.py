"""What messages are about, in the words of staff."""

from registration.i18n import gettext
from registration.mail.models import State


def names() -> dict[str, str]:
    """By the name of a message, what it says to whom it goes."""
    return {
        "confirmation": gettext("You are registered"),
        "waiting": gettext("You are on the waiting list"),
        "promoted": gettext("You have a place now"),
        "changed": gettext("Your registration was changed"),
        "withdrawn": gettext("You are not coming"),
        "link": gettext("Your link again"),
        "room_changed": gettext("Another room"),
        "moved": gettext("Another time"),
        "now_online": gettext("The meeting is online now"),
        "way_in": gettext("Another way in online"),
        "postponed": gettext("The meeting is put off"),
        "cancelled": gettext("The meeting is cancelled"),
        "interpreter_confirmed": gettext("Your interpreter is confirmed"),
        "interpreter_looking": gettext("We look for an interpreter again"),
        "interpreter_another_way": gettext("Your language, another way"),
        "sign_in": gettext("Link to sign in"),
        "invitation": gettext("Invitation to sign in"),
        "call_me": gettext("Please call me"),
        "still_coming": gettext("“Are you still coming?”"),
        "same_day": gettext("“The meeting is today”"),
        "reminder_own": gettext("Reminder in your own words"),
        "announcement": gettext("Announcement"),
        "announcement_test": gettext("Test of an announcement"),
        "job_offer": gettext("Offer to an interpreter"),
        "job_taken": gettext("Somebody else has the job"),
        "job_withdrawn": gettext("Offer taken back"),
        "job_confirmed": gettext("Job confirmed"),
        "job_released": gettext("Interpreter not needed any more"),
        "job_changed": gettext("Job changed"),
        "job_cancelled": gettext("Job called off"),
        "job_alarm": gettext("An interpreter is missing"),
    }


def name(message: str) -> str:
    """What one message is about; the name itself where it has no words yet."""
    return names().get(message, message)


def states() -> dict[str, str]:
    """By a state, its words: those of components/staff/states.html."""
    return {
        State.FAILED.value: gettext("Failed"),
        State.HELD.value: gettext("Held back"),
        State.RESTORED.value: gettext("From a backup"),
        State.CALL.value: gettext("To call"),
        State.QUEUED.value: gettext("Waiting to be sent"),
        State.SENDING.value: gettext("Being sent"),
        State.SENT.value: gettext("Sent"),
        State.SUPERSEDED.value: gettext("No longer needed"),
    }
