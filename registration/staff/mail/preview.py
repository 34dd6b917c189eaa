"""Messages as their readers get them, for staff to look at: nothing in them opens anything, nothing is sent."""

import re
from dataclasses import replace

from flask import current_app

from registration import i18n, links
from registration.families import holder
from registration.families.tell import SUBJECT
from registration.mail import BUILDERS
from registration.mail.kept import BLANK
from registration.mail.letter import Builder, Letter, Queued, Superseded

# A link of a mail: what it leads to goes, its words and its look stay.
_HREF = re.compile(r"""(<a\b[^<>]*?)\s+href\s*=\s*("[^"]*"|'[^']*'|[^\s<>"']+)""", re.IGNORECASE)


def can_show(queued: Queued) -> bool:
    """Whether this program still writes the message, and to a family; what signs somebody in is never shown."""
    return queued.subject_kind == SUBJECT and queued.message in _builders()


def rendered(queued: Queued, locale: str) -> Letter | Superseded:
    """The letter of a message as things are now, in the page language `locale`, with what opens something blanked.

    Superseded: it would not be sent, and why. Raises KeyError for a message nobody writes, and whatever its builder
    raises.
    """
    with i18n.spoken(locale), links.inert(), holder.read_in(locale):
        letter = _builders()[queued.message](queued)
    return letter if isinstance(letter, Superseded) else blanked(letter)


def blanked(letter: Letter) -> Letter:
    """The letter without its links: the words of a token are blanked, and a link leads nowhere."""
    secrets = [links.CANARY, *letter.secrets]
    return replace(
        letter,
        subject=_without(letter.subject, secrets),
        text=_without(letter.text, secrets),
        html=_HREF.sub(r"\1", _without(letter.html, secrets)),
        attachments=[
            replace(one, data=_without(one.data.decode(), secrets).encode()) if _is_text(one.content_type) else one
            for one in letter.attachments
        ],
        secrets=[],
        list_unsubscribe=None,
    )


def _is_text(content_type: str) -> bool:
    return content_type.startswith("text/")


def _without(text: str, secrets: list[str]) -> str:
    for secret in filter(None, secrets):
        text = text.replace(secret, BLANK)
    return text


def _builders() -> dict[str, Builder]:
    builders: dict[str, Builder] = current_app.extensions[BUILDERS]
    return builders
