"""A PostgreSQL server of our own for the length of a `with` block or of one command.

It is reached by a Unix socket in a directory only its owner may enter, so it collides with no other server.

    python -m tests.private_postgresql [--no-fsync] -- COMMAND…    runs COMMAND with TEST_DATABASE_URI set
"""

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import psycopg

STARTS_WITHIN_SECONDS = 60
STOPS_WITHIN_SECONDS = 30
# The promises open 200 connections at once; a few more are for whoever looks on.
CONNECTIONS = 250
WHAT_TO_INSTALL = (
    "The tests need the programs of PostgreSQL 14 or newer (initdb, postgres). "
    "Debian, Ubuntu: apt-get install postgresql. Elsewhere: put them on the PATH."
)


class NoPostgresql(Exception):
    """PostgreSQL is missing or did not start; the message says what to do."""


@contextlib.contextmanager
def private_postgresql(*, fsync: bool = True) -> Iterator[str]:
    """Start a new, empty cluster; yield its SQLAlchemy URI; stop and remove it, also after a failure.

    Without `fsync` it is quicker and would lose data in a power cut, which no ordinary test has.
    Raises NoPostgresql.
    """
    programs = find_programs()
    # Not below TMPDIR: the path of a Unix socket may be 107 bytes long at most.
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        owner = _unprivileged_owner(home)
        _make_cluster(programs, home, owner)
        server = _start(programs, home, owner, fsync=fsync)
        try:
            _wait_until_it_answers(server, home)
            yield f"postgresql+psycopg://postgres@/postgres?host={home}"
        finally:
            _stop(server)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def find_programs() -> Path:
    """Return the directory of initdb and postgres, installing them where that may be done. Raises NoPostgresql."""
    found = _installed_programs()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _installed_programs()
    if found is None:
        raise NoPostgresql(WHAT_TO_INSTALL)
    return found


def _installed_programs() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    newest_first = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda program: float(program.parts[-3]), reverse=True
    )
    return newest_first[0].parent if newest_first else None


def _install() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "postgresql"]):
        subprocess.run(
            ["apt-get", "--quiet", "--quiet", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            check=False,
        )


def _unprivileged_owner(home: Path) -> str | None:
    """Give `home` to a user who may run a server, as root may not. None means: us."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    owner = "postgres" if "postgres" in known else "nobody"
    shutil.chown(home, owner, pwd.getpwnam(owner).pw_gid)
    return owner


def _make_cluster(programs: Path, home: Path, owner: str | None) -> None:
    made = subprocess.run(
        [
            programs / "initdb",
            "--pgdata=data",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            # The same on every machine, and it knows the letters of all our languages.
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        cwd=home,
        env=_environment(home),
        user=owner,
        group=_group(owner),
        extra_groups=[] if owner else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise NoPostgresql(f"initdb failed:\n{made.stdout}{made.stderr}")


def _start(programs: Path, home: Path, owner: str | None, *, fsync: bool) -> "subprocess.Popen[bytes]":
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "max_connections": str(CONNECTIONS),
        "fsync": "on" if fsync else "off",
        "synchronous_commit": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", "data", *options],
            cwd=home,
            env=_environment(home),
            user=owner,
            group=_group(owner),
            extra_groups=[] if owner else None,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C is for the command; the server stops when the command has ended.
            start_new_session=True,
        )


def _group(owner: str | None) -> int | None:
    return pwd.getpwnam(owner).pw_gid if owner else None


def _environment(home: Path) -> dict[str, str]:
    """Return our environment without what would lead the server or initdb elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))} | {
        "HOME": str(home),
        "LANG": "C.UTF-8",
    }


def _wait_until_it_answers(server: "subprocess.Popen[bytes]", home: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host=str(home), user="postgres", dbname="postgres").close()
            return
        time.sleep(0.05)
    raise NoPostgresql(f"PostgreSQL did not start:\n{(home / 'log').read_text(errors='replace')}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    # SIGINT is PostgreSQL's fast shutdown: connections are closed, not waited for.
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        # SIGQUIT takes the server's children along; SIGKILL would leave them.
        server.send_signal(signal.SIGQUIT)
        server.wait(STOPS_WITHIN_SECONDS)


def _run(command: list[str], uri: str) -> int:
    process = subprocess.Popen(command, env=os.environ | {"TEST_DATABASE_URI": uri})

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    # The terminal sends Ctrl-C to the command as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return process.wait()


def main() -> int:
    """Run the command given; return its exit status, 128 + signal when a signal ended it, 1 without PostgreSQL."""
    parser = argparse.ArgumentParser(prog="python -m tests.private_postgresql")
    parser.add_argument("--no-fsync", action="store_true", help="quicker; a power cut would lose data")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    arguments = parser.parse_args()
    # A signal while the cluster is being made must remove it too.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(128 + signal.SIGTERM))
    try:
        with private_postgresql(fsync=not arguments.no_fsync) as uri:
            status = _run(arguments.command, uri)
    except NoPostgresql as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
