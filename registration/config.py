"""Settings of one installation, with their defaults.

Each is set from the environment under its name with `FLASK_` before it (`FLASK_BASE_URL`, `FLASK_LANGUAGES`, …).
What staff may change while it runs stands in the database, not here.
"""

import os
import secrets
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask

from registration import languages


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to set."""


class Defaults:
    """Settings and their defaults. Durations are in seconds unless the name says otherwise."""

    SECRET_KEY: str | None = None
    SECRET_KEY_FALLBACKS: list[str] = []  # noqa: RUF012 - Flask reads settings as plain class attributes
    SQLALCHEMY_DATABASE_URI: str | None = None
    # Seconds a page waits for one statement, for a lock, and for a connection. Statement and connection together stay
    # below ten. Then the same for commands and the delivery loop; 0 is no limit.
    DATABASE_TIMEOUT: float = 5.0
    DATABASE_LOCK_TIMEOUT: float = 4.0
    DATABASE_CONNECT_TIMEOUT: int = 3
    DATABASE_COMMAND_TIMEOUT: float = 300.0
    DATABASE_COMMAND_LOCK_TIMEOUT: float = 30.0
    BASE_URL: str = "http://127.0.0.1:5000"
    LANGUAGES: list[str] = ["en", "es", "vi"]  # noqa: RUF012
    TIME_ZONE: str = "America/Denver"
    PHONE_REGION: str = "US"

    MAIL_SERVER: str | None = None
    MAIL_PORT: int = 25
    MAIL_USERNAME: str | None = None
    MAIL_PASSWORD: str | None = None
    MAIL_USE_TLS: bool = False
    MAIL_USE_SSL: bool = False
    MAIL_TIMEOUT: float = 30.0
    MAIL_DEFAULT_SENDER: str = "meetings@localhost"
    MAIL_REPLY_TO: str | None = None
    MAIL_BATCH: int = 50
    # Mails a minute at most, of all workers together; not set: as fast as they go.
    MAIL_PER_MINUTE: int | None = None

    # How long somebody stays signed in without opening a page, and at the longest.
    SIGNED_IN_IDLE: int = 2 * 60 * 60
    SIGNED_IN_LONGEST: int = 12 * 60 * 60
    # Whether staff must set up a second factor; not set: in production.
    REQUIRE_SECOND_FACTOR: bool | None = None

    METRICS_TOKEN: str | None = None
    EXTRA_TRANSLATIONS: str | None = None

    # Levels at which a page costs a third of a millisecond; higher ones save a few bytes for several times that.
    COMPRESS_ALGORITHM: list[str] = ["br", "gzip"]  # noqa: RUF012
    COMPRESS_BR_LEVEL: int = 4
    COMPRESS_LEVEL: int = 5
    COMPRESS_MIN_SIZE: int = 500
    COMPRESS_MIMETYPES: list[str] = ["text/html", "text/css", "image/svg+xml", "text/calendar"]  # noqa: RUF012

    SESSION_COOKIE_HTTPONLY: bool = True
    SESSION_COOKIE_SAMESITE: str = "Lax"
    WTF_CSRF_TIME_LIMIT: int | None = None
    # Each form checks its own token and keeps what was typed (docs/decisions/004).
    # WTForms' own catalogues are not used: every sentence of a form is in ours.
    WTF_I18N_ENABLED: bool = False
    WTF_CSRF_CHECK_DEFAULT: bool = False
    # A form with long answers stays far below this; it bounds what one request may cost.
    MAX_CONTENT_LENGTH: int = 256 * 1024
    MAX_FORM_MEMORY_SIZE: int = 256 * 1024
    MAX_FORM_PARTS: int = 400


def load(app: Flask, overrides: dict[str, object] | None = None) -> None:
    """Fill `app.config` from defaults, environment and `overrides`, and check it.

    Raises SettingsError when the installation cannot run as set.
    """
    app.config.from_object(Defaults)
    app.config.from_prefixed_env("FLASK")
    app.config.update(overrides or {})
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    _check(app)
    _database(app)
    _secret_key(app)
    _cookies(app)


def production(app: Flask) -> bool:
    """Whether this installation is reached over https, and so must be strict."""
    return str(app.config["BASE_URL"]).startswith("https://")


def _check(app: Flask) -> None:
    base = str(app.config["BASE_URL"]).rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise SettingsError(
            "FLASK_BASE_URL must begin with http:// or https://, for example https://meetings.example.org"
        )
    app.config["BASE_URL"] = base
    offered = app.config["LANGUAGES"]
    if not isinstance(offered, list) or not offered:
        raise SettingsError('FLASK_LANGUAGES must be a JSON list of page languages, for example ["en", "es", "vi"]')
    for tag in offered:
        if tag not in languages.LANGUAGES or not languages.LANGUAGES[tag].page:
            raise SettingsError(f"FLASK_LANGUAGES names {tag!r}, which is not a page language this program knows")
    pace = app.config["MAIL_PER_MINUTE"]
    if pace is not None and (not isinstance(pace, int) or pace < 1):
        raise SettingsError("FLASK_MAIL_PER_MINUTE must be a number of mails a minute, 1 or more, or not be set")
    try:
        ZoneInfo(str(app.config["TIME_ZONE"]))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError("FLASK_TIME_ZONE must be a zone name such as America/Denver") from error


def _database(app: Flask) -> None:
    for name in (name for name in vars(Defaults) if name.startswith("DATABASE_")):
        seconds = app.config[name]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise SettingsError(f"FLASK_{name} must be a number of seconds, for example {getattr(Defaults, name):g}")
    if not app.config["SQLALCHEMY_DATABASE_URI"]:
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + str(Path(app.instance_path) / "registration.sqlite")
    uri = str(app.config["SQLALCHEMY_DATABASE_URI"])
    # Hosting services hand out postgres:// addresses; SQLAlchemy wants the driver named.
    for prefix in ("postgres://", "postgresql://"):
        if uri.startswith(prefix):
            app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg://" + uri.removeprefix(prefix)


def _secret_key(app: Flask) -> None:
    key = app.config["SECRET_KEY"]
    if key is not None and key != "":
        # Flask reads settings as JSON, so a key of digits only arrives as a number.
        app.config["SECRET_KEY"] = str(key)
        return
    if production(app):
        raise SettingsError(
            "FLASK_SECRET_KEY is not set. FLASK_BASE_URL is https, so this is production: set a long random key, "
            "for example the output of: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    app.config["SECRET_KEY"] = _made_key(Path(app.instance_path) / "secret_key")


def _made_key(path: Path) -> str:
    """The key kept in `path`; made once, readable by its owner only."""
    while True:
        if path.exists() and (kept := path.read_text().strip()):
            return kept
        # Written whole under another name first: a second process must never read half a key.
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def _cookies(app: Flask) -> None:
    strict = production(app)
    app.config["SESSION_COOKIE_SECURE"] = strict
    app.config["SESSION_COOKIE_NAME"] = "__Host-session" if strict else "session"
    app.config["LOCALE_COOKIE_NAME"] = "__Host-locale" if strict else "locale"
