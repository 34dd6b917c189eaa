"""Settings: what is refused, what is made, and that production is strict."""

import json
import stat
from pathlib import Path

import pytest

from registration import config, create_app
from registration.config import SettingsError

PRODUCTION = "https://meetings.example.org"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests reaches them."""
    for name in ("SECRET_KEY", "BASE_URL", "LANGUAGES", "TIME_ZONE", "SQLALCHEMY_DATABASE_URI"):
        monkeypatch.delenv(f"FLASK_{name}", raising=False)


def test_production_refuses_to_start_without_a_key_and_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"FLASK_SECRET_KEY is not set.*token_hex"):
        create_app({"BASE_URL": PRODUCTION}, instance_path=str(tmp_path))
    with pytest.raises(SettingsError, match="FLASK_SECRET_KEY"):
        create_app({"BASE_URL": PRODUCTION, "SECRET_KEY": ""}, instance_path=str(tmp_path))
    assert not (tmp_path / "secret_key").exists()


def test_elsewhere_a_key_is_made_once_that_only_its_owner_reads(tmp_path: Path) -> None:
    first = create_app({"BASE_URL": "http://127.0.0.1:5000"}, instance_path=str(tmp_path)).config["SECRET_KEY"]
    second = create_app({"BASE_URL": "http://127.0.0.1:5000"}, instance_path=str(tmp_path)).config["SECRET_KEY"]
    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_cookies_of_production_are_secure_and_prefixed_and_plain_elsewhere(tmp_path: Path) -> None:
    strict = create_app({"BASE_URL": PRODUCTION, "SECRET_KEY": "k"}, instance_path=str(tmp_path)).config
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
        ("LANGUAGES", "[]", "FLASK_LANGUAGES must be a JSON list"),
        ("LANGUAGES", '["en", "tlh"]', "'tlh', which is not a page language"),
        ("LANGUAGES", '["en", "mam"]', "'mam', which is not a page language"),
        ("TIME_ZONE", "Mountain", "FLASK_TIME_ZONE must be a zone name"),
        ("TIME_ZONE", "../etc/passwd", "FLASK_TIME_ZONE must be a zone name"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"FLASK_{name}", value)
    with pytest.raises(SettingsError, match=words.replace("[", r"\[")):
        create_app({"SECRET_KEY": "k"}, instance_path=str(tmp_path))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {"BASE_URL": "https://m.example.org/", "LANGUAGES": ["es", "vi"], "SECRET_KEY": 12345, "MAIL_PORT": 2525}
    for name, value in given.items():
        monkeypatch.setenv(f"FLASK_{name}", value if isinstance(value, str) else json.dumps(value))
    found = create_app(instance_path=str(tmp_path)).config
    assert found["BASE_URL"] == "https://m.example.org"
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
