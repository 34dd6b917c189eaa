"""Why a message was not sent, in the words of who reads it; the words of the mail server stand beside them."""

import re
from typing import NamedTuple

from registration.accounts.models import Person
from registration.extensions import db
from registration.i18n import gettext
from registration.mail.retry import WRONG_NUMBER

STOPPED = "stopped by person "


class Reason(NamedTuple):
    """Why, as a sentence, and as it was kept ("" where the sentence says all of it)."""

    words: str
    original: str = ""


def stopped_by(person_id: int) -> str:
    """What is kept of a message that somebody stopped: no name."""
    return f"{STOPPED}{person_id}"


def reason(error: str | None) -> Reason | None:
    """The last error of a message in words; None where there is none."""
    if not error:
        return None
    if error.startswith(STOPPED):
        return Reason(_who_stopped(error.removeprefix(STOPPED)))
    if own := _own(error):
        return Reason(own)
    return Reason(_by_code(error) or _by_class(error), error)


def _who_stopped(number: str) -> str:
    person = db.session.get(Person, int(number)) if number.isdecimal() else None
    if person is None:
        return gettext("Somebody of staff stopped it.")
    return gettext("%(name)s stopped it.", name=person.name)


def _own(error: str) -> str:
    """What this program itself decided."""
    known = {
        "dropped": gettext("Nobody released it after a backup was restored."),
        "expired": gettext("It came too late: the meeting was over."),
        "data deleted": gettext("The family deleted its data."),
        WRONG_NUMBER: gettext("The phone number is somebody else's."),
        "there is no address any more": gettext("The family has no email address any more."),
        "the owner of the address said: this is not me": gettext("The owner of the address said: this is not me."),
        "the address takes no mail": gettext("A mail to this address came back."),
        "the family wants no reminders": gettext("The family wants no reminders."),
        "its words are gone": gettext("Somebody deleted the words of this message."),
        "the family has answered or withdrawn, or the meeting is over, moved or called off": gettext(
            "The family has answered or does not come, or the meeting is at another time."
        ),
        "the meeting is over or called off": gettext("The meeting is over or called off."),
    }
    if error in known:
        return known[error]
    if error.startswith("the registration is "):
        return gettext("The registration has changed since.") + " " + gettext("This message would no longer be true.")
    return ""


_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"^\w+: (\d{3})\b")


def _by_code(error: str) -> str:
    """What the codes of a mail server mean (RFC 5321, RFC 3463); the enhanced one says more."""
    if found := _ENHANCED.search(error):
        words = _enhanced(found[1][2:])
        if words:
            return words
    code = _CODE.match(error)
    return _codes().get(code[1], "") if code else ""


def _enhanced(detail: str) -> str:
    if detail.startswith("7."):
        return gettext("The mail server refuses our mail by its rules. Please show this to who runs the mail.")
    known = {
        "1.1": gettext("Nobody has this address at that mail service. It may be mistyped."),
        "1.2": gettext("There is no mail service of that name. The address may be mistyped."),
        "1.3": gettext("This is not a mail address. It may be mistyped."),
        "1.10": gettext("This address takes no mail at all."),
        "2.1": gettext("The mailbox is switched off."),
        "2.2": gettext("The mailbox is full."),
        "3.4": gettext("The mail is too long for that mail service."),
        "4.1": gettext("The mail service of the family does not answer just now."),
        "4.4": gettext("There is no mail service of that name. The address may be mistyped."),
    }
    return known.get(detail, "")


def _codes() -> dict[str, str]:
    busy = gettext("The mail server is busy. It asks us to try again later.")
    refused = gettext("The mail server does not take mail from us. Please show this to who runs the mail.")
    mistyped = gettext("This is not a mail address. It may be mistyped.")
    return {
        "421": busy,
        "450": busy,
        "451": busy,
        "452": gettext("The mailbox is full."),
        "501": mistyped,
        "530": refused,
        "534": refused,
        "535": refused,
        "538": refused,
        "550": gettext("The mail service of the family refused this address. It may be mistyped."),
        "551": gettext("Nobody has this address at that mail service. It may be mistyped."),
        "552": gettext("The mailbox is full."),
        "553": mistyped,
        "554": gettext("The mail server refused this mail."),
    }


# An error of this program or of the way to the mail server begins with the name of its class.
_CLASS = re.compile(r"^[A-Z]\w+(:|$)")


def _by_class(error: str) -> str:
    """What an error without a code means."""
    if error.startswith(("builder:", "letter:", "no builder")):
        return gettext("The program could not write this message. Please show this to who runs it.")
    if error.startswith("UnicodeError"):
        return gettext("This is not a mail address. It may be mistyped.")
    if error.startswith(("SMTPRecipientsRefused", "SMTPDataError")):
        return gettext("The mail server refused this mail.")
    if _CLASS.match(error) or error.startswith("gaierror"):
        return gettext("The mail server could not be reached. We try again by ourselves.")
    return gettext("This message would no longer be true.")
