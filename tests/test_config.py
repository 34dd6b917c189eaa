"""Settings: what is refused, what is made, and that production is strict."""

import json
import os
import stat
from pathlib import Path

import pytest

from registration import config, create_app
from registration.config import SettingsError

PRODUCTION = "https://meetings.example.org"
KEY = "0123456789abcdef0123456789abcdef"
# What production needs besides.
STRICT: dict[str, object] = {
    "BASE_URL": PRODUCTION,
    "SECRET_KEY": KEY,
    "MAIL_SERVER": "smtp.example.org",
    "MAIL_DEFAULT_SENDER": "meetings@example.org",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests reaches them."""
    for name in ("SECRET_KEY", "BASE_URL", "LANGUAGES", "TIME_ZONE", "SQLALCHEMY_DATABASE_URI"):
        monkeypatch.delenv(f"FLASK_{name}", raising=False)


def test_production_refuses_to_start_without_a_key_and_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"FLASK_SECRET_KEY is not set.*token_hex"):
        create_app({"BASE_URL": PRODUCTION}, instance_path=str(tmp_path))
    with pytest.raises(SettingsError, match="FLASK_SECRET_KEY"):
        create_app(STRICT | {"SECRET_KEY": ""}, instance_path=str(tmp_path))
    assert not (tmp_path / "secret_key").exists()


def test_elsewhere_a_key_is_made_once_that_only_its_owner_reads(tmp_path: Path) -> None:
    first = create_app({"BASE_URL": "http://127.0.0.1:5000"}, instance_path=str(tmp_path)).config["SECRET_KEY"]
    second = create_app({"BASE_URL": "http://127.0.0.1:5000"}, instance_path=str(tmp_path)).config["SECRET_KEY"]
    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_cookies_of_production_are_secure_and_prefixed_and_plain_elsewhere(tmp_path: Path) -> None:
    strict = create_app(STRICT, instance_path=str(tmp_path)).config
    assert (strict["SESSION_COOKIE_NAME"], strict["SESSION_COOKIE_SECURE"]) == ("__Host-session", True)
    plain = create_app({"SECRET_KEY": "k"}, instance_path=str(tmp_path)).config
    assert (plain["SESSION_COOKIE_NAME"], plain["SESSION_COOKIE_SECURE"]) == ("session", False)
    assert strict["SESSION_COOKIE_HTTPONLY"]
    assert strict["SESSION_COOKIE_SAMESITE"] == "Lax"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BASE_URL", "meetings.example.org", "FLASK_BASE_URL must begin with"),
        ("LANGUAGES", "en", "FLASK_LANGUAGES must be a JSON list"),
        ("LANGUAGES", "[]", "FLASK_LANGUAGES must name at least one"),
        ("LANGUAGES", '["en", "tlh"]', "'tlh', which is not a page language"),
        ("LANGUAGES", '["en", "mam"]', "'mam', which is not a page language"),
        ("LANGUAGES", '["en", "so"]', "'so', which has no compiled catalog"),
        ("BASE_URL", "https://", "FLASK_BASE_URL must begin with"),
        ("MAIL_PORT", "smtp", "FLASK_MAIL_PORT must be a whole number. For example: 587"),
        ("MAIL_PORT", "0", "FLASK_MAIL_PORT must be a port"),
        ("MAIL_PORT", "25.5", "FLASK_MAIL_PORT must be a whole number"),
        ("MAIL_USE_TLS", "yes", "FLASK_MAIL_USE_TLS must be true or false"),
        ("MAIL_TIMEOUT", "soon", "FLASK_MAIL_TIMEOUT must be a number"),
        ("MAIL_PER_MINUTE", "0", "FLASK_MAIL_PER_MINUTE must be 1 or more"),
        ("SIGNED_IN_IDLE", "-5", "FLASK_SIGNED_IN_IDLE must not be negative"),
        ("SECRET_KEY_FALLBACKS", "old", "FLASK_SECRET_KEY_FALLBACKS must be a JSON list of texts"),
        ("TIME_ZONE", "Mountain", "FLASK_TIME_ZONE must be a time zone name"),
        ("TIME_ZONE", "../etc/passwd", "FLASK_TIME_ZONE must be a time zone name"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"FLASK_{name}", value)
    with pytest.raises(SettingsError, match=words.replace("[", r"\[")):
        create_app({"SECRET_KEY": "k"}, instance_path=str(tmp_path))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {"BASE_URL": "http://m.example.org/", "LANGUAGES": ["es", "vi"], "SECRET_KEY": 12345, "MAIL_PORT": 2525}
    for name, value in given.items():
        monkeypatch.setenv(f"FLASK_{name}", value if isinstance(value, str) else json.dumps(value))
    found = create_app(instance_path=str(tmp_path)).config
    assert found["BASE_URL"] == "http://m.example.org"
    assert found["LANGUAGES"] == ["es", "vi"]
    # A key of digits arrives as a number and must sign all the same.
    assert found["SECRET_KEY"] == "12345"
    assert found["MAIL_PORT"] == 2525


def test_the_database_is_a_file_of_the_instance_unless_set(tmp_path: Path) -> None:
    found = create_app({"SECRET_KEY": "k"}, instance_path=str(tmp_path)).config["SQLALCHEMY_DATABASE_URI"]
    assert found == f"sqlite:///{tmp_path / 'registration.sqlite'}"


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://"])
def test_an_address_of_a_hosting_service_gets_the_driver_we_use(tmp_path: Path, prefix: str) -> None:
    app = create_app(
        {"SECRET_KEY": "k", "SQLALCHEMY_DATABASE_URI": f"{prefix}u@localhost/d"}, instance_path=str(tmp_path)
    )
    assert app.config["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u@localhost/d"
    assert not config.production(app)


def test_production_refuses_whatever_would_lose_mail_or_let_strangers_in(tmp_path: Path) -> None:
    wrong: dict[str, object] = {"BASE_URL": PRODUCTION, "SECRET_KEY": "short", "SECRET_KEY_FALLBACKS": ["old"]}
    wrong |= {"MAIL_PORT": "smtp"}
    with pytest.raises(SettingsError) as refused:
        create_app(wrong | {"LANGUAGES": ["en", "tlh"]}, instance_path=str(tmp_path / "instance"))
    words = str(refused.value)
    for name in (
        "SECRET_KEY must have at least 32",
        "SECRET_KEY_FALLBACKS must have at least 32",
        "MAIL_SERVER is not set",
        "MAIL_DEFAULT_SENDER is not set",
        "MAIL_PORT must be",
        "LANGUAGES names",
    ):
        assert f"- FLASK_{name}" in words, "all faults at once"
    assert words.count("For example: ") == 6
    assert "short" not in words, "no secret is printed"
    assert not (tmp_path / "instance").exists()


def test_production_starts_with_what_it_needs(tmp_path: Path) -> None:
    assert config.production(create_app(dict(STRICT), instance_path=str(tmp_path)))


def test_the_data_directory_is_for_its_owner_alone_whatever_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "mail").mkdir(parents=True, mode=0o755)
    for name in ("registration.sqlite", "registration.sqlite-wal", "mail/1.eml"):
        (folder / name).write_text("")
        (folder / name).chmod(0o644)
    before = os.umask(0o022)
    try:
        create_app(instance_path=str(folder))
        (folder / "new").write_text("")
    finally:
        os.umask(before)
    modes = {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert {mode for name, mode in modes.items() if name != "mail"} == {0o600}, modes
    assert (modes["mail"], stat.S_IMODE(folder.stat().st_mode)) == (0o700, 0o700)


def test_a_data_directory_that_cannot_be_used_is_refused_with_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"data directory .* cannot be used .*FLASK_INSTANCE_PATH"):
        create_app(instance_path=str(tmp_path / "file" / "below"))


def test_data_lies_in_the_checkout_or_with_the_user_and_never_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FLASK_INSTANCE_PATH", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "venv"))
    checkout, installed = tmp_path / "checkout", tmp_path / "venv" / "lib" / "site-packages"
    for folder in (checkout, installed):
        folder.mkdir(parents=True)
    (checkout / "setup.cfg").touch()
    assert config.data_directory(checkout / "registration") == str(checkout / "instance")
    assert config.data_directory(installed / "registration") == str(tmp_path / "home" / "community-meetings")
    monkeypatch.setenv("FLASK_INSTANCE_PATH", str(tmp_path / "chosen"))
    assert config.data_directory(installed / "registration") == str(tmp_path / "chosen")
    monkeypatch.delenv("FLASK_INSTANCE_PATH")
    before = tmp_path / "venv" / "var" / "registration-instance"
    before.mkdir(parents=True)
    (before / "registration.sqlite").touch()
    with pytest.raises(SettingsError, match="move that folder"):
        config.data_directory(installed / "registration")
