"""python -m benchmarks: what the service costs beside the yardstick; with TEST_DATABASE_URI set on PostgreSQL too."""

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks import delivery, lists, pages, registering, sides, starting
from benchmarks.served import THREADS, WORKERS

PAGES = {"home": "/{}/", "meeting": "/{}/meetings/{}/", "register": "/{}/meetings/{}/register"}
LOCALES = ("en", "es", "vi")


def main() -> int:
    """Run what was asked for; 1 when a registration was lost, or a list is wrong."""
    arguments = _arguments()
    collected: dict[str, object] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as made:
            only = arguments.lists or arguments.delivery
            for pair, folder in _pairs([] if only else arguments.databases, Path(made)):
                _registrations(pair, folder, arguments, collected)
                if pair.database == "SQLite" and not arguments.brief:
                    _pages(pair.ours, folder, collected)
                    _start(folder, collected)
            if not arguments.brief and not arguments.delivery:
                _lists(arguments.databases, Path(made), collected)
            if not arguments.brief and not arguments.lists:
                _delivery(arguments.databases, arguments.reminded, Path(made), collected)
    except (registering.Lost, lists.Wrong) as problem:
        print(problem, file=sys.stderr)
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(collected, indent=1))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--rounds", type=int, default=5, help="of each side at each concurrency (5)")
    parser.add_argument("--families", type=int, default=400, help="in a round (400)")
    parser.add_argument("--concurrency", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--databases", nargs="+", choices=["postgresql", "sqlite"], default=["postgresql", "sqlite"])
    parser.add_argument("--brief", action="store_true", help="registrations only")
    parser.add_argument("--lists", action="store_true", help="staff's lists only")
    parser.add_argument("--delivery", action="store_true", help="reminders and their delivery only")
    parser.add_argument("--reminded", type=int, default=delivery.FAMILIES, help="families with a reminder (100,000)")
    parser.add_argument("--json", type=Path, help="write every round here")
    return parser.parse_args()


def _pairs(databases: list[str], folder: Path) -> Iterator[tuple[sides.Pair, Path]]:
    server = os.environ.get("TEST_DATABASE_URI")
    for name in databases:
        own = folder / name
        own.mkdir()
        if name == "sqlite":
            made = sides.on_sqlite(own)
        elif server:
            made = sides.on_postgresql(own, server)
        else:
            print("PostgreSQL: left out, TEST_DATABASE_URI is not set (make bench sets it)\n")
            continue
        with made as pair:
            yield pair, own


def _registrations(pair: sides.Pair, folder: Path, arguments: argparse.Namespace, collected: dict[str, object]) -> None:
    print(
        f"{pair.database}: registrations, {arguments.rounds} rounds of {arguments.families} families, medians; "
        f"waitress, {WORKERS} processes × {THREADS} threads, delivery off"
    )
    print(f"{'':>14}{'a second':>22}{'processor ms each':>26}{'family waits ms':>18}{'99 %':>8}{'client ms':>11}")
    for result in registering.compare(pair, arguments.concurrency, arguments.rounds, arguments.families, folder):
        for side in ("bare", "ours"):
            print(_line(result, side))
        processor, rate = result.ratio("processor"), result.ratio("rate")
        print(
            f"{'ratio':>14}{rate:>10.2f} × {_met(rate >= registering.GOAL_RATE, '≥ 0.4')}"
            f"{processor:>12.2f} × {_met(processor <= registering.GOAL_PROCESSOR, '≤ 2.5')}",
            flush=True,
        )
        collected[f"{pair.database} {result.concurrency}"] = [asdict(one) for one in result.rounds]
    print("every registration acknowledged is in the database with its message; the counters are right\n", flush=True)


def _line(result: registering.Result, side: str) -> str:
    rate, processor = result.figures(side, "rate"), result.figures(side, "processor")
    waited, worst, client = (result.figures(side, figure) for figure in ("median_wait", "worst_wait", "client"))
    return (
        f"{f'{side}, c={result.concurrency}':>14}{median(rate):>9.0f} ({min(rate):4.0f}–{max(rate):4.0f})"
        f"{median(processor):>12.2f} ({min(processor):5.2f}–{max(processor):5.2f})"
        f"{median(waited):>17.0f}{median(worst):>8.0f}{median(client):>11.2f}"
    )


def _met(met: bool, goal: str) -> str:
    return f"(goal {goal}: {'met' if met else 'NOT met'})"


def _pages(side: sides.Side, folder: Path, collected: dict[str, object]) -> None:
    print("Pages, cold: bytes of all that a browser fetches, and in how many requests")
    print(f"{'':>16}{'plain':>9}{'gzip -6':>9}{'as sent':>9}{'requests':>10}")
    slug = side.form.split("/")[3]
    with contextlib.ExitStack() as running:
        server = running.enter_context(registering.serving(side, folder))
        for locale in LOCALES:
            for name, pattern in PAGES.items():
                weight = pages.weigh(f"http://127.0.0.1:{server.port}", pattern.format(locale, slug))
                light = weight.sent <= pages.GOAL_BYTES and len(weight.fetched) <= pages.GOAL_REQUESTS
                print(
                    f"{f'{name} {locale}':>16}{weight.plain:>9}{weight.compressed:>9}{weight.sent:>9}"
                    f"{len(weight.fetched):>10}  {_met(light, '≤ 20 KB as sent, ≤ 3')}"
                )
                collected[weight.page] = weight._asdict()
    print()


def _lists(databases: list[str], folder: Path, collected: dict[str, object]) -> None:
    server = os.environ.get("TEST_DATABASE_URI")
    for name in databases:
        if name == "postgresql" and not server:
            continue
        own = folder / f"lists-{name}"
        own.mkdir()
        made = lists.on_sqlite(own) if name == "sqlite" else lists.on_postgresql(str(server))
        with made as (few, many, filled):
            result = lists.compare("SQLite" if name == "sqlite" else "PostgreSQL", few, many, filled, own)
        print("", *lists.words_of(result), sep="\n", flush=True)
        collected[f"lists {name}"] = asdict(result)
    if "sqlite" in databases:
        seconds = lists.made_up(folder)
        quick = _met(seconds <= lists.GOAL_SECONDS, f"≤ {lists.GOAL_SECONDS:.0f} s")
        print(f"\n`flask demo load --registrations {lists.MADE_UP}` on SQLite: {seconds:.1f} s {quick}", flush=True)
        collected["made up"] = seconds


def _delivery(databases: list[str], families: int, folder: Path, collected: dict[str, object]) -> None:
    server = os.environ.get("TEST_DATABASE_URI")
    for name in databases:
        if name == "postgresql" and not server:
            continue
        own = folder / f"delivery-{name}"
        own.mkdir()
        made = delivery.on_sqlite(own) if name == "sqlite" else delivery.on_postgresql(str(server))
        with made as uri:
            result = delivery.measure("SQLite" if name == "sqlite" else "PostgreSQL", uri, own, families)
        print("", *delivery.words_of(result), sep="\n", flush=True)
        collected[f"delivery {name}"] = asdict(result)


def _start(folder: Path, collected: dict[str, object]) -> None:
    started = starting.start(folder)
    quick = _met(started.web <= starting.GOAL_SECONDS, "≤ 2 s")
    print(f"Start to first page: web processes {started.web:.2f} s {quick}, `flask serve` {started.whole:.2f} s")
    sizes = ", ".join(f"{kind} {size / 1e6:.0f} MB" for kind, size in started.resident.items())
    whole = sum(started.resident.values())
    print(f"Memory at rest: {whole / 1e6:.0f} MB {_met(whole <= starting.GOAL_BYTES, '≤ 250 MB')}: {sizes}")
    collected["start"] = started._asdict()


if __name__ == "__main__":
    sys.exit(main())
