"""How own words or a built-in text look to a family, real or made up: nothing in it opens anything, nothing is sent."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from registration import clock, i18n, languages, links
from registration.extensions import db
from registration.families import holder
from registration.families.models import Modality, Registration
from registration.i18n import gettext
from registration.mail.letter import Letter
from registration.meetings.models import Meeting
from registration.reminders import messages
from registration.reminders import words as told
from registration.staff.mail.preview import blanked
from registration.staff.plan.foreseen import made_up
from registration.staff.telling.own_words import Words, within


class Look(NamedTuple):
    """A letter in one language, whose `name` stands in sentences.

    `family`: whose letter it is, "" for a made-up one; `why`: why there is no letter.
    """

    tag: str
    lang: str
    dir: str
    name: str
    letter: Letter | None
    family: str = ""
    note: str = ""
    why: str = ""


def look(
    message: str, said: Mapping[str, Words] | None, tag: str, meeting_ids: Sequence[int], family_id: int = 0
) -> Look:
    """The letter in the page language `tag` for the family `family_id`, or for a made-up one of the first meeting."""
    with holder.read_in(tag):
        family = holder.by_id(family_id) if family_id else None
    letter, why = None, gettext("Choose a meeting first.")
    if family is not None or meeting_ids:
        letter, why = _letter(message, said, tag, family or _made_up(meeting_ids[0], tag))
    note = "" if said is None or tag in said else gettext("The words are missing in this language.")
    return Look(
        tag,
        languages.html_lang(letter.locale if letter else tag),
        languages.direction(letter.locale if letter else tag),
        within(tag),
        letter,
        family.name if family else "",
        note,
        why if letter is None else "",
    )


def _letter(
    message: str, said: Mapping[str, Words] | None, tag: str, family: Registration
) -> tuple[Letter | None, str]:
    own = None if said is None else {one: told.Words(one, *words) for one, words in said.items() if all(words)}
    if own is not None and not own:
        return None, gettext("Nothing is written yet.")
    try:
        with i18n.spoken(tag), links.inert():
            return blanked(messages.letter(message, family, own)), ""
    except SQLAlchemyError:
        raise
    except Exception:
        current_app.logger.exception("%s: its builder failed in a preview", message)
        return None, gettext("The program could not write this message. Please show this to who runs it.")


def _made_up(meeting_id: int, tag: str) -> Registration:
    meeting = db.session.get_one(Meeting, meeting_id)
    # As a family that reads another language most often does, it asked for it.
    wishes = [] if tag == meeting.floor_language else [(tag, Modality.SPOKEN.value)]
    with db.session.no_autoflush:
        return made_up(meeting, tag, wishes, clock.now())
