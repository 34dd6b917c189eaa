"""What a browser fetches for a page, cold: the page and what it links to, compressed."""

import gzip
import re
import urllib.request
from typing import NamedTuple
from urllib.parse import urljoin

GOAL_BYTES, GOAL_REQUESTS = 20_000, 3
LEVEL = 6

# What a browser fetches by itself; the part after # names a piece of the same file.
FETCHED = re.compile(
    r'<(?:link[^>]* rel="(?:stylesheet|icon)"[^>]* href|link[^>]* href|use href|img src|script src)="([^"#]+)'
)


class Weight(NamedTuple):
    """A page and its files: bytes of all bodies as the server sent them to a browser that reads gzip, and when each is
    compressed by `gzip -6`; the names of what was fetched."""

    page: str
    sent: int
    compressed: int
    plain: int
    fetched: tuple[str, ...]


def weigh(base: str, path: str) -> Weight:
    """Fetch `path` and what it needs from the server at `base`."""
    sent = compressed = plain = 0
    names: list[str] = []
    waiting = [urljoin(base, path)]
    while waiting:
        address = waiting.pop(0)
        raw, body, kind = _fetch(address)
        sent, compressed, plain = sent + raw, compressed + len(gzip.compress(body, LEVEL, mtime=0)), plain + len(body)
        names.append(address.removeprefix(base))
        if kind.startswith("text/html"):
            links = (urljoin(address, found) for found in FETCHED.findall(body.decode()))
            waiting += [link for link in dict.fromkeys(links) if link.startswith(base)]
    return Weight(path, sent, compressed, plain, tuple(names))


def _fetch(address: str) -> tuple[int, bytes, str]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        raw = answer.read()
        encoded = answer.headers.get("Content-Encoding") == "gzip"
        return len(raw), gzip.decompress(raw) if encoded else raw, answer.headers.get("Content-Type", "")
