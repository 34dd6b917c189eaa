"""Templates of mails: subject, text and HTML in the language of who reads them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from flask import current_app
from linkify_it import LinkifyIt

from registration import chosen, colours, i18n, languages
from registration.mail.styles import inlined


class Rendered(NamedTuple):
    """A mail's three texts."""

    subject: str
    text: str
    html: str


def render(name: str, locale: str, /, **facts: object) -> Rendered:
    """Render templates/mail/<name>/ in `locale`, a page language. Raises jinja2.TemplateNotFound, KeyError.

    Templates see the facts, `locale`, `lang` and `direction`, and no request.
    """
    known = facts | {"locale": locale, "lang": languages.html_lang(locale), "direction": languages.direction(locale)}
    environment = current_app.jinja_env
    with i18n.spoken(locale):
        subject, text, html = (
            environment.get_template(f"mail/{name}/{part}").render(known)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    return Rendered(one_line(subject), tidy(text), inlined(html))


def painted(style: str) -> str:
    """The style sheet of a mail in the district's colours."""
    return _painted(style, chosen.chosen().accent)


@lru_cache(maxsize=8)
def _painted(style: str, accent: str | None) -> str:
    return colours.repainted(style, accent)


def linked(text: str) -> Iterator[tuple[str, str]]:
    """`text` in pieces, each with the address it links to, "" for none; punctuation after an address stands outside."""
    at = 0
    for found in _linkifier().match(text) or []:
        if found.schema in ("http:", "https:", "mailto:") or found.text.casefold().startswith("www."):
            # A scheme is the same in any case (RFC 3986, 3.1), but some mail programs only know the small one.
            scheme, colon, rest = found.url.partition(":")
            yield text[at : found.index], ""
            yield found.text, f"{scheme.lower()}{colon}{rest}"
            at = found.last_index
    yield text[at:], ""


@lru_cache(maxsize=1)
def _linkifier() -> LinkifyIt:
    return LinkifyIt()


def one_line(text: str) -> str:
    """`text` on one line. Only plain white space is folded: a no-break space is meant."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def tidy(text: str) -> str:
    """`text` as a mail shows it: no space at line ends, at most one empty line, one line end at the end."""
    lines = "\n".join(line.rstrip(" \t\r") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"
