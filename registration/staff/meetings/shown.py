"""Meetings as staff see them: numbers and states in words, in the language of the page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from registration import dates, languages
from registration.families.models import Modality
from registration.i18n import gettext, ngettext
from registration.meetings import texts
from registration.meetings.completeness import TextState
from registration.meetings.models import Meeting, MeetingStatus, Mode, Way
from registration.meetings.shown import Tongue, tongue
from registration.meetings.texts import Said
from registration.staff import charts
from registration.staff.meetings.arranged import Line, Standing

KINDS = {
    Standing.CONFIRMED: charts.Kind.COMPLETE,
    Standing.ANOTHER_WAY: charts.Kind.PARTIAL,
    Standing.LOOKING: charts.Kind.NOBODY,
    Standing.ASKED: charts.Kind.NOBODY,
}
# So many late requests of a meeting are looked at.
MOST_LATE = 100


@dataclass(frozen=True, slots=True)
class Chip:
    """A state: kind and icon of components/chip.html, and words."""

    kind: str
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line in words; `name` is empty where it would say the own name again."""

    line: Line
    own_name: str
    lang: str
    dir: str
    name: str
    how: str
    late: str = ""
    bar: charts.Bar | None = None

    @property
    def plain(self) -> str:
        """The language in the words of the page."""
        return self.name or self.own_name


@dataclass(frozen=True, slots=True)
class Row:
    """A meeting in the list."""

    meeting: Meeting
    title: Said
    when: dates.When
    floor: Tongue
    lines: Sequence[LineShown]
    chips: Sequence[Chip]
    texts: Sequence[str]

    @property
    def settled(self) -> int:
        """Languages of which families know what will be there."""
        return sum(one.line.standing.settled for one in self.lines)

    @property
    def asked(self) -> int:
        """Requests, each family once a language."""
        return sum(one.line.asked for one in self.lines)

    @property
    def open(self) -> int:
        """Requests of which families do not know what will come."""
        return sum(one.line.asked for one in self.lines if not one.line.standing.settled)


def titles(meetings: Collection[Meeting], locale: str, source: str) -> Mapping[int, Said]:
    """The title of each meeting; one query. A meeting without any is named by its address."""
    found = texts.load([("meeting", one.id) for one in meetings])
    return {
        one.id: texts.say(found, "meeting", one.id, "title", locale, source) or Said(one.slug, "", "ltr", False)
        for one in meetings
    }


def row(meeting: Meeting, title: Said, lines: Sequence[Line], state: Mapping[str, TextState], locale: str) -> Row:
    """A meeting in the list."""
    return Row(
        meeting=meeting,
        title=title,
        when=dates.when(meeting.starts_at, meeting.ends_at, meeting.time_zone, locale),
        floor=tongue(meeting.floor_language, locale),
        lines=[line_shown(line, locale) for line in lines],
        chips=chips(meeting, lines),
        texts=text_words(state, locale),
    )


def chips(meeting: Meeting, lines: Sequence[Line]) -> list[Chip]:
    """What to know of a meeting at a glance, the worst first."""
    found = []
    if not meeting.published:
        found.append(Chip("info", "pencil", gettext("Draft")))
    if meeting.status == MeetingStatus.CANCELLED:
        found.append(Chip("bad", "cross", gettext("Cancelled")))
    elif meeting.status == MeetingStatus.POSTPONED:
        found.append(Chip("warn", "clock", gettext("Postponed")))
    elif not meeting.past:
        found += _arranged(lines)
    full = meeting.capacity is not None and meeting.seats_taken >= meeting.capacity
    if full and meeting.in_person:
        found.append(Chip("warn", "people", gettext("Full")))
    return found


def _arranged(lines: Sequence[Line]) -> list[Chip]:
    standings = {line.standing for line in lines}
    if Standing.ASKED in standings:
        return [Chip("bad", "alert", gettext("Not decided"))]
    if Standing.LOOKING in standings:
        return [Chip("warn", "search", gettext("Still looking"))]
    return [Chip("good", "check", gettext("Ready"))] if lines else []


def line_shown(line: Line, locale: str, late: str = "", bar: charts.Bar | None = None) -> LineShown:
    """A language with its names and what is arranged."""
    how = arranged_words(line)
    if line.own_words:
        return LineShown(line, gettext("In their own words"), "", "", "", how, late, bar)
    one = tongue(line.language, locale)
    if line.modality is Modality.CAPTIONS:
        captions = gettext("Captions in %(language)s", language=one.name)
        return LineShown(line, languages.capitalised(captions), "", "", "", how, late, bar)
    translated = languages.capitalised(one.translated)
    return LineShown(line, one.own_name, languages.html_lang(one.tag), one.dir, translated, how, late, bar)


def language_name(language: str, modality: str, locale: str) -> str:
    """What was asked for, in the words of the page."""
    return line_shown(Line(language, Modality(modality), Standing.ASKED), locale).plain


def late_words(late: int, more: bool) -> str:
    """How many requests came late, "" for none; `more`: as far as somebody looked."""
    if not late:
        return ""
    if more:
        return gettext("%(number)s or more requests came late.", number=late)
    return ngettext("%(num)s request came late.", "%(num)s requests came late.", late)


def arranged_words(line: Line) -> str:
    """How families will hear it, "" while nothing is decided."""
    service = line.service
    if service is None:
        return ""
    if line.standing is Standing.ANOTHER_WAY and service.way:
        ways = {
            Way.TELEPHONE: gettext("An interpreter by telephone"),
            Way.REMOTE: gettext("An interpreter by video"),
            Way.OTHER_MEETING: gettext("Another meeting in this language"),
        }
        return ways[Way(service.way)]
    return {
        Mode.SIMULTANEOUS: gettext("Simultaneous, with headsets"),
        Mode.CONSECUTIVE: gettext("Consecutive, after each person"),
        Mode.WHISPERED: gettext("Whispered"),
        Mode.SIGN: gettext("Sign language"),
        Mode.CAPTIONING: gettext("Captions"),
    }[Mode(service.mode)]


def text_words(state: Mapping[str, TextState], locale: str) -> list[str]:
    """What the texts of each page language lack; nothing where all is well."""
    found = []
    for tag, one in state.items():
        parts = []
        if one.missing:
            parts.append(ngettext("%(num)s missing", "%(num)s missing", one.missing))
        if one.stale:
            parts.append(ngettext("%(num)s out of date", "%(num)s out of date", one.stale))
        if one.draft:
            parts.append(ngettext("%(num)s not reviewed", "%(num)s not reviewed", one.draft))
        if parts:
            name = languages.capitalised(languages.name_in(tag, locale))
            found.append(gettext("%(language)s: %(what)s", language=name, what=", ".join(parts)))
    return found
