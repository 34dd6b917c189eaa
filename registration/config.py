"""Settings of one installation, with their defaults.

Each is set from the environment under its name with `FLASK_` before it (`FLASK_BASE_URL`, `FLASK_LANGUAGES`, …).
What staff may change while it runs stands in the database, not here.
"""

import json
import os
import secrets
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import platformdirs
from flask import Flask

from registration import languages

CATALOG = Path("LC_MESSAGES") / "messages.mo"


class SettingsError(click.ClickException):
    """Settings are missing or wrong; the message names each, says what is wrong, and gives an example."""


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


# What a right value looks like, where the default does not show it. Also of what must never be printed.
EXAMPLES: Mapping[str, str] = {  # examples, no secrets  # nosec B105
    "SECRET_KEY": "the output of: python -c 'import secrets; print(secrets.token_hex(32))'",
    "SECRET_KEY_FALLBACKS": '["the key before this one"]',
    "SQLALCHEMY_DATABASE_URI": "postgresql://user:password@host/database",
    "BASE_URL": "https://meetings.example.org",
    "LANGUAGES": '["en", "es", "vi"]',
    "MAIL_SERVER": "smtp.example.org",
    "MAIL_PORT": "587",
    "MAIL_USERNAME": "meetings@example.org",
    "MAIL_PASSWORD": "the password of that account",
    "MAIL_DEFAULT_SENDER": "meetings@example.org",
    "MAIL_REPLY_TO": "office@example.org",
    "MAIL_PER_MINUTE": "60",
    "METRICS_TOKEN": "a long random text",
    "EXTRA_TRANSLATIONS": "/srv/translations",
    "REQUIRE_SECOND_FACTOR": "true",
}
KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a JSON list of texts"}
SHORTEST_KEY = 32


def load(app: Flask, translations: Path, overrides: dict[str, object] | None = None) -> None:
    """Fill `app.config` from defaults, environment and `overrides`, and check it.

    `translations`: where the catalogs are. Raises SettingsError, which names every fault at once, when the installation
    cannot run as set.
    """
    app.config.from_object(Defaults)
    app.config.from_prefixed_env("FLASK")
    app.config.update(overrides or {})
    # Flask reads settings as JSON, so a key or password of digits arrives as a number.
    for name in ("SECRET_KEY", "MAIL_USERNAME", "MAIL_PASSWORD", "METRICS_TOKEN"):
        if isinstance(app.config[name], int | float) and not isinstance(app.config[name], bool):
            app.config[name] = str(app.config[name])
    wrong = dict(_wrong_kinds(app.config))
    # The rest is checked with defaults in place of what cannot be read, so that all faults are named at once.
    readable = {**app.config, **{name: getattr(Defaults, name) for name in wrong}}
    if faults := [*wrong.values(), *_wrong_values(readable, translations)]:
        raise SettingsError("\n".join(["These settings cannot be used:", *(f"- {fault}" for fault in faults)]))
    app.config["BASE_URL"] = app.config["BASE_URL"].rstrip("/")
    private(Path(app.instance_path))
    _database(app)
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = _made_key(Path(app.instance_path) / "secret_key")
    _cookies(app)


def production(app: Flask) -> bool:
    """Whether this installation is reached over https, and so must be strict."""
    return str(app.config["BASE_URL"]).startswith("https://")


def _fault(name: str, words: str) -> str:
    example = EXAMPLES.get(name) or json.dumps(getattr(Defaults, name))
    return f"FLASK_{name} {words}. For example: {example}"


