"""What is asked for at a meeting beside what is decided, a row for each language and modality."""

from dataclasses import dataclass

from sqlalchemy import func, select

from registration import languages
from registration.extensions import db
from registration.families import audience
from registration.families.interpretation import Key
from registration.families.models import OWN_WORDS, InterpretationRequest, Modality
from registration.families.models import Demand as Counters
from registration.i18n import gettext
from registration.interpretation.demand import Counted, Decided, demand
from registration.interpretation.demand import Row as Wanted
from registration.interpretation.settle import modality_of
from registration.meetings.models import InterpretationService, Meeting, Mode, ServiceState, Way
from registration.meetings.published import Content
from registration.meetings.shown import tongue

ORDER = tuple(Modality)


@dataclass(frozen=True, slots=True)
class Row:
    """A language as staff see it. `state`: "asked" while nobody has decided."""

    key: Key
    own_name: str
    name: str
    lang: str
    dir: str
    families: int
    listeners: int
    listeners_online: int
    waiting: int
    late: int
    state: str
    how: str
    standing: bool
    version: int

    @property
    def unasked(self) -> bool:
        """Whether nobody asks for it, so that it can be taken out."""
        return not self.families and not self.waiting and bool(self.version)


@dataclass(frozen=True, slots=True)
class Asked:
    """All rows, and families whose own words are not mapped to a language yet."""

    rows: list[Row]
    own_words: int


def of_meeting(meeting: Meeting, published: Content) -> Asked:
    """The rows of a meeting, the most families first; costs the number of languages and of late requests."""
    services: dict[tuple[str, str], InterpretationService] = {}
    query = select(InterpretationService).where(InterpretationService.meeting_id == meeting.id)
    for service in db.session.scalars(query.order_by(InterpretationService.id)):
        services.setdefault((service.language, modality_of(Mode(service.mode)).value), service)
    found = demand(
        _counted(meeting.id),
        [Decided(*key, service.mode, service.state) for key, service in services.items()],
        meeting.floor_language,
    )
    rows = [_row(one, services.get((one.language, one.modality)), published) for one in found.rows]
    rows.sort(key=lambda row: (ORDER.index(row.key.modality), -row.families, -row.waiting, row.name.casefold()))
    return Asked(rows, found.own_words)


def _counted(meeting_id: int) -> list[Counted]:
    late = _late(meeting_id)
    return [
        Counted(
            language=row.language,
            modality=row.modality,
            families=row.families,
            listeners=row.listeners,
            families_online=row.families_online,
            listeners_online=row.listeners_online,
            waiting=row.waiting_families,
            late=late.get((row.language, Modality(row.modality)), 0),
            own_words=row.language == OWN_WORDS,
        )
        for row in db.session.scalars(select(Counters).where(Counters.meeting_id == meeting_id))
    ]


def _late(meeting_id: int) -> dict[tuple[str, Modality], int]:
    request = InterpretationRequest
    query = (
        select(request.language, request.modality, func.count())
        .where(request.meeting_id == meeting_id, request.late, ~audience.ended())
        .group_by(request.language, request.modality)
    )
    return {(language, Modality(modality)): number for language, modality, number in db.session.execute(query)}


def _row(asked: Wanted, service: InterpretationService | None, read: Content) -> Row:
    one = tongue(asked.language, read.locale)
    captions = asked.modality == Modality.CAPTIONS
    return Row(
        key=Key(asked.language, Modality(asked.modality)),
        own_name=gettext("Captions") if captions else one.own_name,
        name="" if captions else languages.capitalised(one.name),
        lang="" if captions else languages.html_lang(one.tag),
        dir="" if captions else one.dir,
        families=asked.families,
        listeners=asked.listeners,
        listeners_online=asked.listeners_online,
        waiting=asked.waiting,
        late=asked.late,
        state=service.state if service else "asked",
        how=how(service, read) if service else "",
        standing=bool(service and service.standing),
        version=service.version if service else 0,
    )


def how(service: InterpretationService, read: Content) -> str:
    """How a service is given, or which other way there is, in words."""
    if service.state != ServiceState.ANOTHER_WAY or service.way is None:
        return mode_words()[Mode(service.mode)]
    words = way_words()[Way(service.way)]
    if service.other_meeting_id is None:
        return words
    view = read.meeting(service.other_meeting_id)
    return f"{words}: {view.title}, {view.when.date}"


def mode_words() -> dict[Mode, str]:
    """The names of modes."""
    return {
        Mode.SIMULTANEOUS: gettext("At the same time, with headsets"),
        Mode.CONSECUTIVE: gettext("After each person who speaks"),
        Mode.WHISPERED: gettext("Whispered, beside the family"),
        Mode.SIGN: gettext("Sign language"),
        Mode.CAPTIONING: gettext("Captions"),
    }


def way_words() -> dict[Way, str]:
    """The names of other ways."""
    return {
        Way.TELEPHONE: gettext("An interpreter by telephone"),
        Way.REMOTE: gettext("From elsewhere, on a screen"),
        Way.OTHER_MEETING: gettext("Another meeting of the series"),
    }


def state_words() -> dict[ServiceState, str]:
    """The names of states, as a decision."""
    return {
        ServiceState.LOOKING: gettext("We are still looking"),
        ServiceState.CONFIRMED: gettext("It is confirmed"),
        ServiceState.ANOTHER_WAY: gettext("There is another way"),
    }
