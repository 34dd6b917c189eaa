"""The form in which staff say what became of each language."""

from collections.abc import Sequence
from typing import Any

from wtforms import StringField

from registration.families.interpretation import Key
from registration.families.models import RESULTS, Event, Outcome, Why
from registration.families.outcomes import Result, Said
from registration.forms import Form, HiddenNumber
from registration.i18n import gettext
from registration.staff.outcomes import foreseen
from registration.staff.outcomes.words import why_words


def name_of(kind: str, key: Key) -> str:
    """The field of a language: `result`, `why` or `version` of it."""
    return f"{kind}-{key.language}-{key.modality.value}"


class OutcomesForm(Form):
    """A result, a reason and a version a language; made by `form_for`."""

    keys: Sequence[Key]

    def check(self) -> bool:
        """Whether every language has a result, and what was not served a reason."""
        self.validate()
        for key in self.keys:
            result, why = self[name_of("result", key)], self[name_of("why", key)]
            if result.data not in RESULTS:
                result.errors = [gettext("Say what became of it")]
            elif result.data != Event.SERVED and why.data not in set(why_words()):
                why.errors = [gettext("Say why it was not served, or not all of it")]
        return not self.errors

    def said(self) -> list[Said]:
        """What was said, after `check`."""
        return [Said(key, self._result(key), self[name_of("version", key)].data or 0) for key in self.keys]

    def _result(self, key: Key) -> Result:
        event = Event(self[name_of("result", key)].data)
        return Result(event, None if event is Event.SERVED else Why(self[name_of("why", key)].data))


def form_for(keys: Sequence[Key], *, typed: bool) -> OutcomesForm:
    """The form of these languages, with what was sent where `typed`."""
    fields: dict[str, Any] = {"keys": keys}
    for key in keys:
        fields[name_of("result", key)] = StringField()
        fields[name_of("why", key)] = StringField()
        fields[name_of("version", key)] = HiddenNumber()
    made: type[OutcomesForm] = type("OutcomesForm", (OutcomesForm,), fields)
    return made() if typed else made(formdata=None)


def fill(form: OutcomesForm, said: dict[Key, Outcome], seen: dict[Key, foreseen.Seen]) -> None:
    """Choose what was said before, or what it looks like."""
    for key in form.keys:
        before = said.get(key)
        probable = foreseen.result(seen.get(key))
        form[name_of("result", key)].data = before.outcome if before else probable.event.value
        reason = probable.why.value if probable.why else ""
        form[name_of("why", key)].data = before.reason if before else reason
        form[name_of("version", key)].data = before.version if before else 0
