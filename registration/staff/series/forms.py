"""Forms of a series and of a place."""

from flask_babel import lazy_gettext
from wtforms import Field, HiddenField

from registration.forms import Form, Line, Lines
from registration.i18n import gettext
from registration.staff.writing.fields import Slug, Zone


def _wanted(*fields: Field) -> None:
    for field in fields:
        if not field.data and not field.errors:
            field.errors = [gettext("%(field)s: please write it", field=field.label.text)]


class SeriesForm(Form):
    """A series: its address and time zone; a new one also its first texts."""

    version = HiddenField()
    title = Line(lazy_gettext("Title of the series"), most=120)
    introduction = Lines(lazy_gettext("Introduction"), most=1000)
    slug = Slug(lazy_gettext("Web address"))
    time_zone = Zone(lazy_gettext("Time zone"))

    def check_for(self, *, taken: bool) -> bool:
        """Whether it can be kept. `taken`: another series has this web address."""
        self.validate()
        _wanted(self.time_zone, *([self.title] if "title" in self else [self.slug]))
        if taken and not self.slug.errors:
            self.slug.errors = [gettext("Another series has this web address. Choose another one.")]
        return not self.errors


class PlaceForm(Form):
    """A place: its address as the post writes it; a new one also its first texts."""

    version = HiddenField()
    name = Line(lazy_gettext("Name of the place"), most=120)
    address = Line(lazy_gettext("Address"), most=200)
    entrance = Lines(lazy_gettext("Entrance"), most=500)
    parking = Lines(lazy_gettext("Parking"), most=500)

    def check_for(self) -> bool:
        """Whether it can be kept."""
        self.validate()
        _wanted(self.address, *([self.name] if "name" in self else []))
        return not self.errors
