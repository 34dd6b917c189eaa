"""The service for the journeys: it runs in processes of its own; tests see its database and mails."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import inspect, select

from registration import clock, create_app, demo, i18n
from registration.extensions import db
from registration.meetings.models import InterpretationService, Meeting, TranslatedText
from registration.meetings.published import touch
from registration.serve import die_with_parent
from tests import pseudo
from tests.promises.service import free_port

ROOT = Path(__file__).parents[2]
INSTANCE = "JOURNEYS_INSTANCE"
LANGUAGES = ("en", "es", "vi", "en-XA", "ar-XB")
COUNTERS = ("seats_taken", "online_taken", "children_taken", "children_online", "waiting", "waiting_online",
            "childcare_taken", "registrations", "last_day")  # fmt: skip
STARTS_WITHIN_SECONDS = 60
MAIL_WITHIN_SECONDS = 20


def application() -> Flask:
    """The application of the processes, set from the environment."""
    return create_app(instance_path=os.environ[INSTANCE])


class Installation:
    """The service with the demo season, in five languages of which two are made up."""

    def __init__(self, folder: Path) -> None:
        self.instance = folder / "instance"
        self.log = folder / "log"
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        catalogues = folder / "catalogues"
        pseudo.write_catalogues(ROOT / "translations" / "messages.pot", catalogues)
        self.settings: dict[str, object] = {
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'registration.sqlite'}",
            "SECRET_KEY": "a key of the journeys",
            "BASE_URL": self.address,
            "MAIL_DEFAULT_SENDER": "meetings@example.org",
            "MAIL_REPLY_TO": "office@example.org",
            "LANGUAGES": list(LANGUAGES),
            "EXTRA_TRANSLATIONS": str(catalogues),
        }
        self.app = create_app(self.settings, instance_path=str(self.instance))
        with self.app.app_context():
            flask_migrate.upgrade()
            demo.load_season(clock.now())
            db.session.commit()
        self.process = self._run("flask", "--app", f"{__name__}:application", "serve", f"--port={port}", "--workers=1")

    def _run(self, *command: str) -> "subprocess.Popen[bytes]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLASK_")}
        own = {f"FLASK_{name}": self.app.json.dumps(value) for name, value in self.settings.items()}
        environment = {**kept, **own, INSTANCE: str(self.instance)}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def wait(self) -> None:
        """Return when the pages answer."""
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/en/", timeout=30).close()
                return
            except urllib.error.HTTPError:
                raise
            except OSError:
                assert time.monotonic() < until, self.log.read_text()
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.1)

    def stop(self) -> None:
        """End it and what it started."""
        self.process.terminate()
        self.process.wait(40)
        with self.app.app_context():
            db.engine.dispose()

    @contextmanager
    def database(self) -> Iterator[None]:
        """Look into the database or change it; committed at the end."""
        with self.app.app_context():
            yield
            db.session.commit()
            db.session.remove()

    def meeting(self, slug: str, like: str = "english-meeting", **changes: Any) -> str:
        """Make another meeting like one of the season, for one journey alone; returns `slug`."""
        with self.database():
            model = db.session.scalars(select(Meeting).where(Meeting.slug == like)).one()
            copied = _columns(model, "id", *COUNTERS)
            made = Meeting(**(copied | {"slug": slug} | changes))
            db.session.add(made)
            db.session.flush()
            texts = select(TranslatedText).where(TranslatedText.owner == "meeting", TranslatedText.owner_id == model.id)
            services = select(InterpretationService).where(InterpretationService.meeting_id == model.id)
            for text in db.session.scalars(texts):
                db.session.add(TranslatedText(**(_columns(text, "id") | {"owner_id": made.id})))
            for service in db.session.scalars(services):
                db.session.add(InterpretationService(**(_columns(service, "id") | {"meeting_id": made.id})))
            touch()
        return slug

    def change_meeting(self, slug: str, **changes: object) -> None:
        """Give a meeting other values."""
        with self.database():
            meeting = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
            for name, value in changes.items():
                setattr(meeting, name, value)
            touch()

    def mails(self, address: str) -> list[EmailMessage]:
        """The mails that `address` has got, oldest first."""
        parser = BytesParser(policy=policy.default)
        found = [parser.parsebytes(path.read_bytes()) for path in self._files()]
        return [mail for mail in found if address in str(mail["To"])]

    def say(self, locale: str, message: str, **values: object) -> str:
        """A sentence of the pages in `locale`; a translated one, or the test would show nothing."""
        with self.app.app_context(), i18n.spoken(locale):
            said = i18n.gettext(message, **values)
        assert locale == i18n.SOURCE or said != message % values, f"{message!r} is not translated into {locale}"
        return said

    def _files(self) -> list[Path]:
        return sorted((self.instance / "mail").glob("*.eml"))

    def mail(self, address: str, number: int = 1) -> EmailMessage:
        """The `number`th mail that `address` gets, waited for."""
        until = time.monotonic() + MAIL_WITHIN_SECONDS
        while len(found := self.mails(address)) < number:
            assert time.monotonic() < until, f"{address} has {len(found)} mails, not {number}"
            time.sleep(0.1)
        return found[number - 1]


def _columns(row: object, *without: str) -> dict[str, Any]:
    names = [column.key for column in inspect(type(row)).mapper.column_attrs]
    return {name: getattr(row, name) for name in names if name not in without}


def ago(days: float) -> datetime:
    """The moment so many days before now; negative for later."""
    return clock.now() - timedelta(days=days)


def running(folder: Path) -> Iterator[Installation]:
    """An installation that answers, stopped at the end."""
    made = Installation(folder)
    try:
        made.wait()
        yield made
    finally:
        made.stop()
