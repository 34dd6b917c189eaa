"""The rules of the tree, each a function from the parsed modules to the faults it finds."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

Faults = list[str]

# From the lowest to the highest; what is named nowhere here is a base module, below all of them.
FEATURES = ("mail", "accounts", "meetings", "families", "interpretation", "reminders", "privacy", "staff")
LAYER = {name: level for level, name in enumerate(FEATURES, 1)} | {"api": len(FEATURES)}
ABOVE_ALL = re.compile(r"__init__|demo(_\w+)?|serve|wsgi|migrations")
TOP = len(FEATURES) + 1

# Within a feature: 3 views and commands, 2 verbs, 1 forms, messages and what is pure, 0 models.
EDGE = {"views", "commands", "context", "pages", "metrics"}
VERBS: dict[str, set[str]] = {
    "mail": {"queue", "deliver", "claim", "pace", "retry", "decide", "forget", "status"},
    "accounts": {"audit", "forget", "limits", "people", "second_factor", "sign_in"},
    "meetings": set(),
    "families": {
        "register",
        "change",
        "mapping",
        "tell",
        "admit",
        "audience",
        "interpretation",
        "seats",
        "recount",
        "store",
        "forget",
        "outcomes",
        "releasing",
        "days",
        "coming",
    },
}
# These hold packages by subject, each with its views: a verb there is named with its subject, `calls.record`.
BY_SUBJECT = {"staff", "interpretation"}
VERBS["reminders"] = {"rules", "runs", "queue", "announce", "answers", "audience", "bounces"}
VERBS["privacy"] = {"compact", "purge"}
VERBS["interpretation"] = {
    "answer",
    "book",
    "interpreters",
    "offers",
    "plan_changes",
    "record",
    "settle",
    "teams",
    "tell",
    "briefing.write",
    "day.absence",
    "day.alarms",
    "day.approving",
    "day.attending",
    "day.calling_off",
    "day.watch",
    "own.keep",
}
VERBS["staff"] = {"calls.record", "family.settle", "removals.remove", "plan.change_of_plan", "online.change_access"}
VERBS["staff"] |= {
    "interpreters.let_in",
    "writing.write",
    "texts.keep",
    "publishing.publish",
    "duplicates.duplicate",
    "series.edit",
    "settings.save",
}
# Shapes without behaviour that the rows of the outbox are handed over in.
AT_THE_BOTTOM = {"models", "letter", "roles", "states"}

PURE = (
    "registration.languages",
    "registration.phones",
    "registration.meetings.availability",
    "registration.families.answers",
    "registration.interpretation.demand",
    "registration.interpretation.fits",
    "registration.interpretation.planner",
    "registration.interpretation.policy",
    "registration.interpretation.states",
    "registration.reminders.due",
    "registration.staff.charts",
    "registration.staff.calls.order",
    "registration.staff.removals.foreseen",
    "registration.staff.today.due",
    "registration.staff.today.interpreting",
    "registration.staff.today.things",
)
BANNED_NAMES = {"util", "utils", "helper", "helpers", "service", "services", "manager", "managers", "common", "misc"}
ASK_BABEL = {"registration.languages", "registration.dates", "registration.i18n"}
# Durations, not moments, so a test that moves the clock must not move them.
MEASURE_DURATIONS = {
    "registration.serve": "waits for children to end",
    "registration.health": "bounds how often a write is tried",
    "registration.timeouts": "bounds how long anything waits for the database",
    "registration.server": "bounds how long one request may take",
    "registration.mail.smtp": "bounds what a mail server may take",
    "registration.mail.deliver": "looks for more every few seconds",
    "registration.reminders.messages": "bounds how old may be what was read for a batch",
}
COMMIT = re.compile(
    r"registration\.(demo\w*|mail\.deliver|migrations\.env|\w+\.(views(\.\w+)*|pages|commands)|(staff|interpretation)\.\w+\.views(\.\w+)*)"
)
NOT_ESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+(false|off)|\bMarkup\s*\(")


@dataclass(frozen=True)
class Module:
    """A parsed file."""

    name: str
    path: str
    tree: ast.Module
    package: bool

    def at(self, node: ast.AST, words: str) -> str:
        """A fault at a place of the file."""
        return f"{self.path}:{getattr(node, 'lineno', 0)} {words}"


Tree = dict[str, Module]


@lru_cache(maxsize=512)
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def read_tree(root: Path) -> Tree:
    """All modules of the package `registration` in the folder `root`."""
    found = {}
    for path in sorted((root / "registration").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if package else parts)
        found[name] = Module(name, str(path.relative_to(root)), _parsed(path.read_text(encoding="utf-8")), package)
    return found


def _imported(module: Module, node: ast.AST, tree: Tree) -> list[str]:
    """What an import statement names, as modules of the tree where it is one of them."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        here = module.name.split(".") if module.package else module.name.split(".")[:-1]
        base = ".".join([*here[: len(here) - node.level + 1], *([node.module] if node.module else [])])
    return [f"{base}.{a.name}" if f"{base}.{a.name}" in tree or not base.startswith("registration") else base
            for a in node.names]  # fmt: skip


