"""A family's answers in words, in the language just spoken."""

from datetime import timedelta
from typing import NamedTuple

from registration import dates, languages, phones
from registration.families.answers import Answers
from registration.families.models import Attendance, Need
from registration.i18n import gettext, ngettext
from registration.meetings.shown import MeetingView, tongue


class Row(NamedTuple):
    """An answer in words. `dir` is `ltr` for numbers and addresses."""

    label: str
    value: str
    detail: str = ""
    lang: str = ""
    dir: str = ""


def contact_language(tag: str, locale: str, by_mail: bool) -> Row:
    """The language we write or speak to a family in, as an answer."""
    one = tongue(tag, locale)
    label = gettext("We write in") if by_mail else gettext("We call you in")
    return Row(label, one.own_name, languages.capitalised(one.translated), languages.html_lang(tag), one.dir)


def kept_until(view: MeetingView) -> str:
    """The day on which answers to a meeting are deleted, as it is planned now."""
    return dates.full_date(view.ends_at + timedelta(days=view.retention_days), view.time_zone, view.locale)


def needs() -> list[tuple[str, str]]:
    """Needs to choose from, in words."""
    return [
        (Need.CAPTIONS.value, gettext("Captions (what is said, as text)")),
        (Need.ASSISTIVE_LISTENING.value, gettext("Help with hearing (a device that makes it louder)")),
        (Need.WHEELCHAIR.value, gettext("A place for a wheelchair")),
        (Need.LARGE_PRINT.value, gettext("Papers in large print")),
    ]


def rows(answers: Answers, view: MeetingView) -> list[Row]:
    """The answers as a family checks them, in its language."""
    found = [Row(gettext("Name"), answers.name, dir="auto")]
    if answers.phone:
        found.append(Row(gettext("Phone"), phones.display(answers.phone), dir="ltr"))
    if answers.email:
        found.append(Row(gettext("Email"), answers.email, dir="ltr"))
    found.append(Row(gettext("Interpreter"), interpreters(answers, view), _listening(answers)))
    found.append(Row(gettext("Who comes"), people(answers.adults, answers.children)))
    found.append(Row(gettext("How you come"), attendance(answers.attendance)))
    said = [words for need, words in needs() if need in answers.needs]
    if said or answers.needs_other:
        found.append(Row(gettext("Other needs"), ", ".join(said), answers.needs_other))
    if answers.childcare_children:
        found.append(Row(gettext("Childcare"), _children(answers.childcare_children)))
    if answers.question:
        found.append(Row(gettext("Your question"), answers.question, dir="auto"))
    return found


def interpreters(answers: Answers, view: MeetingView) -> str:
    """What interpretation is asked for, in words."""
    named = [languages.capitalised(tongue(tag, view.locale).name) for tag in answers.spoken]
    if answers.other_language:
        named.append(answers.other_language)
    if answers.call_me:
        named.append(gettext("Not sure. Please call me."))
    return " · ".join(named) or gettext("No interpreter")


def _listening(answers: Answers) -> str:
    if not answers.spoken and not answers.other_language:
        return ""
    return ngettext("%(num)s person will listen.", "%(num)s people will listen.", answers.listeners)


def _children(number: int) -> str:
    return ngettext("%(num)s child", "%(num)s children", number)


def people(adults: int, children: int) -> str:
    """How many come, in words."""
    parts = [ngettext("%(num)s adult", "%(num)s adults", adults)] if adults else []
    if children:
        parts.append(_children(children))
    return ", ".join(parts)


def attendance(way: str) -> str:
    """How a family takes part, in words."""
    return gettext("In the room") if way == Attendance.IN_PERSON else gettext("Online")
