"""Names as they are searched: folded words. Pure."""

import re
import unicodedata

# Longer words are cut, more words left out: nobody types them to find a family.
LONGEST, MOST = 40, 8

_MARKS = re.compile("[\u0300-\u036f\u02bc\u2019']")
_BETWEEN = re.compile(r"[\W_]+")


def words(text: str) -> tuple[str, ...]:
    """The words of a name or of a search, each once, without case and accents: "Nguyễn Thị Đào" → nguyen, thi, dao."""
    plain = _MARKS.sub("", unicodedata.normalize("NFD", text.casefold().replace("đ", "d")))
    folded = unicodedata.normalize("NFC", plain)
    return tuple(dict.fromkeys(word[:LONGEST] for word in _BETWEEN.split(folded) if word))[:MOST]


def end_of(beginning: str) -> str:
    """The first text after all that begin with `beginning`, in the order of code points."""
    return beginning + chr(0x10FFFF)
