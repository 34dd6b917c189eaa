"""How long the service takes to its first page, and what its processes hold in memory."""

import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import processes, served, sides
from registration import serve

GOAL_SECONDS, GOAL_BYTES = 2.0, 250_000_000
TIMES = 5


class Started(NamedTuple):
    """Seconds to the first page (medians of several starts); memory of each process, its share of what is shared."""

    web: float
    whole: float
    resident: dict[str, int]


def start(folder: Path) -> Started:
    """Start the web processes, and the whole service as `flask serve` runs it, on a new database without mail due."""
    settings = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'start.sqlite'}", "SECRET_KEY": sides.SECRET}
    sides.fill(settings)
    web, whole = [], []
    resident: dict[str, int] = {}
    for _ in range(TIMES):
        port = served.free_port()
        after, _ = _start(settings, folder, served.command("registration.wsgi:app", port), port)
        web.append(after)
        port = served.free_port()
        command = [sys.executable, "-m", "flask", "--app", "registration", "serve", "--port", str(port)]
        after, resident = _start(settings, folder, command, port)
        whole.append(after)
    return Started(median(web), median(whole), resident)


def _start(settings: dict[str, str], folder: Path, command: list[str], port: int) -> tuple[float, dict[str, int]]:
    settings = settings | {"BASE_URL": f"http://127.0.0.1:{port}"}
    with served.serving(command, port, "/en/", settings, folder / "start.log") as server:
        # The delivery process starts beside the pages and may be a moment behind.
        time.sleep(1.5)
        return server.answered_after, _by_kind(server.pid)


def _by_kind(root: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for process in processes.tree(root):
        name = Path(f"/proc/{process.pid}/comm").read_text().strip()
        kind = name if name.startswith((serve.PAGES, serve.MAIL)) else "parent"
        found[kind] = _proportional(process.pid)
    return found


def _proportional(pid: int) -> int:
    # What several processes share counts once, in parts: the sum is what the group takes from the machine.
    written = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(int(line.split()[1]) for line in written.splitlines() if line.startswith("Pss:"))
