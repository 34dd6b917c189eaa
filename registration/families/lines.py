"""What messages to families say of a registration, line by line, in the language just spoken. Plain text."""

import re
import unicodedata

from registration import clock, dates, i18n
from registration.families import demand, hearing
from registration.families.access import WayIn
from registration.families.models import OWN_WORDS, Attendance, Modality, Registration
from registration.families.words import people
from registration.i18n import gettext
from registration.meetings.shown import DistrictView, MeetingView, tongue

# What makes a text clickable in some reader of mail: such text of strangers is not repeated to an address.
ADDRESS = re.compile(r"://|www\.|@|[^\s.]\.[^\W\d_]{2,}", re.IGNORECASE)


# Room for a long name, not for a message: whoever types a stranger's address writes to them with it.
MOST_REPEATED = 60
# A word with so many digits could be a phone number, whatever letters stand around them.
MOST_DIGITS = 5


def greeting_name(name: str) -> str:
    """As much of a name as a mail may repeat: up to 60 characters, no words without letters, such as phone numbers.

    "" where any of it could be a web address.
    """
    words = [word for word in without_address(name).split() if _is_word(unicodedata.normalize("NFKC", word))]
    kept = " ".join(words)
    if len(kept) <= MOST_REPEATED:
        return kept
    shorter = kept[: MOST_REPEATED + 1].rpartition(" ")[0]
    return shorter or kept[:MOST_REPEATED]


def _is_word(part: str) -> bool:
    digits = sum(letter.isdecimal() for letter in part)
    return digits == 0 or (digits < MOST_DIGITS and any(letter.isalpha() for letter in part))


def without_address(text: str) -> str:
    """`text`, or nothing where it holds what could be a web address."""
    # Full-width and ideographic dots part the names of a domain too (IDNA, RFC 3490, 3.1).
    plain = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    return "" if ADDRESS.search(plain) else text


def place_lines(registration: Registration, view: MeetingView, way: WayIn | None) -> list[str]:
    """Where, a line each; the link into an online meeting stands apart."""
    if registration.attendance != Attendance.ONLINE and view.place is not None:
        return [view.place.line, view.place.address]
    if way is None:
        return [gettext("Online"), gettext("We send you the way in before the meeting.")]
    lines = [gettext("Online")]
    if way.dial_in:
        lines.append(gettext("By telephone: %(number)s", number=way.dial_in))
    if way.passcode:
        lines.append(gettext("Passcode: %(passcode)s", passcode=way.passcode))
    return lines


def rows(
    registration: Registration, view: MeetingView, district: DistrictView, way: WayIn | None
) -> list[tuple[str, list[str]]]:
    """What was asked for and what is true of it. Needs are never here: the address may be somebody else's."""
    return [
        (gettext("Where"), place_lines(registration, view, way)),
        (gettext("Language"), [gettext("The meeting is in %(language)s.", language=view.floor.name)]),
        (gettext("Interpreter"), interpreter_lines(registration, view, district)),
        (gettext("Who comes"), [people(registration.adults, registration.children)]),
        (gettext("Recording"), [recording(view.recording)]),
    ]


def interpreter_lines(registration: Registration, view: MeetingView, district: DistrictView) -> list[str]:
    """Each request and what is true of it."""
    lines, now = [], clock.now()
    for request in demand.active(registration):
        said = hearing.state(view, request, district, now)
        lines.append(
            f"{_asked_for(request.language, request.modality, request.own_words, view.locale)}: {said}".lstrip(": ")
        )
    if registration.call_me:
        lines.append(gettext("We will call you about the interpreter."))
    return lines or [gettext("You asked for no interpreter.")]


def _asked_for(language: str, modality: str, own_words: str, locale: str) -> str:
    if modality == Modality.CAPTIONS:
        return gettext("Captions")
    if language == OWN_WORDS:
        return greeting_name(own_words)
    return tongue(language, locale).own_name


def recording(kind: str) -> str:
    """Whether the meeting is recorded, in words."""
    words = {
        "no": gettext("No. The meeting is not recorded."),
        "yes": gettext("Yes, with picture and sound. There are seats that the camera does not see."),
        "audio": gettext("Yes, the sound only. There is no picture."),
    }
    return words[kind]


def desk_line(view: MeetingView, registration: Registration) -> str:
    """What somebody at the front desk reads on the family's telephone; `view` is in English."""
    when = dates.line(view.starts_at, view.ends_at, view.time_zone, i18n.SOURCE)
    where = view.place.line if view.place and registration.attendance == Attendance.IN_PERSON else "online"
    return f"{view.title}, {when}, {where}. Code {registration.code}."
