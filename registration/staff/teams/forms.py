"""Forms about teams, seats and whoever sits in them."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField

from registration.families.interpretation import MODES, Key
from registration.forms import Count, Form, HiddenNumber, Line, whole_number
from registration.i18n import gettext
from registration.interpretation.models import Delivery, OfferWay
from registration.interpretation.teams import Plan
from registration.meetings.models import Mode

MOST_SEATS = 8


class TeamForm(Form):
    """How a language is interpreted and by how many. `check_for` says whether it fits; then `plan()` gives it."""

    version = HiddenNumber()
    mode = StringField()
    delivery = StringField()
    size = Count(lazy_gettext("Interpreters"), least=1, most=MOST_SEATS)
    fewer_reason = Line(lazy_gettext("Why fewer?"), most=300)
    confirmed_by_acceptance = BooleanField()
    needs_credential = BooleanField()

    def check_for(self, key: Key) -> bool:
        """Whether it can be done for `key`."""
        self.validate()
        if self.mode.data not in set(MODES[key.modality]):
            self.mode.data = MODES[key.modality][0].value
        if self.delivery.data not in set(Delivery):
            self.delivery.errors = [gettext("Choose one")]
        if self.size.data is None and not self.size.errors:
            self.size.errors = [gettext("%(field)s: please write a number, for example 2.", field=self.size.label.text)]
        return not self.errors

    def plan(self) -> Plan:
        """What is decided, of a form that fits."""
        return Plan(
            mode=Mode(self.mode.data),
            delivery=Delivery(self.delivery.data),
            size=self.size.data or 1,
            fewer_reason=self.fewer_reason.data or "",
            confirmed_by_acceptance=bool(self.confirmed_by_acceptance.data),
            needs_credential=bool(self.needs_credential.data),
        )


class OfferForm(Form):
    """Whom a seat is offered to, and how."""

    interpreter = SelectMultipleField(validate_choice=False)
    way = StringField()
    hours = Count(lazy_gettext("Working hours to answer"), least=1, most=80)
    order_number = Line(lazy_gettext("Order number"), most=60)
    sent_name = Line(lazy_gettext("Name of who comes"), most=128)
    by_hand = HiddenField()
    # Who is booked by a button beside their name, whoever else is ticked.
    book = HiddenNumber()
    # The job in danger whose screen this was sent from.
    instead_of = HiddenNumber()
    # What the page that shows who is told adds.
    sure = HiddenField()

    def check(self) -> bool:
        """Whether there is somebody, and a way."""
        self.validate()
        if (self.book.data or 0) > 0:
            self.interpreter.data, self.by_hand.data = [str(self.book.data)], "1"
        if not self.chosen:
            self.interpreter.errors = [gettext("Choose at least one interpreter")]
        elif self.by_hand.data and len(self.chosen) > 1:
            self.interpreter.errors = [gettext("Choose one interpreter to book")]
        if self.way.data not in set(OfferWay):
            self.way.data = (OfferWay.ONE if len(self.chosen) == 1 else OfferWay.SEQUENCE).value
        if self.way.data == OfferWay.ONE and len(self.chosen) > 1:
            self.way.data = OfferWay.SEQUENCE.value
        return not self.errors

    @property
    def chosen(self) -> list[int]:
        """Numbers of interpreters, in their order."""
        return [number for text in self.interpreter.data or [] if (number := whole_number(text)) > 0]


class ActForm(Form):
    """A button about somebody in a seat."""

    sure = HiddenField()
    reason = Line(lazy_gettext("Reason"), most=300)


class NameForm(Form):
    """Whom an agency sends."""

    sent_name = Line(lazy_gettext("Name of who comes"), most=128)
    order_number = Line(lazy_gettext("Order number"), most=60)
