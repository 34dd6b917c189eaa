"""The wheel, built from the source archive and run in an environment of its own, far from the checkout."""

import contextlib
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po

# One process builds it once.
pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]

CHECKOUT = Path(__file__).resolve().parent.parent
ANSWERS_WITHIN_SECONDS = 30


class Installed(NamedTuple):
    """An environment that holds the wheel: its Python, and an empty directory to work in."""

    python: Path
    directory: Path

    def run(self, *arguments: str) -> str:
        """Run Python with `arguments` in the empty directory; return what it printed. Anything but status 0 fails."""
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.directory,
            env=environment() | {"XDG_DATA_HOME": str(self.directory.with_suffix(".data"))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}"
        return done.stdout


def environment() -> dict[str, str]:
    """Return our environment without any setting of the service and without paths that lead to the checkout."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("FLASK_", "PYTHON", "PYTEST", "COV"))
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive and, from that alone, the wheel."""
    built = tmp_path_factory.mktemp("dist")
    # From a copy: a build writes beside the sources, and two at once would take away each other's folders.
    tree = tmp_path_factory.mktemp("tree") / "checkout"
    left_out = shutil.ignore_patterns(
        ".git", ".venv", "build", "dist", "instance", "*.egg-info", ".*_cache", "__pycache__"
    )
    shutil.copytree(CHECKOUT, tree, ignore=left_out)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", built, tree],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel into an empty environment that sees the packages of the lock file but not the checkout."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        env=environment(),
        check=True,
    )
    # Python reads no .pth file in a directory that is itself named by one, so our editable install stays out.
    (site_packages(home) / "locked.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (home / "installed").touch()
    return Installed(python, tmp_path_factory.mktemp("empty"))


def site_packages(home: Path) -> Path:
    """Return where the environment at `home` keeps its packages."""
    return next((home / "lib").glob("python3*/site-packages"))


@pytest.fixture(scope="module")
def with_a_season(installed: Installed) -> Installed:
    """Make the database and the demo season, by the commands a district would type."""
    installed.run("-m", "flask", "--app", "registration", "db", "upgrade")
    installed.run("-m", "flask", "--app", "registration", "demo", "load")
    return installed


@pytest.fixture(scope="module")
def address(with_a_season: Installed) -> Iterator[str]:
    """Serve the season on a free port; yield the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    log = with_a_season.directory.with_suffix(".log")
    with log.open("wb") as output:
        server = subprocess.Popen(
            [with_a_season.python, "-m", "flask", "--app", "registration", "serve", "--port", str(port)],
            cwd=with_a_season.directory,
            env=environment()
            | {"FLASK_BASE_URL": base, "XDG_DATA_HOME": str(with_a_season.directory.with_suffix(".data"))},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_for(lambda: server.poll() is not None or answers(f"{base}/healthz"))
        assert server.poll() is None, log.read_text()
        yield base
    finally:
        stop(server)


def test_data_lies_outside_the_environment_which_may_be_read_only(with_a_season: Installed, address: str) -> None:
    data = with_a_season.directory.with_suffix(".data") / "community-meetings"
    assert {"registration.sqlite", "secret_key"} <= {path.name for path in data.iterdir()}
    assert {stat.S_IMODE(path.lstat().st_mode) & 0o077 for path in [data, *data.rglob("*")]} == {0}
    home = with_a_season.python.parents[1]
    installed_at = (home / "installed").stat().st_mtime_ns
    written = [
        path
        for path in home.rglob("*")
        if path.lstat().st_mtime_ns > installed_at and "site-packages" not in path.parts and path.is_file()
    ]
    assert written == []
    assert not (home / "var").exists()
    assert f"Data: {data}" in with_a_season.directory.with_suffix(".log").read_text()


def stop(server: "subprocess.Popen[bytes]") -> None:
    """Stop the server and whatever it started, even when it does not heed SIGTERM."""
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(ANSWERS_WITHIN_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def wait_for(happened: Callable[[], bool]) -> None:
    """Return once `happened` is true. Fails the test when that takes too long."""
    deadline = time.monotonic() + ANSWERS_WITHIN_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "the server from the wheel did not answer in time"
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Whether `url` is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def page(url: str) -> str:
    """Return the body at `url`; any answer but success raises."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return str(response.read().decode())


def first(pattern: str, text: str) -> str:
    """Return the first group of `pattern` in `text`. Fails the test when there is none."""
    found = re.search(pattern, text)
    assert found, f"no {pattern} in\n{text}"
    return found[1]


def test_the_wheel_holds_every_module_template_catalogue_migration_and_static_file(wheel: Path) -> None:
    expected = {
        Path("registration", file.relative_to(CHECKOUT)).as_posix()
        for folder, pattern in (("templates", "**/*"), ("translations", "*/LC_MESSAGES/*.po"))
        for file in (CHECKOUT / folder).glob(pattern)
        if file.is_file()
    } | {
        file.relative_to(CHECKOUT).as_posix()
        for file in (CHECKOUT / "registration").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    expected = {re.sub(r"\.po$", ".mo", name) for name in expected}

    held = set(zipfile.ZipFile(wheel).namelist())

    assert {"templates", "translations", "static", "migrations"} <= {name.split("/")[1] for name in expected}
    assert expected - held == set()
    assert {name.split("/")[0].partition("-")[0] for name in held} == {"registration", "community_meetings"}
    assert [name for name in held if name.endswith((".pyc", ".po"))] == []


def test_the_package_is_imported_from_the_wheel_and_not_from_the_checkout(installed: Installed) -> None:
    package = Path(installed.run("-c", "import registration; print(registration.__file__)").strip())

    assert package.is_relative_to(installed.python.parent.parent)
    assert not package.is_relative_to(CHECKOUT)


def test_a_meeting_and_its_style_sheet_are_served_from_the_wheel(address: str) -> None:
    home = page(f"{address}/en/")
    style_sheet = page(address + first(r'<link[^>]+href="([^"]+\.css[^"]*)"', home))
    meeting = page(address + first(r'href="(?:https?://[^/"]+)?(/en/meetings/[^/"]+/)"', home))

    assert re.search(r"<h1\b", meeting)
    assert "{" in style_sheet


def test_the_catalogues_of_the_wheel_speak(address: str) -> None:
    with (CHECKOUT / "translations/es/LC_MESSAGES/messages.po").open("rb") as file:
        spanish = [entry.string for entry in read_po(file) if entry.id and isinstance(entry.string, str)]
    english, translated = page(f"{address}/en/"), page(f"{address}/es/")

    spoken = [text for text in spanish if len(text) > 10 and text in translated and text not in english]

    assert len(spoken) >= 3


def test_the_commands_of_the_wheel_leave_the_working_directory_alone(address: str, installed: Installed) -> None:
    assert answers(f"{address}/en/")
    assert list(installed.directory.iterdir()) == []
