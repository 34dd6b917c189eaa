"""The language of what is being written: which catalogue answers `gettext`, and which Babel locale formats.

Flask-Babel finds its locale on a request or application context and loads catalogues by Babel's locale. Neither fits:
mails are written outside requests, several languages in one context, and a page language is not a Babel locale
(`prs` has a catalogue and is formatted as fa_AF). So the page language is a context variable and the catalogues are
looked up by its tag; all else is Flask-Babel's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain

from registration import languages

SOURCE = "en"


_speaking: ContextVar[str] = ContextVar("speaking", default=SOURCE)

babel = Babel()


class Catalogues(Domain):  # type: ignore[misc] # flask-babel has no annotations
    """Catalogues by page language, loaded once a process."""

    def __init__(self, directories: list[Path]) -> None:
        super().__init__()
        self.directories = tuple(directories)

    def get_translations(self) -> NullTranslations:
        return _catalogue(self.directories, _speaking.get())


@lru_cache(maxsize=64)
def _catalogue(directories: tuple[Path, ...], tag: str) -> NullTranslations:
    for directory in directories:
        found = Translations.load(str(directory), [languages.catalogue(tag)])
        if isinstance(found, Translations):
            return found
    return NullTranslations()


def reviewed_by(tag: str) -> str | None:
    """Which native speaker has reviewed the catalogue of `tag`; "" where nobody has, None without a catalogue."""
    catalogues: Catalogues = babel.domain_instance
    said = _catalogue(catalogues.directories, tag).info().get("language-team")
    if said is None:
        return None
    who = said.partition("Reviewed-By:")[2].strip()
    return "" if who.casefold().startswith("nobody") else who


def speaking() -> str:
    """The page language in which texts are written just now, a BCP 47 tag."""
    return _speaking.get()


def speak(tag: str) -> None:
    """Write in `tag` from now on in this context; `web` calls it at the start of each request."""
    _speaking.set(tag)


@contextmanager
def spoken(tag: str) -> Iterator[None]:
    """Write in `tag` inside the block: mails, calendar files, the English line for the front desk."""
    token = _speaking.set(tag)
    try:
        yield
    finally:
        _speaking.reset(token)


def gettext(message: str, **values: object) -> str:
    """The message in the language spoken now, with its %(name)s filled in."""
    text = _translations().gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """The form of the message for `number`, which is also %(num)s in it."""
    return _translations().ngettext(singular, plural, number) % {"num": number, **values}


def _translations() -> NullTranslations:
    # Flask-Babel's own functions look up Flask's contexts first, four times a sentence.
    catalogues: Catalogues = babel.domain_instance
    return catalogues.get_translations()


def init_app(app: Flask, translations: Path) -> None:
    """Answer `gettext` in code and templates from `translations` (and from FLASK_EXTRA_TRANSLATIONS before it)."""
    extra = app.config["EXTRA_TRANSLATIONS"]
    directories = [Path(extra)] if extra else []
    babel.init_app(
        app,
        default_translation_directories=str(translations),
        locale_selector=lambda: languages.LANGUAGES[speaking()].babel,
    )
    catalogues = babel.domain_instance = Catalogues([*directories, translations])
    # Templates ask for a hundred sentences a page: straight to the catalogue, without a look at Flask's contexts.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # added by jinja2.ext.i18n
        gettext=lambda text: catalogues.get_translations().gettext(text),
        ngettext=lambda one, many, number: catalogues.get_translations().ngettext(one, many, number),
        newstyle=True,
    )
    # Jinja's own `_` looks up `gettext` in the context for every sentence.
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]
