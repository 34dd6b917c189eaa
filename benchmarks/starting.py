"""How long the service takes to its first page, and what its processes hold in memory."""

import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import processes, served
from benchmarks.sides import Side

GOAL_SECONDS, GOAL_BYTES = 2.0, 150_000_000
TIMES = 5


class Started(NamedTuple):
    """Seconds to the first page (median of several starts); resident bytes of the largest process of each kind."""

    web: float
    whole: float
    resident: dict[str, int]


def start(side: Side, folder: Path) -> Started:
    """Start the web process several times, then the whole service as `flask serve` runs it."""
    web = median(
        _start(side, folder, served.gunicorn(side.application, port := served.free_port()), port)[0]
        for _ in range(TIMES)
    )
    port = served.free_port()
    command = [sys.executable, "-m", "flask", "--app", "registration", "serve", "--port", str(port)]
    whole, resident = _start(side, folder, command, port, look=True)
    return Started(web, whole, resident)


def _start(
    side: Side, folder: Path, command: list[str], port: int, *, look: bool = False
) -> tuple[float, dict[str, int]]:
    settings = side.settings | {"BASE_URL": f"http://127.0.0.1:{port}"}
    with served.serving(command, port, "/en/", settings, folder / "start.log") as server:
        if not look:
            return server.answered_after, {}
        # The delivery process starts beside the pages and may be a moment behind.
        time.sleep(2)
        return server.answered_after, _by_kind(server.pid)


def _by_kind(root: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for process in processes.tree(root):
        words = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode().split("\0")
        kind = "pages" if "gunicorn" in words else "delivery" if "deliver" in words else "parent"
        found[kind] = max(found.get(kind, 0), process.resident)
    return found
