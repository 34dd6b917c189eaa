"""The form of the texts of one thing in one language: each text with what it was made from."""

from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField

from registration.forms import Form, Line, Lines
from registration.i18n import gettext
from registration.meetings.completeness import FIELDS, NEEDED
from registration.staff.texts.rows import Typed

# The most characters of each text; those of several lines are named below.
MOST = {
    "title": 120,
    "name": 120,
    "room": 80,
    "hours": 200,
    "say": 400,
    "introduction": 1000,
    "entrance": 500,
    "parking": 500,
    "about": 4000,
}
LINES = frozenset({"introduction", "entrance", "parking", "about", "say"})

LABELS = {
    "title": lazy_gettext("Title"),
    "name": lazy_gettext("Name"),
    "room": lazy_gettext("Room"),
    "hours": lazy_gettext("When somebody answers the phone"),
    "say": lazy_gettext("How to say your language on the phone"),
    "introduction": lazy_gettext("Introduction"),
    "entrance": lazy_gettext("Entrance"),
    "parking": lazy_gettext("Parking"),
    "about": lazy_gettext("What will happen"),
}


class TextsForm(Form):
    """The texts of one thing. Made by `form_of`, which adds the fields."""

    language = HiddenField()
    # Asked only where a draft would be seen at once.
    unreviewed = BooleanField(lazy_gettext("Show what nobody has reviewed too"))

    def typed(self, owner: str) -> dict[str, Typed]:
        """What was sent, by field; a text that was left out is not touched."""
        return {field: self._typed(field) for field in FIELDS[owner] if self[field].raw_data}

    def _typed(self, field: str) -> Typed:
        return Typed(
            text=self[field].data or "",
            reviewed=bool(self[f"reviewed_{field}"].data),
            base=self[f"base_{field}"].data or "",
            was=self[f"was_{field}"].data == "yes",
            source=self[f"source_{field}"].data or "",
        )

    def check_for(self, owner: str, original: bool) -> bool:
        """Whether it can be kept. `original`: it is the language that the others are translated from."""
        self.validate()
        for field in FIELDS[owner]:
            sent = bool(self[field].raw_data)
            # What will happen may come later; without its name nothing can be shown.
            if original and sent and not self[field].data and (owner, field) in NEEDED and field != "about":
                self[field].errors = [gettext("%(field)s: please write it", field=self[field].label.text)]
        return not self.errors


@lru_cache(maxsize=8)
def form_of(owner: str) -> type[TextsForm]:
    """The form of a kind of thing."""
    fields: dict[str, Any] = {}
    for field in FIELDS[owner]:
        kind = Lines if field in LINES else Line
        fields[field] = kind(LABELS[field], most=MOST[field])
        fields[f"reviewed_{field}"] = BooleanField()
        for name in ("base", "was", "source"):
            fields[f"{name}_{field}"] = HiddenField()
    return type(f"{owner.title()}TextsForm", (TextsForm,), fields)
