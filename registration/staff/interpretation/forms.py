"""The form of a decision about one language of a meeting."""

from collections.abc import Collection

from wtforms import BooleanField, HiddenField, StringField

from registration.families.interpretation import MODES, WAYS, Decision, Key
from registration.forms import Form
from registration.i18n import gettext
from registration.meetings.models import Mode, ServiceState, Way


class DecisionForm(Form):
    """What is decided. `check_for` says whether it fits; then `decision()` gives it."""

    version = HiddenField()
    state = StringField()
    mode = StringField()
    way = StringField()
    other = StringField()
    standing = BooleanField()
    tell = BooleanField()
    # What the page before this one was: the form, or who will be told what.
    sure = HiddenField()
    edit = HiddenField()

    def check_for(self, key: Key, others: Collection[int]) -> bool:
        """Whether it can be done for `key`; `others`: meetings that families can be sent to."""
        self.validate()
        if self.state.data not in set(ServiceState):
            self._wrong(self.state, gettext("Choose what is decided"))
        if self.mode.data not in set(MODES[key.modality]):
            # There is only one way to sign, and to write captions.
            self.mode.data = MODES[key.modality][0].value
        if self.state.data == ServiceState.ANOTHER_WAY:
            self._check_way(key, others)
        return not self.errors

    def _wrong(self, field: StringField, words: str) -> None:
        field.errors = [words]

    def _check_way(self, key: Key, others: Collection[int]) -> None:
        if self.way.data not in set(WAYS[key.modality]):
            self._wrong(self.way, gettext("Choose the other way"))
        elif self.way.data == Way.OTHER_MEETING and self.other.data not in {str(one) for one in others}:
            self._wrong(self.other, gettext("Choose the other meeting"))

    def decision(self) -> Decision:
        """The decision of a form that fits."""
        state = ServiceState(self.state.data)
        way = Way(self.way.data) if state is ServiceState.ANOTHER_WAY else None
        return Decision(
            state=state,
            mode=Mode(self.mode.data),
            way=way,
            other_meeting_id=int(self.other.data) if way is Way.OTHER_MEETING else None,
            standing=bool(self.standing.data),
        )

    @property
    def shown_version(self) -> int:
        """The version that the page showed; one that nothing has when it was forged."""
        return int(self.version.data) if str(self.version.data).isdecimal() and len(self.version.data) < 10 else -1


class RemoveForm(Form):
    """A button that takes a language out."""

    version = HiddenField()

    @property
    def shown_version(self) -> int:
        """The version that the page showed."""
        return int(self.version.data) if str(self.version.data).isdecimal() and len(self.version.data) < 10 else -1