def imports(module: Module, tree: Tree) -> Iterator[tuple[ast.AST, str]]:
    """Each import of a module, wherever it stands."""
    for node in ast.walk(module.tree):
        for name in _imported(module, node, tree):
            yield node, name


def _own(name: str) -> bool:
    return name == "registration" or name.startswith("registration.")


def _level(name: str) -> int:
    parts = name.split(".")
    if len(parts) == 1 or ABOVE_ALL.fullmatch(parts[1]):
        return TOP
    return LAYER.get(parts[1], 0)


def only_downwards(tree: Tree) -> Faults:
    """api, staff → reminders → interpretation → families → meetings → accounts → mail → base modules."""
    return [
        module.at(node, f"{module.name} imports {name}, which stands above or beside it")
        for module in tree.values()
        for node, name in imports(module, tree)
        if _own(name) and not _may_import(module.name, name)
    ]


def _may_import(importer: str, imported: str) -> bool:
    mine, other = _level(importer), _level(imported)
    same_feature = importer.split(".")[1:2] == imported.split(".")[1:2]
    return other < mine or (other == mine and (mine in (0, TOP) or same_feature))


def _rank(name: str) -> int:
    parts = name.split(".")
    feature, part = parts[1], parts[2] if len(parts) > 2 else ""
    if feature in BY_SUBJECT and len(parts) > 3:
        part = ".".join(parts[2:])
    if part in EDGE or (feature in BY_SUBJECT and EDGE & {*parts[3:]}):
        return 3
    if part in VERBS.get(feature, set()):
        return 2
    return 0 if part.rpartition(".")[2] in AT_THE_BOTTOM else 1


def only_inwards(tree: Tree) -> Faults:
    """Inside a feature: views, commands → verbs → forms, messages, pure modules → models."""
    return [
        module.at(node, f"{module.name} imports {name}, which is nearer to the edge")
        for module in tree.values()
        for node, name in imports(module, tree)
        if _own(name)
        and 0 < _level(module.name) < TOP
        and module.name.split(".")[1] == [*name.split("."), ""][1]
        and _rank(name) > _rank(module.name)
    ]


