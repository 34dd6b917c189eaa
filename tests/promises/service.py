"""The service as it runs for families: a process group of its own, a mail server that listens, and families on HTTP."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlencode

from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_SECONDS = 30
HIDDEN = re.compile(r'name="(csrf_token|submission_id)" value="([^"]+)"')


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


class Arrived:
    """A mail server that remembers which mails it took, by Message-ID."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        return "250 OK"


class Service:
    """`flask serve` in a process group of its own; start and kill it as often as needed."""

    def __init__(self, database_uri: str, mail_port: int, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "service.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLASK_")}
        self.environment = kept | {
            "FLASK_SQLALCHEMY_DATABASE_URI": database_uri,
            "FLASK_SECRET_KEY": "a key of the tests",
            "FLASK_BASE_URL": f"http://127.0.0.1:{self.port}",
            "FLASK_MAIL_SERVER": "127.0.0.1",
            "FLASK_MAIL_PORT": str(mail_port),
            "FLASK_MAIL_TIMEOUT": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start_process(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "flask", "--app", "registration", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.start_process()
        assert self.process is not None
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return Family(self).ask("GET", "/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def terminate(self) -> None:
        """Ask it to stop."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill every process of it at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        until = time.monotonic() + 10
        while self.lives():
            assert time.monotonic() < until
            time.sleep(0.01)

    def lives(self) -> bool:
        """Whether any process of the group is left."""
        assert self.process is not None
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def end(self) -> None:
        """Leave nothing running after a test."""
        if self.process is not None:
            if self.lives():
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Answer:
    """What came back."""

    status: int
    location: str
    text: str
    headers: dict[str, str]


class Family:
    """One browser: cookies of its own, a connection for each request."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        """One request. Raises OSError or http.client.HTTPException when no whole answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Connection": "close"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(response.status, response.headers.get("Location", ""), text, dict(response.headers))

    def form(self, slug: str, number: int) -> dict[str, str]:
        """What family `number` sends as its last form, having looked at the first."""
        hidden = dict(HIDDEN.findall(self.ask("GET", f"/en/meetings/{slug}/register").text))
        answers = {"name": f"Family {number}", "email": f"family{number}@example.org", "interpretation": "es"}
        return hidden | answers | {"checked": "yes"}

    def register(self, slug: str, form: dict[str, str]) -> Answer:
        """Press Register."""
        return self.ask("POST", f"/en/meetings/{slug}/register", form)


@dataclass
class Crowd:
    """Families that register one after another, pressing again whenever no answer came."""

    service: Service
    slug: str
    acknowledged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self._keep_on, args=(seat,)) for seat in range(8)]
        for thread in self.threads:
            thread.start()

    def _keep_on(self, seat: int) -> None:
        number = seat
        while not self.enough.is_set():
            number += len(self.threads)
            self._one(number)

    def _one(self, number: int) -> None:
        family, form = Family(self.service), None
        while form is None or not self.enough.is_set():
            try:
                form = form or family.form(self.slug, number)
                answer = family.register(self.slug, form)
            except (OSError, http.client.HTTPException):
                if self.enough.wait(0.02):
                    return
                continue
            if answer.status == 303:
                self.acknowledged.append(form["submission_id"])
            elif answer.status != 503:
                self.wrong.append(f"{answer.status} {answer.text[:2000]}")
            return

    def wait_for(self, more: int) -> None:
        """Wait until so many more families have been told that they are registered."""
        enough = len(self.acknowledged) + more
        until = time.monotonic() + 60
        while len(self.acknowledged) < enough:
            assert time.monotonic() < until, self.wrong or self.service.log.read_text()
            time.sleep(0.01)

    def go_home(self) -> None:
        """Let each finish what it does."""
        self.enough.set()
        for thread in self.threads:
            thread.join()
