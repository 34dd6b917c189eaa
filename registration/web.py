"""What every page shares: its language, its headers, the switch of languages, the pages of errors."""

import secrets
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.utils import cached_property

from registration import chosen, config, database, i18n, languages
from registration.extensions import db
from registration.i18n import gettext

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Seconds after which a browser may ask again while the database is away.
RETRY_AFTER = 30

# What must be answered, and at once, when the database is not: its page language is nobody's choice.
WITHOUT_DATABASE = {"healthz"}

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Headers(NamedTuple):
    """How the headers of one endpoint differ: directives of the policy ("": one without a value), and whole headers."""

    policy: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}


# A page that runs small scripts of ours.
SCRIPTED = Headers({"script-src": "'self'"})
# A page that frames another page of ours; and what may be framed: it runs nothing, sends nothing, is nobody's origin.
FRAMING = Headers({"frame-src": "'self'"})
FRAMED = Headers({"sandbox": "", "form-action": "'none'", "frame-ancestors": "'self'"})

# All exceptions to the strict headers, by endpoint. Everything else has exactly POLICY and HEADERS.
EXCEPTIONS: dict[str, Headers] = {
    "staff.preview": FRAMING,
    # Browsers take icons out of a picture of the same origin only. It still runs nothing and sends nothing.
    "staff.preview_page": Headers({**FRAMED.policy, "sandbox": "allow-same-origin"}),
    # Mails bring their style along, on each element; nothing else of them is let in.
    "staff.message": FRAMING,
    "staff.message_preview": Headers({**FRAMED.policy, "style-src": "'unsafe-inline'", "img-src": "'none'"}),
    "staff.announcement_preview": Headers({**FRAMED.policy, "style-src": "'unsafe-inline'", "img-src": "'none'"}),
    "staff.reminder_preview": Headers({**FRAMED.policy, "style-src": "'unsafe-inline'", "img-src": "'none'"}),
    # Each works without its script: a placeholder is typed, a link shows how far sending is.
    "staff.new_announcement": SCRIPTED,
    "staff.new_reminder": SCRIPTED,
    "staff.new_series_reminder": SCRIPTED,
    "staff.reminder": Headers({**FRAMING.policy, **SCRIPTED.policy}),
    "staff.reminder_run": SCRIPTED,
    "staff.stop_reminder_run": SCRIPTED,
    "staff.retry_reminder_run": SCRIPTED,
    **dict.fromkeys(
        # They show the page of an announcement too, where something is wrong.
        (
            "staff.announcement",
            "staff.edit_announcement",
            "staff.send_announcement",
            "staff.test_announcement",
            "staff.stop_announcement",
            "staff.retry_announcement",
            "staff.unschedule_announcement",
            "staff.discard_announcement",
        ),
        Headers({**FRAMING.policy, **SCRIPTED.policy}),
    ),
}


class Asked(Request):
    """A request without NUL characters in what it says: nobody types them, and PostgreSQL takes none in any text."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What the address asks for."""
        return _without_nul(super().args)

    def _load_form_data(self) -> None:
        super()._load_form_data()
        self.__dict__["form"] = _without_nul(self.__dict__["form"])


def _without_nul(given: MultiDict[str, str]) -> MultiDict[str, str]:
    pairs = list(given.items(multi=True))
    if not any("\0" in name or "\0" in value for name, value in pairs):
        return given
    return ImmutableMultiDict([(name.replace("\0", ""), value.replace("\0", "")) for name, value in pairs])


class PageLanguage(NamedTuple):
    """One entry of the language switch."""

    tag: str
    own_name: str
    direction: str
    href: str
    current: bool


def installed() -> list[str]:
    """The page languages of this installation, the first being the district's own."""
    tags: list[str] = current_app.config["LANGUAGES"]
    return tags


def offered() -> list[str]:
    """The page languages that families may choose from: those installed, or the ones of them that staff chose."""
    wanted = chosen.chosen().languages
    return [tag for tag in installed() if tag in wanted] if wanted else installed()


def _readable(tag: str) -> bool:
    """Whether this page may be read in `tag`: what a family holds already stays readable in its language."""
    endpoint = request.endpoint or ""
    own = endpoint.startswith(("families.", "reminders.", "interpretation.")) and endpoint != "families.register"
    return tag in (installed() if own else offered())


def init_app(app: Flask) -> None:
    """Set language, headers and error pages for all blueprints."""
    app.request_class = Asked
    app.url_value_preprocessor(_take_locale)
    app.url_defaults(_give_locale)
    app.before_request(_begin)
    app.after_request(_headers)
    app.context_processor(_page)
    app.jinja_env.globals["switch"] = switch
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _unexpected)
    app.wsgi_app = AsBaseUrl(app.wsgi_app, app.config["BASE_URL"])  # type: ignore[method-assign]


