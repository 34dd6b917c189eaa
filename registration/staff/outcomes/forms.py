"""The form in which staff say what became of each language."""

from collections.abc import Sequence
from typing import Any

from wtforms import StringField

from registration.families.interpretation import Key
from registration.families.models import Event, Outcome, Why
from registration.families.outcomes import Result, Said, result_of
from registration.forms import Form, HiddenNumber
from registration.i18n import gettext
from registration.staff.outcomes import foreseen
from registration.staff.outcomes.words import result_words, why_words


def name_of(kind: str, key: Key) -> str:
    """The field of a language: `result` or `version` of it."""
    return f"{kind}-{key.language}-{key.modality.value}"


def value_of(result: Result) -> str:
    """A result as a choice sends it: `served`, `partly/came_late`."""
    return "/".join([result.event.value, *([result.why.value] if result.why else [])])


def choices() -> dict[str, str]:
    """What can be chosen, in words: each reason under each result that needs one."""
    found = {}
    for event, words in result_words().items():
        if event is Event.SERVED:
            found[value_of(Result(event))] = words
        else:
            for why, reason in why_words().items():
                found[value_of(Result(event, why))] = gettext("%(result)s: %(reason)s", result=words, reason=reason)
    return found


class OutcomesForm(Form):
    """A result and a version a language; made by `form_for`."""

    keys: Sequence[Key]

    def check(self) -> bool:
        """Whether every language has a result, with a reason where not all was served."""
        self.validate()
        known = choices()
        for key in self.keys:
            if (field := self[name_of("result", key)]).data not in known:
                field.errors = [gettext("Say what became of it")]
        return not self.errors

    def said(self) -> list[Said]:
        """What was said, after `check`."""
        return [Said(key, self._result(key), self[name_of("version", key)].data or 0) for key in self.keys]

    def _result(self, key: Key) -> Result:
        event, _, why = str(self[name_of("result", key)].data).partition("/")
        return Result(Event(event), Why(why) if why else None)


def form_for(keys: Sequence[Key], *, typed: bool) -> OutcomesForm:
    """The form of these languages, with what was sent where `typed`."""
    fields: dict[str, Any] = {"keys": keys}
    for key in keys:
        fields[name_of("result", key)] = StringField()
        fields[name_of("version", key)] = HiddenNumber()
    made: type[OutcomesForm] = type("OutcomesForm", (OutcomesForm,), fields)
    return made() if typed else made(formdata=None)


def fill(form: OutcomesForm, said: dict[Key, Outcome], seen: dict[Key, foreseen.Seen]) -> None:
    """Choose what was said before, or what it looks like."""
    for key in form.keys:
        before = said.get(key)
        result = result_of(before) if before else foreseen.result(seen.get(key))
        form[name_of("result", key)].data = value_of(result)
        form[name_of("version", key)].data = before.version if before else 0