def no_circles(tree: Tree) -> Faults:
    """No module imports itself by way of others."""
    edges = {m.name: {n for _, n in imports(m, tree) if n in tree and n != m.name} for m in tree.values()}
    done: set[str] = set()
    found: Faults = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            found.append(" → ".join([*path[path.index(name) :], name]))
        elif name not in done:
            for other in sorted(edges[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in edges:
        visit(name, ())
    return found


def imports_at_the_top(tree: Tree) -> Faults:
    """No import inside a function."""
    return [
        module.at(inner, f"{function.name} imports inside itself")
        for module in tree.values()
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def honest_names(tree: Tree) -> Faults:
    """No module whose name says nothing."""
    return [f"{m.path} has a name that says nothing" for m in tree.values() if BANNED_NAMES & {*m.name.split(".")}]


def pure_is_pure(tree: Tree) -> Faults:
    """Pure modules import no Flask and no SQLAlchemy, and ask no clock."""
    return [
        module.at(node, f"{module.name} is pure and imports {name}")
        for module in tree.values()
        if any(module.name == pure or module.name.startswith(pure + ".") for pure in PURE)
        for node, name in imports(module, tree)
        if re.match(r"(flask|sqlalchemy|registration\.(clock|extensions|database))", name)
    ]


def one_clock(tree: Tree) -> Faults:
    """Only clock.py asks for the moment."""
    found = []
    for module in tree.values():
        for node in ast.walk(module.tree):
            if module.name != "registration.clock" and (asked := _asks_time(node)):
                found.append(module.at(node, f"asks {asked} instead of registration.clock"))
            if module.name not in MEASURE_DURATIONS and _measures(node):
                found.append(module.at(node, "measures durations and is not listed with its reason"))
    return found


def _asks_time(node: ast.AST) -> str:
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        wrong = {alias.name for alias in node.names} & {"time", "time_ns", "localtime", "gmtime"}
        return f"time.{wrong.pop()}" if wrong else ""
    if not isinstance(node, ast.Attribute):
        return ""
    owner = node.value.id if isinstance(node.value, ast.Name) else ast.unparse(node.value)
    if node.attr in ("now", "utcnow", "today", "current_timestamp") and owner not in ("clock", "self"):
        return f"{owner}.{node.attr}"
    return f"time.{node.attr}" if owner == "time" and node.attr in ("time", "time_ns", "localtime", "gmtime") else ""


def _measures(node: ast.AST) -> bool:
    names = {"monotonic", "perf_counter", "sleep"}
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return bool({alias.name for alias in node.names} & names)
    return isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "time"


def babel_in_three_places(tree: Tree) -> Faults:
    """Only dates.py, languages.py and i18n.py import babel; nobody formats by Flask-Babel."""
    return [
        module.at(node, f"{module.name} imports {name}")
        for module in tree.values()
        for node, name in imports(module, tree)
        if (name.split(".")[0] == "babel" and module.name not in ASK_BABEL) or name.startswith("flask_babel.format_")
    ]


def commits_at_the_edge(tree: Tree) -> Faults:
    """Only views, commands, the delivery loop and the demo commit."""
    return [
        module.at(node, f"{module.name} commits")
        for module in tree.values()
        if not COMMIT.fullmatch(module.name)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]


def locks_let_keys_be_checked(tree: Tree) -> Faults:
    """A row is locked with NO_KEY: FOR UPDATE deadlocks with the checks of foreign keys on PostgreSQL."""
    return [
        module.at(node, "a row is locked without NO_KEY")
        for module in tree.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _locks(node) and "NO_KEY" not in ast.unparse(node)
    ]


def _locks(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Attribute) and call.func.attr == "with_for_update"
    return named or any(word.arg == "with_for_update" for word in call.keywords)


def no_signals(tree: Tree) -> Faults:
    """No signal carries the flow."""
    return [
        module.at(node, f"{module.name} imports {name}")
        for module in tree.values()
        for node, name in imports(module, tree)
        if name.startswith(("blinker", "flask.signals", "flask.template_rendered", "flask.request_"))
    ]


def all_annotated(tree: Tree) -> Faults:
    """Every function says what it takes and gives."""
    return [
        module.at(node, f"{node.name} is not annotated: {', '.join(missing)}")
        for module in tree.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (missing := _not_annotated(node))
    ]


def _not_annotated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    missing = [one.arg for one in every if one.annotation is None and one.arg not in ("self", "cls")]
    return missing + (["what it gives back"] if function.returns is None else [])


def all_escaped(root: Path) -> Faults:
    """No template and no code lets a text through unescaped."""
    files = [*(root / "registration").rglob("*.py"), *(p for p in (root / "templates").rglob("*") if p.is_file())]
    return [
        f"{path.relative_to(root)}:{number} is not escaped: {line.strip()}"
        for path in sorted(files)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if NOT_ESCAPED.search(line)
    ]


RULES = (
    only_downwards,
    only_inwards,
    no_circles,
    imports_at_the_top,
    honest_names,
    pure_is_pure,
    one_clock,
    babel_in_three_places,
    commits_at_the_edge,
    locks_let_keys_be_checked,
    no_signals,
    all_annotated,
)
