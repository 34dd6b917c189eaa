"""What processes have cost, from /proc (Linux)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Process(NamedTuple):
    """A line of /proc: `ticks` are its own and those of its children that have ended; `resident` in bytes."""

    pid: int
    parent: int
    ticks: int
    resident: int


def _read(pid: int | str) -> Process | None:
    try:
        written = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may hold anything, so count from its end; proc(5): state is field 3.
    fields = written.rpartition(")")[2].split()
    return Process(int(pid), int(fields[1]), sum(map(int, fields[11:15])), int(fields[21]) * PAGE)


def tree(root: int) -> list[Process]:
    """A process and all below it."""
    everything = [found for entry in Path("/proc").iterdir() if entry.name.isdigit() and (found := _read(entry.name))]
    children: dict[int, list[Process]] = {}
    for process in everything:
        children.setdefault(process.parent, []).append(process)

    def below(process: Process) -> Iterator[Process]:
        yield process
        for child in children.get(process.pid, []):
            yield from below(child)

    return [one for process in everything if process.pid == root for one in below(process)]


def seconds(*roots: int) -> float:
    """Processor time, user and system, of these processes and all below them, ended ones too."""
    return sum(process.ticks for root in roots for process in tree(root)) / TICKS


def parent(pid: int) -> int:
    """The process that started `pid`."""
    found = _read(pid)
    if found is None:
        raise ProcessLookupError(pid)
    return found.parent
