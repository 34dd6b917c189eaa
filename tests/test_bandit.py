"""bandit sees what looks insecure, and whatever is let pass has a reason."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).parents[1]
SHIPPED = [*(ROOT / "registration").rglob("*.py"), ROOT / "wsgi.py", ROOT / "setup.py"]
FAULTS = {
    "B602": "import subprocess\nsubprocess.run(input(), shell=True)\n",
    "B608": "def find(name: str) -> str:\n    return f\"SELECT id FROM person WHERE name = '{name}'\"\n",
    "B324": "import hashlib\nKEY = hashlib.md5(b'a family').hexdigest()\n",
}


@pytest.mark.parametrize("test", FAULTS)
def test_a_planted_fault_is_seen(test: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(FAULTS[test])
    command = [sys.executable, "-m", "bandit", "--quiet", "--recursive", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert test in found.stdout


def test_make_test_runs_it_over_what_is_shipped() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"^test:.*\blint\b", makefile, re.MULTILINE)
    assert "bandit --quiet --recursive registration tools wsgi.py setup.py" in makefile


def test_whatever_is_let_pass_names_the_test_it_is_let_pass_by() -> None:
    passed = [line for path in SHIPPED for line in path.read_text().splitlines() if "nosec" in line]
    assert passed
    assert [line for line in passed if not re.search(r"# nosec B\d{3}", line)] == []
