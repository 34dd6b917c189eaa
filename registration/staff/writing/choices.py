"""What the form of a meeting offers to choose from."""

from typing import NamedTuple

from registration import languages, web
from registration.i18n import gettext
from registration.meetings.models import Recording
from registration.staff.texts.rows import home_zone
from registration.staff.texts.shown import language_name


class Option(NamedTuple):
    """One entry of a list of choices."""

    value: str
    text: str
    lang: str = ""
    dir: str = ""


def floor_languages() -> list[Option]:
    """Languages that a meeting can be held in, those of the pages first."""
    first = web.installed()
    spoken = [tag for tag, row in languages.LANGUAGES.items() if row.spoken]
    ordered = [tag for tag in first if tag in spoken] + [tag for tag in spoken if tag not in first]
    return [Option(tag, _both(tag)) for tag in ordered]


def _both(tag: str) -> str:
    own, name = languages.LANGUAGES[tag].own_name, language_name(tag)
    return own if own.casefold() == name.casefold() else f"{own} – {name}"


def recordings() -> list[Option]:
    """Whether a meeting is recorded, as choices."""
    return [
        Option(Recording.NO.value, gettext("Not recorded")),
        Option(Recording.YES.value, gettext("Yes, with picture and sound")),
        Option(Recording.AUDIO.value, gettext("Yes, the sound only")),
    ]


# What US districts live in, offered while typing; any other zone can be typed.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)


def zones() -> list[str]:
    """Time zones to choose from while typing: the installation's own first."""
    own = home_zone()
    return [own, *(zone for zone in ZONES if zone != own)]
