"""What was done, in words: one line an action. A test fails for an action that is recorded and has none."""

from collections.abc import Callable, Mapping

from registration.i18n import gettext

ACTIONS: Mapping[str, Callable[[], str]] = {
    "signed_in": lambda: gettext("Signed in"),
    "signed_out": lambda: gettext("Signed out everywhere"),
    "link_sent": lambda: gettext("Sent a sign-in link"),
    "person_added": lambda: gettext("Added a person"),
    "person_deactivated": lambda: gettext("Deactivated a person"),
    "person_activated": lambda: gettext("Let a person in again"),
    "roles_set": lambda: gettext("Changed roles"),
    "profile_changed": lambda: gettext("Changed their profile"),
    "second_factor_set_up": lambda: gettext("Set up the second step"),
    "second_factor_off": lambda: gettext("Switched the second step off"),
    "second_factor_reset": lambda: gettext("Switched the second step of a person off"),
    "recovery_codes_made": lambda: gettext("Made recovery codes"),
    "recovery_code_used": lambda: gettext("Used a recovery code"),
    "family.called": lambda: gettext("Called a family"),
    "family.registered": lambda: gettext("Registered a family"),
    "family.changed": lambda: gettext("Changed a family’s answers"),
    "family.withdrawn": lambda: gettext("Cancelled for a family"),
    "family.erased": lambda: gettext("Deleted a family’s data"),
    "family.mapped": lambda: gettext("Said which language a family means"),
    "family.noted": lambda: gettext("Wrote a note on a family’s language"),
    "family.kept": lambda: gettext("Looked at a registration and kept it"),
    "family.link_sent": lambda: gettext("Sent a family its link again"),
    "family.address_seen": lambda: gettext("Looked at registrations with one address"),
    "families_exported": lambda: gettext("Saved a list of families as a file"),
    "registrations.removed": lambda: gettext("Removed registrations"),
    "registrations.restored": lambda: gettext("Brought removed registrations back"),
    "mail_retried": lambda: gettext("Tried mails again"),
    "mail_let_go": lambda: gettext("Let a held mail go"),
    "mail_stopped": lambda: gettext("Stopped a mail"),
    "meeting_made": lambda: gettext("Wrote a new meeting"),
    "meeting_edited": lambda: gettext("Changed a meeting"),
    "meeting_duplicated": lambda: gettext("Duplicated a meeting"),
    "meeting_published": lambda: gettext("Published a meeting"),
    "meeting_unpublished": lambda: gettext("Took a meeting off the public pages"),
    "online_written": lambda: gettext("Wrote how to join online"),
    "settings_edited": lambda: gettext("Changed the settings"),
    "series_made": lambda: gettext("Wrote a new series"),
    "place_made": lambda: gettext("Added a place"),
    "text_written": lambda: gettext("Wrote a text"),
    "plan_room": lambda: gettext("Changed the room of a meeting"),
    "plan_moved": lambda: gettext("Moved a meeting in time"),
    "plan_online": lambda: gettext("Moved a meeting online"),
    "plan_postponed": lambda: gettext("Postponed a meeting"),
    "plan_cancelled": lambda: gettext("Cancelled a meeting"),
    "plan_again": lambda: gettext("Held a meeting after all"),
    "interpretation.set": lambda: gettext("Set the interpretation of a meeting"),
    "reminder_added": lambda: gettext("Added a reminder"),
    "reminder_edited": lambda: gettext("Changed a reminder"),
    "reminder_switched": lambda: gettext("Switched a reminder on or off"),
    "reminder_stopped": lambda: gettext("Stopped a reminder"),
    "reminder_retried": lambda: gettext("Sent a reminder again where it failed"),
    "announcement_written": lambda: gettext("Wrote an announcement"),
    "announcement_edited": lambda: gettext("Changed an announcement"),
    "announcement_discarded": lambda: gettext("Threw an announcement away"),
    "announcement_tested": lambda: gettext("Sent a test of an announcement"),
    "announcement_sent": lambda: gettext("Sent an announcement"),
    "announcement_unscheduled": lambda: gettext("Took an announcement back"),
    "announcement_stopped": lambda: gettext("Stopped an announcement"),
    "announcement_retried": lambda: gettext("Sent an announcement again where it failed"),
    "interpretation.removed": lambda: gettext("Removed an interpretation of a meeting"),
    "policy_chosen": lambda: gettext("Chose the rules for interpretation"),
    "team_decided": lambda: gettext("Decided about a team of interpreters"),
    "seat_offered": lambda: gettext("Offered a job to interpreters"),
    "offer_accepted": lambda: gettext("Accepted a job"),
    "offer_declined": lambda: gettext("Said no to a job"),
    "offer_withdrawn": lambda: gettext("Took an offer back"),
    "assignment_confirmed": lambda: gettext("Confirmed an interpreter"),
    "assignment_named": lambda: gettext("Wrote whom an agency sends"),
    "assignment_released": lambda: gettext("Let an interpreter go"),
    "interpreter_added": lambda: gettext("Added an interpreter"),
    "interpreter_edited": lambda: gettext("Changed an interpreter"),
}

KINDS: Mapping[str, Callable[[], str]] = {
    "person": lambda: gettext("Person"),
    "registration": lambda: gettext("Registration"),
    "meeting": lambda: gettext("Meeting"),
    "series": lambda: gettext("Series"),
    "place": lambda: gettext("Place"),
    "district": lambda: gettext("District"),
    "message": lambda: gettext("Message"),
    "messages": lambda: gettext("Messages"),
    "interpretation_service": lambda: gettext("Interpretation"),
    "reminder": lambda: gettext("Reminder"),
    "announcement": lambda: gettext("Announcement"),
    "removal": lambda: gettext("Removal"),
    "interpreter": lambda: gettext("Interpreter"),
    "seat": lambda: gettext("Seat of a team"),
    "assignment": lambda: gettext("Job of an interpreter"),
}


def action(tag: str) -> str:
    """An action in words; what has none is shown as it is kept."""
    return ACTIONS[tag]() if tag in ACTIONS else tag


def kind(tag: str) -> str:
    """A kind of object in words."""
    return KINDS[tag]() if tag in KINDS else tag
