"""What families answered to "Are you still coming?", as pages show it."""

from collections.abc import Sequence
from typing import NamedTuple

from registration import dates, i18n, languages
from registration.families.models import Modality
from registration.i18n import gettext
from registration.meetings.models import Meeting
from registration.meetings.shown import tongue
from registration.staff.meetings.overview import Figure
from registration.staff.reminders import found


class LanguageShown(NamedTuple):
    """Answers of families that asked for one language."""

    name: str
    yes: int
    no: int
    open: int


class Answered(NamedTuple):
    """The answers of a meeting's families: in all, and by language asked for."""

    figures: Sequence[Figure]
    languages: Sequence[LanguageShown]


def answered(meeting: Meeting) -> Answered | None:
    """The answers; None as long as nobody was asked. It counts the families of the meeting."""
    if meeting.asked_until is None:
        return None
    asked_at = found.asked_at(meeting.id) or meeting.asked_until
    came = found.coming(meeting, asked_at)
    words = (
        (came.yes, gettext("still coming")),
        (came.no, gettext("cannot come")),
        (came.open, gettext("no answer yet")),
    )
    return Answered([_figure(*one) for one in words], _languages(found.answers(meeting, asked_at)))


def at_a_glance(meeting: Meeting) -> Answered | None:
    """Who said yes, by the counters of a meeting, however many families it has; None as long as nobody was asked."""
    if meeting.asked_until is None:
        return None
    figure = _figure(meeting.said_yes, gettext("families still coming"))
    return Answered([figure], _languages(found.answers(meeting, None)))


def _figure(number: int, label: str) -> Figure:
    return Figure(dates.count(number, i18n.speaking()), label)


def _languages(rows: Sequence[found.Answers]) -> list[LanguageShown]:
    return [LanguageShown(_name(one.language, one.modality), one.yes, one.no, one.open) for one in rows]


def _name(language: str, modality: str) -> str:
    if modality == Modality.CAPTIONS:
        return gettext("Captions")
    return languages.capitalised(tongue(language, i18n.speaking()).name)
