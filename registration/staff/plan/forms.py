"""The forms of a change of plan and of the way into an online meeting: what can be wrong, in words, at the field."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, Field, HiddenField, StringField

from registration import local
from registration.forms import Count, Form, Line
from registration.i18n import gettext, ngettext
from registration.meetings.models import Meeting
from registration.staff.online.forms import access_fields, access_of, check_access
from registration.staff.plan.plans import Kind, Plan
from registration.staff.writing.fields import Day, Time

# Longer than this is a mistyped time, not a meeting.
LONGEST_HOURS = 12
MOST_SEATS = 100_000
REASON, ROOM = "reason", "room"


class PlanForm(Form):
    """What every change of plan asks for; `form_for` adds what its kind and the page languages need."""

    kind: Kind
    tags: Sequence[str]
    # The room as it is now, by page language.
    rooms: Mapping[str, str]

    version = HiddenField()
    # What the page before this one was: the form, or who will be told what.
    sure = HiddenField()
    edit = HiddenField()

    @property
    def shown_version(self) -> int:
        """The version of the meeting that the page showed; one that nothing has when it was forged."""
        return int(self.version.data) if re.fullmatch("[0-9]{1,9}", self.version.data or "") else -1

    def texts(self, name: str) -> dict[str, str]:
        """What was written under `name`, by page language."""
        return {tag: self[f"{name}-{tag}"].data or "" for tag in self.tags if f"{name}-{tag}" in self}

    def check_for(self, meeting: Meeting, places: Collection[int], rooms: Mapping[str, str], now: datetime) -> bool:
        """Whether it can be done; all that is wrong is said at its field. `rooms`: the room now, by page language."""
        self.validate()
        self.rooms = rooms
        self._starts_at: datetime | None = None
        self._ends_at: datetime | None = None
        if self.kind is Kind.ROOM:
            self._check_room(places)
        if self.kind in (Kind.MOVED, Kind.AGAIN):
            self._check_times(meeting, now)
        if self.kind is Kind.ONLINE:
            self._check_online(meeting)
        return not self.errors

    def plan(self) -> Plan:
        """The plan of a form that fits."""
        online = self.kind is Kind.ONLINE
        return Plan(
            kind=self.kind,
            reason=self.texts(REASON),
            place_id=int(self.place.data) if self.kind is Kind.ROOM else None,
            room=self.texts(ROOM),
            starts_at=self._starts_at,
            ends_at=self._ends_at,
            online_capacity=self.online_capacity.data if online else None,
            access=access_of(self, "") if online else None,
        )

    def wrong(self, name: str, words: str) -> None:
        """Say at a field what is wrong with it."""
        if not self[name].errors:
            self[name].errors = [words]

    def _check_room(self, places: Collection[int]) -> None:
        if self.place.data not in {str(one) for one in places}:
            self.wrong("place", gettext("Choose the place of the meeting"))
        first = f"{ROOM}-{self.tags[0]}"
        if not self[first].data:
            self.wrong(first, gettext("Write the room"))
        if self[first].data == self.rooms.get(self.tags[0]):
            return
        for tag in self.tags[1:]:
            # Else the families who read it would be sent to the old room.
            if self.rooms.get(tag) and self[f"{ROOM}-{tag}"].data == self.rooms[tag]:
                self.wrong(f"{ROOM}-{tag}", gettext("This is the old room. Write the new one, or leave it empty."))

    def _check_times(self, meeting: Meeting, now: datetime) -> None:
        for name, words in (
            ("day", gettext("Write the day of the meeting")),
            ("starts", gettext("Write when the meeting starts")),
            ("ends", gettext("Write when the meeting ends")),
        ):
            if not self[name].data:
                self.wrong(name, words)
        if any(self[name].errors for name in ("day", "starts", "ends")):
            return
        last = date.fromordinal(self.day.read.toordinal() + 1) if self.next_day.data else self.day.read
        self._starts_at = self._moment(self.starts, self.day.read, meeting.time_zone)
        self._ends_at = self._moment(self.ends, last, meeting.time_zone)
        if self._starts_at and self._ends_at:
            self._check_span(meeting, self._starts_at, self._ends_at, now)

    def _moment(self, field: Field, day: date, zone: str) -> datetime | None:
        name = field.label.text
        try:
            return local.moment(day, field.read, zone)
        except local.Skipped:
            words = gettext("%(field)s: this time does not exist on that day. The clocks are put forward.", field=name)
        except local.Twice:
            words = gettext(
                "%(field)s: this time comes twice on that day. The clocks are put back. Choose another time.",
                field=name,
            )
        except (OverflowError, ValueError):
            words = gettext("%(field)s: please write a day, for example 2027-05-03.", field=name)
        self.wrong(field.name, words)
        return None

    def _check_span(self, meeting: Meeting, starts: datetime, ends: datetime, now: datetime) -> None:
        if ends <= starts:
            words = gettext("The meeting ends before it starts. Does it end after midnight? Then say so below.")
            self.wrong("ends", words)
        elif (ends - starts).total_seconds() > LONGEST_HOURS * 3600:
            words = gettext("The meeting is longer than %(most)s hours. Please check both times.", most=LONGEST_HOURS)
            self.wrong("ends", words)
        if starts <= now:
            self.wrong("day", gettext("This day and time are over. Choose a later one."))
        elif self._nothing_new(meeting, starts, ends):
            self.wrong("day", gettext("This is the time the meeting has now. Choose another one."))

    def _nothing_new(self, meeting: Meeting, starts: datetime, ends: datetime) -> bool:
        # After a second press of the button it is the time the meeting has; the version tells the two apart.
        same = (starts, ends) == (meeting.starts_at, meeting.ends_at)
        return same and self.kind is Kind.MOVED and self.shown_version == meeting.version

    def _check_online(self, meeting: Meeting) -> None:
        taken = meeting.seats_taken + meeting.online_taken
        given = self.online_capacity.data
        if given is not None and given < taken:
            words = ngettext("%(num)s person comes already. Write that number or more.",
                             "%(num)s people come already. Write that number or more.", taken)  # fmt: skip
            self.wrong("online_capacity", words)
        check_access(self, "")


@cache
def form_for(kind: Kind, tags: tuple[str, ...]) -> type[PlanForm]:
    """The form of a kind, with texts in the page languages `tags`, the district's own first."""
    fields: dict[str, Any] = {"kind": kind, "tags": tags}
    if kind is Kind.ROOM:
        fields["place"] = StringField(lazy_gettext("Place"))
        fields |= {f"{ROOM}-{tag}": Line(lazy_gettext("Room"), most=80) for tag in tags}
    if kind in (Kind.MOVED, Kind.AGAIN):
        fields |= {
            "day": Day(lazy_gettext("Day")),
            "starts": Time(lazy_gettext("Starts")),
            "ends": Time(lazy_gettext("Ends")),
            "next_day": BooleanField(lazy_gettext("It ends on the next day")),
        }
    if kind is Kind.ONLINE:
        fields["online_capacity"] = Count(lazy_gettext("Places online"), least=1, most=MOST_SEATS)
        fields |= access_fields("")
    fields |= {f"{REASON}-{tag}": Line(lazy_gettext("Reason"), most=300) for tag in tags}
    return type(f"{kind.name.title()}Form", (PlanForm,), fields)
