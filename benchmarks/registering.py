"""Whole registrations: how many a second, and what processor time each costs the servers; ours beside the yardstick."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import processes, served
from benchmarks.load import Order
from benchmarks.sides import Pair, Side

GOAL_PROCESSOR, GOAL_RATE = 2.5, 0.4
# After so many seconds a round starts no more families.
LONGEST_ROUND = 30.0


class Lost(Exception):
    """A registration that was acknowledged is not in the database, or a family was refused: no benchmark."""


@dataclass(frozen=True)
class Round:
    """One round of one side: registrations a second, milliseconds of processor time of the servers for one."""

    side: str
    rate: float
    processor: float
    client: float
    median_wait: float
    worst_wait: float


@dataclass(frozen=True)
class Result:
    """All rounds of both sides at one concurrency on one database."""

    database: str
    concurrency: int
    rounds: tuple[Round, ...]

    def figures(self, side: str, figure: str) -> list[float]:
        """A figure of one side, round by round."""
        return [getattr(one, figure) for one in self.rounds if one.side == side]

    def ratio(self, figure: str) -> float:
        """The median over the rounds of ours to bare, each compared within its round."""
        pairs = zip(self.figures("ours", figure), self.figures("bare", figure), strict=True)
        return median(ours / bare for ours, bare in pairs)


def compare(pair: Pair, concurrencies: list[int], rounds: int, families: int, folder: Path) -> Iterator[Result]:
    """Serve both sides and load them in turn. Raises Lost."""
    with ExitStack() as running:
        servers = {side.name: running.enter_context(serving(side, folder)) for side in (pair.bare, pair.ours)}
        for side in (pair.bare, pair.ours):
            _round(pair, side, servers[side.name], "warm", max(concurrencies), max(100, families // 2))
        for concurrency in concurrencies:
            done = []
            for number in range(rounds):
                # Neither side is always the first.
                order = (pair.bare, pair.ours) if number % 2 == 0 else (pair.ours, pair.bare)
                run = f"c{concurrency}r{number}"
                done += [_round(pair, side, servers[side.name], run, concurrency, families) for side in order]
            yield Result(pair.database, concurrency, tuple(done))
        pair.ours.check()


def serving(side: Side, folder: Path) -> AbstractContextManager[served.Served]:
    """Start a side."""
    port = served.free_port()
    settings = side.settings | ({"BASE_URL": f"http://127.0.0.1:{port}"} if side.settings else {})
    log = folder / f"{side.name}.log"
    return served.serving(served.command(side.application, port), port, side.form, settings, log)


def _round(pair: Pair, side: Side, server: served.Served, run: str, concurrency: int, families: int) -> Round:
    order = Order(
        port=server.port, path=side.form, name=run, concurrency=concurrency, families=families, seconds=LONGEST_ROUND
    )
    before = processes.seconds(server.pid, *pair.server)
    loaded = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", json.dumps(order)],
        cwd=served.CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    spent = processes.seconds(server.pid, *pair.server) - before
    told = json.loads(loaded.stdout)
    registered = told["registered"]
    if told["wrong"]:
        raise Lost(f"{pair.database}, {side.name}, {run}: {len(told['wrong'])} refused, the first: {told['wrong'][0]}")
    if lost := set(registered) - side.kept(run):
        raise Lost(f"{pair.database}, {side.name}, {run}: {len(lost)} of {len(registered)} registrations are lost")
    each = 1000 / len(registered)
    waited = told["waited"]
    return Round(
        side=side.name,
        rate=len(registered) / told["seconds"],
        processor=spent * each,
        client=told["processor"] * each,
        median_wait=median(waited) * 1000,
        worst_wait=waited[int(len(waited) * 0.99)] * 1000,
    )
