"""The form of a meeting: what can be wrong with it, in words, at the field."""

from datetime import date, datetime, time
from zoneinfo import available_timezones

from flask_babel import lazy_gettext
from wtforms import BooleanField, Field, HiddenField, StringField

from registration import languages, local
from registration.forms import Count, Form, Line, Lines
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting, Recording
from registration.staff.writing.answers import Details, NewPlace, NewSeries, Plan, Words, Written
from registration.staff.writing.fields import Day, Slug, Time, Zone

NEW = "new"
# Longer than this is a mistyped time, not a meeting.
LONGEST_HOURS = 12
MOST_SEATS, MOST_CHILDREN = 100_000, 1_000

# Fields of the plan: left out where families have registered, since then they are a change of plan.
PLAN = (
    "day", "starts", "ends", "next_day", "time_zone", "in_person", "online",
    "place", "place_name", "place_address", "place_entrance", "place_parking",
)  # fmt: skip
WORDS = ("title", "about", "room")


class MeetingForm(Form):
    """A meeting. `check_for` says whether it can be kept; then `written()` gives it."""

    version = HiddenField()
    title = Line(lazy_gettext("Title"), most=120)
    about = Lines(lazy_gettext("What will happen"), most=4000)
    room = Line(lazy_gettext("Room"), most=80)
    slug = Slug(lazy_gettext("Web address"))
    series = StringField(lazy_gettext("Series"))
    series_title = Line(lazy_gettext("Title of the new series"), most=120)
    floor_language = StringField(lazy_gettext("Language of the meeting"))
    day = Day(lazy_gettext("Day"))
    starts = Time(lazy_gettext("Starts"))
    ends = Time(lazy_gettext("Ends"))
    next_day = BooleanField(lazy_gettext("It ends on the next day"))
    time_zone = Zone(lazy_gettext("Time zone"))
    in_person = BooleanField(lazy_gettext("In a room"))
    place = StringField(lazy_gettext("Place"))
    place_name = Line(lazy_gettext("Name of the new place"), most=120)
    place_address = Line(lazy_gettext("Address"), most=200)
    place_entrance = Lines(lazy_gettext("Entrance"), most=500)
    place_parking = Lines(lazy_gettext("Parking"), most=500)
    online = BooleanField(lazy_gettext("Online"))
    capacity = Count(lazy_gettext("Seats in the room"), least=1, most=MOST_SEATS)
    online_capacity = Count(lazy_gettext("Places online"), least=1, most=MOST_SEATS)
    recording = StringField(lazy_gettext("Recording"))
    childcare = BooleanField(lazy_gettext("There is childcare"))
    childcare_capacity = Count(lazy_gettext("Childcare places"), least=1, most=MOST_CHILDREN)
    childcare_closes = Day(lazy_gettext("Last day to ask for childcare"))
    opens_day = Day(lazy_gettext("Registration opens: day"))
    opens_time = Time(lazy_gettext("Registration opens: time"))
    closes_day = Day(lazy_gettext("Registration ends: day"))
    closes_time = Time(lazy_gettext("Registration ends: time"))

    def without(self, *names: str) -> "MeetingForm":
        """The form without some fields."""
        for name in names:
            del self[name]
        return self

    def check_for(
        self, meeting: Meeting | None, *, series: set[int], places: set[int], taken_slugs: set[str], now: datetime
    ) -> bool:
        """Whether it can be kept. `meeting`: the one it changes; ids and slugs that are there; all else is said."""
        self.validate()
        self._meeting, self._now = meeting, now
        self._starts_at: datetime | None = None
        self._ends_at: datetime | None = None
        self._opens_at: datetime | None = None
        self._closes_at: datetime | None = None
        self._childcare_closes_at: datetime | None = None
        self._check_words()
        self._check_choice(self.series, self.series_title, series, gettext("Choose a series"))
        self._check_slug(taken_slugs)
        self._check_languages()
        if self._plans:
            self._check_when()
            self._check_where(places)
        elif meeting is not None:
            self._starts_at, self._ends_at = meeting.starts_at, meeting.ends_at
        self._check_seats()
        self._check_childcare()
        self._check_registration()
        return not self.errors

    @property
    def _plans(self) -> bool:
        return "day" in self

    @property
    def _zone(self) -> str | None:
        if not self._plans:
            return self._meeting.time_zone if self._meeting else None
        return self.time_zone.data if self.time_zone.data in available_timezones() else None

    def _wrong(self, field: Field, words: str) -> None:
        if not field.errors:
            field.errors = [words]

    def _check_words(self) -> None:
        if "title" in self and not self.title.data:
            self._wrong(self.title, gettext("Write a title"))

    def _check_choice(self, field: Field, name: Field, there: set[int], words: str) -> None:
        if field.data == NEW:
            if not name.data:
                self._wrong(name, gettext("%(field)s: please write it", field=name.label.text))
        elif field.data not in {str(one) for one in there}:
            self._wrong(field, words)

    def _check_slug(self, taken: set[str]) -> None:
        if "slug" in self and self.slug.data and self.slug.data in taken:
            self._wrong(self.slug, gettext("Another meeting has this web address. Choose another one."))

    def _check_languages(self) -> None:
        known = languages.LANGUAGES.get(self.floor_language.data or "") if "floor_language" in self else None
        if "floor_language" in self and (known is None or not known.spoken):
            self._wrong(self.floor_language, gettext("Choose the language that the meeting is held in"))
        if self.recording.data not in set(Recording):
            self._wrong(self.recording, gettext("Say whether the meeting is recorded"))

    def _check_when(self) -> None:
        for field, words in (
            (self.day, gettext("Write the day of the meeting")),
            (self.starts, gettext("Write when the meeting starts")),
            (self.ends, gettext("Write when the meeting ends")),
            (self.time_zone, gettext("Write the time zone of the meeting")),
        ):
            if not field.data:
                self._wrong(field, words)
        if self._zone is None or any(f.errors for f in (self.day, self.starts, self.ends)):
            return
        self._starts_at = self._moment(self.starts, self.day.read, self.starts.read)
        last = date.fromordinal(self.day.read.toordinal() + 1) if self.next_day.data else self.day.read
        self._ends_at = self._moment(self.ends, last, self.ends.read)
        self._check_span()

    def _moment(self, field: Field, day: date, at: time) -> datetime | None:
        try:
            return local.moment(day, at, self._zone or "UTC")
        except local.Skipped:
            words = gettext("%(field)s: the clocks change that day. This time does not exist.", field=field.label.text)
        except local.Twice:
            words = gettext("%(field)s: the clocks change that day. This time comes twice.", field=field.label.text)
        except (OverflowError, ValueError):
            words = gettext("%(field)s: please write a day, for example 2027-05-03.", field=field.label.text)
        self._wrong(field, words)
        return None

    def _check_span(self) -> None:
        starts, ends = self._starts_at, self._ends_at
        if starts is None or ends is None:
            return
        if ends <= starts:
            self._wrong(
                self.ends, gettext("The meeting ends before it starts. Does it end after midnight? Then say so below.")
            )
        elif (ends - starts).total_seconds() > LONGEST_HOURS * 3600:
            words = gettext("The meeting is longer than %(most)s hours. Please check both times.", most=LONGEST_HOURS)
            self._wrong(self.ends, words)
        moved = self._meeting is None or starts != self._meeting.starts_at
        if moved and starts <= self._now:
            self._wrong(self.day, gettext("This day and time are over. Choose a later one."))

    def _check_where(self, places: set[int]) -> None:
        if not self.in_person.data and not self.online.data:
            self._wrong(self.in_person, gettext("Say where the meeting is held: in a room, online, or both"))
        if self.in_person.data:
            self._check_choice(self.place, self.place_name, places, gettext("Choose the place of the meeting"))
            if self.place.data == NEW and not self.place_address.data:
                self._wrong(self.place_address, gettext("Write the address of the place"))

    def _held(self, way: str) -> bool:
        return bool(self[way].data) if self._plans else bool(self._meeting and getattr(self._meeting, way))

    def _check_seats(self) -> None:
        if self._meeting is None:
            return
        for field, taken in (
            (self.capacity, self._meeting.seats_taken),
            (self.online_capacity, self._meeting.online_taken),
        ):
            if field.data is not None and field.data < taken:
                words = ngettext(
                    "%(field)s: %(num)s is taken already. Write that number or more.",
                    "%(field)s: %(num)s are taken already. Write that number or more.",
                    taken,
                    field=field.label.text,
                )
                self._wrong(field, words)

    def _check_childcare(self) -> None:
        taken = self._meeting.childcare_taken if self._meeting else 0
        given = self.childcare_capacity.data if self.childcare.data else 0
        if given is not None and given < taken:
            words = ngettext(
                "Childcare: %(num)s place is given already.", "Childcare: %(num)s places are given already.", taken
            )
            self._wrong(self.childcare_capacity, words)
        last = self.childcare_closes.read
        if not self.childcare.data or last is None or self._starts_at is None or self._zone is None:
            return
        if last >= local.day_of(self._starts_at, self._zone):
            self._wrong(self.childcare_closes, gettext("Asking for childcare must end on a day before the meeting"))
            return
        kept = self._meeting.childcare_closes_at if self._meeting else None
        same = kept is not None and local.last_day_before(kept, self._zone) == last
        self._childcare_closes_at = kept if same else local.end_of(last, self._zone)

    def _check_registration(self) -> None:
        self._opens_at = self._edge(self.opens_day, self.opens_time, gettext("Write also when registration opens"))
        self._closes_at = self._edge(self.closes_day, self.closes_time, gettext("Write also when registration ends"))
        opens, closes = self._opens_at, self._closes_at
        if opens and closes and closes <= opens:
            self._wrong(self.closes_day, gettext("Registration ends before it opens"))
        if opens and self._starts_at and opens >= self._starts_at:
            self._wrong(self.opens_day, gettext("Registration must open before the meeting starts"))
        if closes and self._ends_at and closes > self._ends_at:
            self._wrong(self.closes_day, gettext("Registration cannot end after the meeting is over"))

    def _edge(self, day: Field, at: Field, words: str) -> datetime | None:
        if day.errors or at.errors or self._zone is None or not (day.data or at.data):
            return None
        if not day.data or not at.data:
            self._wrong(day if not day.data else at, words)
            return None
        return self._moment(at, day.read, at.read)

    def written(self) -> Written:
        """What was written. Only after `check_for` said yes."""
        words = Words(self.title.data, self.about.data or "", self.room.data or "") if "title" in self else None
        return Written(self._details(), self._plan() if self._plans else None, words)

    def _details(self) -> Details:
        meeting = self._meeting
        in_person, online = self._held("in_person"), self._held("online")
        return Details(
            series=NewSeries(self.series_title.data) if self.series.data == NEW else int(self.series.data),
            slug=(self.slug.data if "slug" in self else meeting.slug if meeting else "") or "",
            floor_language=self.floor_language.data if "floor_language" in self else _floor(meeting),
            capacity=self.capacity.data if in_person else None,
            online_capacity=self.online_capacity.data if online else None,
            recording=self.recording.data,
            childcare=bool(self.childcare.data),
            childcare_capacity=self.childcare_capacity.data if self.childcare.data else None,
            childcare_closes_at=self._childcare_closes_at,
            opens_at=self._opens_at,
            closes_at=self._closes_at,
        )

    def _plan(self) -> Plan:
        return Plan(
            starts_at=_known(self._starts_at),
            ends_at=_known(self._ends_at),
            time_zone=self.time_zone.data,
            in_person=bool(self.in_person.data),
            online=bool(self.online.data),
            place=self._place() if self.in_person.data else None,
        )

    def _place(self) -> int | NewPlace:
        if self.place.data != NEW:
            return int(self.place.data)
        entrance, parking = self.place_entrance.data or "", self.place_parking.data or ""
        return NewPlace(self.place_name.data, self.place_address.data, entrance, parking)


def _known(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("the form has not been checked")
    return moment


def _floor(meeting: Meeting | None) -> str:
    if meeting is None:
        raise ValueError("a new meeting needs its language")
    return meeting.floor_language