def _wrong_kinds(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings whose values are of another type than their default says, and the fault of each."""
    for name, declared in get_type_hints(Defaults).items():
        value, kinds = config[name], get_args(declared) if isinstance(declared, UnionType) else (declared,)
        if value is None and type(None) in kinds:
            continue
        kind = get_origin(kinds[0]) or kinds[0]
        fits = isinstance(value, int | float if kind is float else kind) and (
            kind is bool or not isinstance(value, bool)
        )
        if not fits or (kind is list and not all(isinstance(one, str) for one in value)):
            yield name, _fault(name, f"must be {KINDS[kind]}")
        elif kind in (int, float) and value < 0:
            yield name, _fault(name, "must not be negative")


def _wrong_values(config: Mapping[str, Any], translations: Path) -> Iterator[str]:
    if not str(config["BASE_URL"]).startswith(("http://", "https://")) or not urlsplit(config["BASE_URL"]).hostname:
        yield _fault("BASE_URL", "must begin with http:// or https:// and name a host")
    yield from _wrong_languages(config, translations)
    if not 1 <= config["MAIL_PORT"] <= 65535:
        yield _fault("MAIL_PORT", "must be a port from 1 to 65535")
    if config["MAIL_PER_MINUTE"] == 0:
        yield _fault("MAIL_PER_MINUTE", "must be 1 or more, or not be set")
    try:
        ZoneInfo(config["TIME_ZONE"])
    except (ZoneInfoNotFoundError, ValueError):
        yield _fault("TIME_ZONE", "must be a time zone name")
    if str(config["BASE_URL"]).startswith("https://"):
        yield from _wrong_for_production(config)


def _wrong_languages(config: Mapping[str, Any], translations: Path) -> Iterator[str]:
    if not config["LANGUAGES"]:
        yield _fault("LANGUAGES", "must name at least one page language")
    folders = [translations, *([Path(config["EXTRA_TRANSLATIONS"])] if config["EXTRA_TRANSLATIONS"] else [])]
    for tag in config["LANGUAGES"]:
        if tag not in languages.LANGUAGES or not languages.LANGUAGES[tag].page:
            yield _fault("LANGUAGES", f"names {tag!r}, which is not a page language this program knows")
        elif tag != "en" and not any((one / languages.catalogue(tag) / CATALOG).is_file() for one in folders):
            yield _fault("LANGUAGES", f"names {tag!r}, which has no compiled catalog: its pages would be in English")


def _wrong_for_production(config: Mapping[str, Any]) -> Iterator[str]:
    """What would lose data or let strangers in without a word: FLASK_BASE_URL is https, so families rely on this."""
    keys = {"SECRET_KEY": [config["SECRET_KEY"] or ""], "SECRET_KEY_FALLBACKS": config["SECRET_KEY_FALLBACKS"]}
    for name, values in keys.items():
        if any(len(key) < SHORTEST_KEY for key in values):
            short = f"must have at least {SHORTEST_KEY} characters in production, or links and sessions can be forged"
            yield _fault(name, short if any(values) else "is not set, but production needs a secret key")
    if not config["MAIL_SERVER"]:
        yield _fault("MAIL_SERVER", "is not set: mail would be written to files, and families would get none")
    if config["MAIL_DEFAULT_SENDER"] == Defaults.MAIL_DEFAULT_SENDER or "@" not in config["MAIL_DEFAULT_SENDER"]:
        yield _fault("MAIL_DEFAULT_SENDER", "is not set: mail from an address that does not exist is thrown away")


def private(folder: Path) -> None:
    """Make the folder, and see that nobody but its owner reads what is in it: families' answers, mail, the key.

    Raises SettingsError where that cannot be done.
    """
    os.umask(0o077)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in [folder, *folder.rglob("*")]:
            # Mails come and go while another process runs.
            with suppress(FileNotFoundError):
                mode = stat.S_IMODE(path.lstat().st_mode)
                if mode & 0o077 and not path.is_symlink():
                    path.chmod(mode & 0o700)
    except OSError as error:
        raise SettingsError(
            f"The data directory {folder} cannot be used ({error.strerror}). It must belong to the user who runs the "
            "service. Set FLASK_INSTANCE_PATH to one that does. For example: /var/lib/community-meetings"
        ) from error


def data_directory(package: Path) -> str:
    """Where one installation keeps its data: FLASK_INSTANCE_PATH, else instance/ in a checkout, else the user's place.

    Never below the virtual environment: whoever makes that anew would delete the district's data. Raises SettingsError
    when an earlier version has left its data there.
    """
    if chosen := os.environ.get("FLASK_INSTANCE_PATH"):
        return str(Path(chosen).absolute())
    if (package.parent / "setup.cfg").is_file():
        return str(package.parent / "instance")
    directory = platformdirs.user_data_path("community-meetings", appauthor=False)
    before = Path(sys.prefix) / "var" / "registration-instance"
    if (before / "registration.sqlite").exists() and not (directory / "registration.sqlite").exists():
        raise SettingsError(
            f"An earlier version kept its data inside the virtual environment, in {before}. Stop the service and move "
            f"that folder to {directory}, or set FLASK_INSTANCE_PATH."
        )
    return str(directory)


def _database(app: Flask) -> None:
    if not app.config["SQLALCHEMY_DATABASE_URI"]:
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + str(Path(app.instance_path) / "registration.sqlite")
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    # Hosting services hand out postgres:// addresses; SQLAlchemy wants the driver named.
    for prefix in ("postgres://", "postgresql://"):
        if uri.startswith(prefix):
            app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg://" + uri.removeprefix(prefix)


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
