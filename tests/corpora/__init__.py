"""What somebody may type: texts that break what is careless with them, by kind. A lone surrogate is typed as bytes."""

import json
from pathlib import Path

KINDS = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.json")))


def corpus(kind: str) -> list[str]:
    """The texts of one kind."""
    found: list[str] = json.loads((Path(__file__).parent / f"{kind}.json").read_text(encoding="utf-8"))
    return found