class AsBaseUrl:
    """Makes every request look as if it came to FLASK_BASE_URL, so nothing that a client sends decides where we lead.

    Werkzeug builds redirects from the Host header, and SCRIPT_NAME and the scheme from whatever a server or proxy says.
    """

    def __init__(self, application: "WSGIApplication", base_url: str) -> None:
        self.application = application
        base = urlsplit(base_url)
        self.path = base.path.rstrip("/")
        default = {"http": 80, "https": 443}[base.scheme]
        self.environ = {
            "HTTP_HOST": base.netloc,
            "SERVER_NAME": str(base.hostname),
            "SERVER_PORT": str(base.port or default),
            "wsgi.url_scheme": base.scheme,
            "SCRIPT_NAME": self.path,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        # A proxy may pass the path of the base URL on, or take it away.
        if self.path and (path == self.path or path.startswith(f"{self.path}/")):
            environ["PATH_INFO"] = path[len(self.path) :]
        environ.update(self.environ)
        return self.application(environ, start_response)


def _take_locale(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if request.endpoint in WITHOUT_DATABASE:
        g.locale = installed()[0]
        i18n.speak(g.locale)
        return
    # Threads are used again for other requests, so what the last one said of language must not stay.
    tag = values.pop("locale", None) if values else None
    if request.routing_exception is not None:
        # No route took the address apart, yet its first part says in which language its reader reads.
        first = request.path.split("/")[1]
        tag = first if first in offered() else None
    g.locale = tag if tag is not None and _readable(tag) else negotiated()
    g.unknown_locale = tag is not None and tag != g.locale
    i18n.speak(g.locale)


def _give_locale(endpoint: str, values: dict[str, Any]) -> None:
    if "locale" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "locale"):
        values["locale"] = g.get("locale") or i18n.speaking()


def negotiated() -> str:
    """The offered page language that fits this browser best: its cookie, then Accept-Language, then the first one."""
    cookie = request.cookies.get(current_app.config["LOCALE_COOKIE_NAME"])
    return languages.negotiate(request.headers.get("Accept-Language"), cookie, offered())


def _begin() -> None:
    g.request_id = secrets.token_hex(6)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        database.reads_only()
    else:
        database.may_write()
    if g.get("unknown_locale") or "\0" in request.path:
        abort(404)


@lru_cache(maxsize=512)
def headers_of(endpoint: str | None) -> dict[str, str]:
    """The strict headers of an endpoint, its exceptions among them."""
    own = EXCEPTIONS.get(endpoint or "", Headers())
    policy = "; ".join(f"{name} {value}".rstrip() for name, value in {**POLICY, **own.policy}.items())
    return {"Content-Security-Policy": policy, **HEADERS, **own.headers}


def _headers(response: Response) -> Response:
    for name, value in headers_of(request.endpoint).items():
        response.headers[name] = value
    if config.production(current_app):
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", i18n.speaking())
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


def private(response: Response) -> Response:
    """Mark an answer that shows what one family gave: kept nowhere, found by no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page() -> dict[str, object]:
    tag = i18n.speaking()
    language = languages.LANGUAGES[tag]
    return {
        "locale": tag,
        "html_lang": languages.html_lang(tag),
        "direction": language.direction,
        "page_key": page_key(),
    }


def page_key() -> tuple[object, ...] | None:
    """What the address of this page says, for pieces that link to it; None where that is a secret."""
    values = request.view_args or {}
    return None if "token" in values else (request.endpoint, *sorted(values.items()))


def switch() -> list[PageLanguage]:
    """The language switch: the same page in every page language."""
    endpoint, values = request.endpoint, dict(request.view_args or {})
    if endpoint is None or not current_app.url_map.is_endpoint_expecting(endpoint, "locale"):
        endpoint, values = "meetings.home", {}
    tags = languages.switcher(tuple(offered()))
    return [
        PageLanguage(
            language.tag,
            language.own_name,
            language.direction,
            url_for(endpoint, locale=language.tag, **values),
            language.tag == i18n.speaking(),
        )
        for language in tags
    ]


def _texts(code: int) -> tuple[str, str]:
    known = {
        400: (gettext("We could not read that"), gettext("Please go back and try again.")),
        403: (gettext("You cannot open this page"), gettext("Open the link in your message again.")),
        404: (
            gettext("We cannot find this page"),
            gettext("The address may be old or mistyped. All meetings are on the first page."),
        ),
        405: (gettext("This page cannot be used that way"), gettext("Please go back and try again.")),
        410: (gettext("This link no longer works"), gettext("Ask for your link again, or call us.")),
        413: (
            gettext("That was too long"),
            gettext("Please shorten your answers, or choose a smaller file. Then send them again."),
        ),
        503: (
            gettext("We cannot save anything just now"),
            gettext("Nothing was registered or changed. Please wait a minute and try again, or call us."),
        ),
    }
    return known.get(
        code,
        (gettext("Something went wrong on our side"), gettext("Please try again in a few minutes, or call us.")),
    )


def error_page(code: int) -> ResponseReturnValue:
    """The page of an error in the page's language, and its status."""
    heading, text = _texts(code)
    return render_template("errors/error.html", heading=heading, text=text, code=code), code


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return Response.force_type(error.get_response())
    # A failed request must not leave its half-made rows to a page that reads.
    db.session.rollback()
    return error_page(error.code)


def _database_error(error: SQLAlchemyError) -> ResponseReturnValue:
    db.session.rollback()
    current_app.logger.error("database: %s", type(error).__qualname__, exc_info=error)
    away = isinstance(error, OperationalError | PoolTimeout) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
    if not away:
        return error_page(500)
    g.database_away = True
    response = make_response(error_page(503))
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.testing or current_app.debug:
        raise error
    db.session.rollback()
    current_app.logger.error("unexpected: %s", type(error).__qualname__, exc_info=error)
    return error_page(500)
