"""The rules of the tree hold, and each check sees a fault planted in a copy of it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import architecture
from tests.architecture import Faults, Tree, read_tree

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).parents[1]
Rule = Callable[[Tree], Faults]

# (rule, file, what is added to it): each must be reported, and by that rule.
FAULTS = [
    (architecture.only_downwards, "mail/queue.py", "from registration.families.models import Registration"),
    (architecture.only_downwards, "meetings/cards.py", "from registration.families import seats"),
    (architecture.only_downwards, "dates.py", "import registration.mail.models"),
    (architecture.only_downwards, "clock.py", "from registration import demo"),
    (architecture.only_downwards, "families/seats.py", "from registration import serve"),
    (architecture.only_downwards, "families/new.py", "from registration.reminders.due import due"),
    (architecture.only_downwards, "api/new.py", "from registration.staff import views"),
    (architecture.only_downwards, "meetings/new.py", "from ..families import change"),
    (architecture.only_inwards, "families/register.py", "from registration.families.views.own import show"),
    (architecture.only_inwards, "families/forms.py", "from registration.families.register import register"),
    (architecture.only_inwards, "families/models.py", "from .answers import Wish"),
    (architecture.no_circles, "languages.py", "from registration.dates import tile"),
    (architecture.imports_at_the_top, "codes.py", "def late() -> None:\n    from registration import links"),
    (architecture.honest_names, "families/utils.py", ""),
    (architecture.honest_names, "helpers/words.py", ""),
    (architecture.pure_is_pure, "families/answers.py", "from sqlalchemy import select"),
    (architecture.pure_is_pure, "meetings/availability.py", "import flask"),
    (architecture.pure_is_pure, "interpretation/planner/solve.py", "from registration import clock"),
    (architecture.one_clock, "families/codes.py", "from datetime import datetime\nNOW = datetime.now()"),
    (architecture.one_clock, "families/codes.py", "import time\nNOW = time.time()"),
    (architecture.one_clock, "families/codes.py", "from time import time"),
    (architecture.one_clock, "families/codes.py", "from datetime import date\nDAY = date.today()"),
    (architecture.one_clock, "families/codes.py", "from sqlalchemy import func\nNOW = func.now()"),
    (architecture.one_clock, "families/codes.py", "import time\nSINCE = time.monotonic()"),
    (architecture.babel_in_three_places, "families/words.py", "from babel.dates import format_date"),
    (architecture.babel_in_three_places, "families/words.py", "from flask_babel import format_date"),
    (architecture.commits_at_the_edge, "families/change.py", "def end() -> None:\n    db.session.commit()"),
    (architecture.commits_at_the_edge, "mail/queue.py", "done = db.session.commit"),
    (architecture.commits_at_the_edge, "accounts/people.py", "def end() -> None:\n    db.session.commit()"),
    (architecture.commits_at_the_edge, "staff/calls/record.py", "def end() -> None:\n    db.session.commit()"),
    (architecture.only_inwards, "accounts/people.py", "from registration.accounts.views import own"),
    (architecture.only_inwards, "staff/calls/record.py", "from registration.staff.calls import views"),
    (architecture.only_inwards, "staff/calls/forms.py", "from registration.staff.calls.record import record_call"),
    (architecture.locks_let_keys_be_checked, "families/change.py", "ONE = select(Meeting).with_for_update()"),
    (architecture.locks_let_keys_be_checked, "families/change.py", "ONE = get_one(Meeting, 1, with_for_update=True)"),
    (architecture.no_signals, "families/change.py", "from blinker import Signal"),
    (architecture.all_annotated, "families/change.py", "def end(one: int):\n    pass"),
    (architecture.all_annotated, "families/change.py", "def end(one) -> None:\n    pass"),
    (architecture.all_annotated, "families/change.py", "def end(*all_of_them) -> None:\n    pass"),
]
NOT_ESCAPED = [
    ("templates/families/new.html", "<p>{{ registration.name|safe }}</p>"),
    ("templates/families/new.html", "<p>{{ registration.name | safe }}</p>"),
    ("templates/families/new.html", "{% autoescape false %}"),
    ("registration/families/words.py", "text = Markup(name)"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package's modules and of the templates."""
    shutil.copytree(ROOT / "registration", tmp_path / "registration", ignore=shutil.ignore_patterns("*.pyc", "*.css"))
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    return tmp_path


def _plant(root: Path, file: str, lines: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as opened:
        opened.write(f"\n{lines}\n")


@pytest.mark.parametrize("rule", architecture.RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps(rule: Rule) -> None:
    assert rule(read_tree(ROOT)) == []


def test_nothing_passes_unescaped() -> None:
    assert architecture.all_escaped(ROOT) == []


@pytest.mark.parametrize(("rule", "file", "lines"), FAULTS)
def test_a_planted_fault_is_seen(rule: Rule, file: str, lines: str, copy: Path) -> None:
    before = rule(read_tree(copy))
    _plant(copy, f"registration/{file}", lines)
    new = [fault for fault in rule(read_tree(copy)) if fault not in before]
    assert new, f"{rule.__name__} does not see it"
    assert file.removesuffix(".py") in new[0].replace("registration.", "")


@pytest.mark.parametrize(("file", "lines"), NOT_ESCAPED)
def test_a_text_let_through_unescaped_is_seen(file: str, lines: str, copy: Path) -> None:
    before = architecture.all_escaped(copy)
    _plant(copy, file, lines)
    assert len(architecture.all_escaped(copy)) == len(before) + 1


def test_every_rule_has_a_planted_fault() -> None:
    assert {rule for rule, _, _ in FAULTS} == set(architecture.RULES)


def test_the_table_of_verbs_names_modules_that_are_there() -> None:
    tree = read_tree(ROOT)
    named = {f"registration.{feature}.{verb}" for feature, verbs in architecture.VERBS.items() for verb in verbs}
    assert named <= set(tree)
