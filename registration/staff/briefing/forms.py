"""Forms of a briefing, of what interpreters prepare with, and of questions they may read."""

from datetime import datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage
from wtforms import FileField, StringField

from registration import phones
from registration.forms import Contact, Form, HiddenNumber, Line, Lines, a_day
from registration.i18n import gettext
from registration.interpretation.briefing import files, shown
from registration.interpretation.briefing.models import Briefing, MaterialKind
from registration.interpretation.briefing.write import Wanted, Words
from registration.meetings.models import Meeting

MOST_WORDS = 6000
# So much may come with a file that is too large, so that the rest of the form is read and kept.
MOST_BODY = 4 * files.MOST_BYTES


class BriefingForm(Form):
    """What interpreters of a meeting read. `check` says whether it can be kept; then `words_for()` gives it."""

    version = HiddenNumber()
    contact_name = Line(lazy_gettext("Name"), most=128)
    contact_phone = Contact(lazy_gettext("Phone"), most=40)
    equipment = Lines(lazy_gettext("Equipment"), most=MOST_WORDS)
    arrival = Lines(lazy_gettext("When you arrive"), most=MOST_WORDS)
    agenda = Lines(lazy_gettext("What is spoken about"), most=MOST_WORDS)
    glossary = Lines(lazy_gettext("Glossary"), most=MOST_WORDS)
    files_by = Line(lazy_gettext("Day"), most=10)

    def check(self) -> bool:
        """Whether it can be kept."""
        self.validate()
        self._number = ""
        if self.contact_phone.data and not self.contact_phone.errors:
            try:
                self._number = phones.read(self.contact_phone.data, current_app.config["PHONE_REGION"])
            except phones.NotATelephone:
                self.contact_phone.errors = [
                    gettext("Write the phone number with its area code, for example 303 555 0148")
                ]
        if self.files_by.data and a_day(self.files_by.data) is None:
            self.files_by.errors = [gettext("Write the day like this: 2027-05-03")]
        return not self.errors

    def words_for(self, meeting: Meeting) -> Words:
        """What was written. The day that holds by itself is not kept: it moves with the meeting."""
        day = a_day(self.files_by.data) if self.files_by.data else None
        by = datetime.combine(day, time(23, 59), ZoneInfo(meeting.time_zone)) if day else None
        return Words(
            contact_name=self.contact_name.data or "",
            contact_phone=self._number,
            equipment=self.equipment.data or "",
            arrival=self.arrival.data or "",
            agenda=self.agenda.data or "",
            glossary=self.glossary.data or "",
            files_by=None if by == shown.files_by(meeting, None) else by,
        )


def filled(meeting: Meeting, briefing: Briefing | None) -> dict[str, object]:
    """What the form shows of a briefing; None: of one that nobody has written yet."""
    day = shown.files_by(meeting, briefing).astimezone(ZoneInfo(meeting.time_zone)).date()
    if briefing is None:
        return {"version": 0, "files_by": day.isoformat()}
    same = ("version", "contact_name", "equipment", "arrival", "agenda", "glossary")
    phone = phones.display(briefing.contact_phone) if briefing.contact_phone else ""
    return {name: getattr(briefing, name) for name in same} | {"contact_phone": phone, "files_by": day.isoformat()}


class SupplyForm(Form):
    """An address or a file. `check_it` says whether it can be kept; then `sent` has the file."""

    link = Line(lazy_gettext("Link"), most=500)
    file = FileField(lazy_gettext("File"))
    sent: files.Sent | None

    def check_it(self, *, needed: bool) -> bool:
        """Whether it can be kept; `needed`: an address or a file must be there."""
        self.validate()
        self.sent = None
        if self.link.data and not self.link.errors and not _opens(self.link.data):
            self.link.errors = [gettext("Write the whole link. It begins with https://")]
        chosen = self.file.data if isinstance(self.file.data, FileStorage) and self.file.data.filename else None
        if chosen is not None:
            self._read(chosen)
        if chosen is not None and self.link.data:
            self.link.errors = [gettext("Give a link or a file, not both")]
        if needed and chosen is None and not self.link.data:
            self.link.errors = [gettext("Give a link or choose a file")]
        return not self.errors

    def _read(self, chosen: FileStorage) -> None:
        # A large file lies on the disk, and nobody else closes it.
        with chosen.stream as stream:
            data = stream.read(files.MOST_BYTES + 1)
        try:
            self.sent = files.read(str(chosen.filename), data)
        except files.TooLarge:
            words = gettext("This file is larger than %(size)s. Make it smaller, or give a link.", size=most())
            self.file.errors = [words]
        except files.Empty:
            self.file.errors = [gettext("This file is empty. Choose another one.")]
        except files.NotTaken:
            self.file.errors = [gettext("We cannot take this file. Kinds that we take: %(kinds)s.", kinds=kinds())]


class MaterialForm(SupplyForm):
    """Something to prepare with: here as a file or an address, or still expected."""

    kind = StringField()
    title = Line(lazy_gettext("Title"), most=120)
    language = StringField()

    def check_for(self, tags: list[str]) -> bool:
        """Whether it can be kept; `tags`: languages that it can be for."""
        fits = self.check_it(needed=False)
        if self.kind.data not in set(MaterialKind):
            self.kind.errors, fits = [gettext("Choose what it is")], False
        if not self.title.data:
            self.title.errors, fits = [gettext("Write a title")], False
        if self.language.data not in ("", *tags):
            self.language.errors, fits = [gettext("Choose a language, or all")], False
        return fits

    def wanted(self) -> Wanted:
        """What is added, of a form that fits."""
        kind, title = MaterialKind(self.kind.data), self.title.data or ""
        return Wanted(kind, title, self.language.data or "", self.link.data or "", self.sent)


def most() -> str:
    """How large a file may be."""
    return shown.size_words(files.MOST_BYTES)


def kinds() -> str:
    """The endings of files that are taken."""
    return ", ".join(files.KINDS)


def _opens(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and " " not in link
