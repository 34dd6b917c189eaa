"""What pages and mails show of the district, series, places, meetings and services, in one language. Plain values."""

from dataclasses import dataclass
from datetime import datetime

from registration import dates, languages
from registration.meetings.models import Change, MeetingStatus, Mode, ServiceState, Way
from registration.meetings.texts import Said


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language as a page shows it: its own name, and its name in the page's language (empty when the same)."""

    tag: str
    own_name: str
    dir: str
    name: str

    @property
    def translated(self) -> str:
        """The name in the page's language where it adds something."""
        return "" if self.name.casefold() in self.own_name.casefold() else self.name


@dataclass(frozen=True, slots=True)
class DistrictView:
    """The district as every page and mail names it."""

    name: Said
    phone: str
    phone_href: str
    hours: Said
    say: Said
    email: str
    retention_days: int
    spoken_notice_days: int
    signed_notice_days: int


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series in one language."""

    id: int
    slug: str
    title: Said
    introduction: Said


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place in one language. `line` is name and room."""

    name: Said
    room: Said
    address: str
    entrance: Said
    parking: Said
    map_href: str

    @property
    def line(self) -> str:
        """Name and room."""
        return f"{self.name}, {self.room}" if self.room else str(self.name)

    def __str__(self) -> str:
        return self.line

    def __html__(self) -> str:
        # On a page each part says in which language it is, where that is not the page's.
        if self.name.foreign and self.room.foreign and self.name.lang == self.room.lang:
            return Said(self.line, self.name.lang, self.name.dir, True).__html__()
        return ", ".join(part.__html__() for part in (self.name, self.room) if part)


@dataclass(frozen=True, slots=True)
class OtherMeeting:
    """Another meeting that families are sent to: its title and time in one language; `line`: the time in one line."""

    slug: str
    title: Said
    when: dates.When
    line: str


@dataclass(frozen=True, slots=True)
class ServiceView:
    """An interpretation service in one language. `way` where no interpreter comes; `other` where it is a meeting."""

    tongue: Tongue
    mode: Mode
    state: ServiceState
    way: Way | None = None
    other: OtherMeeting | None = None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change of plan in one language, and what was true before it: `when`, `place`, `status`."""

    id: int
    kind: Change
    at: datetime
    when: dates.When | None
    place: PlaceView | None
    status: MeetingStatus
    reason: Said

    @property
    def again(self) -> bool:
        """Whether a meeting that was called off is held after all."""
        return self.kind is Change.MOVED and self.status is not MeetingStatus.SCHEDULED


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting in one language. Moments in UTC; `when` and `tile` in words, in the meeting's zone."""

    id: int
    slug: str
    series: SeriesView
    title: Said
    about: Said
    floor: Tongue
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    when: dates.When
    tile: dates.Tile
    place: PlaceView | None
    online: bool
    recording: str
    childcare: bool
    services: tuple[ServiceView, ...]
    tell_by: datetime
    # Its families' answers are deleted so many days after it.
    retention_days: int
    locale: str
    # Changes of plan, the newest first.
    changes: tuple[ChangeView, ...] = ()

    @property
    def change(self) -> ChangeView | None:
        """The newest change of plan, which the pages say at their top."""
        return self.changes[0] if self.changes else None

    @property
    def foreign(self) -> bool:
        """Whether some text of it is missing in the page's language."""
        place = (self.place.name, self.place.room) if self.place else ()
        return any(said.foreign for said in (self.title, self.about, *place))

    @property
    def draft(self) -> bool:
        """Whether some text of it is a translation into the page's language that nobody has checked."""
        place = (self.place.name, self.place.room, self.place.entrance, self.place.parking) if self.place else ()
        said = (self.title, self.about, self.series.title, *place)
        return any(one.draft and not one.foreign for one in said)

    def service(self, language: str) -> ServiceView | None:
        """The service into `language`, captioning aside."""
        for service in self.services:
            if service.tongue.tag == language and service.mode is not Mode.CAPTIONING:
                return service
        return None


def tongue(tag: str, locale: str) -> Tongue:
    """`tag` as a page in `locale` shows it."""
    language = languages.LANGUAGES[tag]
    return Tongue(tag, language.own_name, language.direction, languages.name_in(tag, locale))


def unnamed_district(locale: str) -> DistrictView:
    """What stands for the district while it has not been set up or cannot be read."""
    nothing = Said("", locale, languages.direction(locale), False)
    name = Said("Community Meetings", "en", "ltr", locale != "en")
    return DistrictView(name, "", "", nothing, nothing, "", 30, 14, 28)
