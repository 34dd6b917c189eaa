"""Two languages that do not exist, to show what a translation will do to the pages before there is one.

`en-XA` is English, accented, at least 40 % longer and in brackets; `ar-XB` is English in Arabic letters, so that it
really runs from right to left, in brackets as well. Placeholders, tags and addresses stay as they are.
"""

import re
from collections.abc import Callable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_PROTECTED = re.compile(
    r"""%\([^)]*\)[-+ #0-9.]*[a-zA-Z]   # %(name)s
      | %[-+0-9.]*[sdrf%]               # %s, %d, %%
      | \{[^}]*\}                       # {name}
      | </?[a-zA-Z][^>]*>               # tags
      | &[a-zA-Z0-9\#]+;                # entities
      | https?://\S+ | mailto:\S+ | tel:\S+
    """,
    re.VERBOSE,
)
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçďéƒğĥíĵķļɱñőþɋŕšťúṽŵẋýžÁƁÇĎÉƑĞĤÍĴĶĻḾÑŐÞɊŔŠŤÚṼŴẊÝŽ",
)
_ARABIC = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ابجدهفغحيزكلمنوصقرستعثشخطظ" * 2,
)
_LONGER = 1.4


def pseudo(text: str) -> str:
    """`text` as en-XA has it: `[Ŵéļçőɱé őőő]`."""
    visible = sum(len(part) for part in _PROTECTED.split(text))
    changed = _outside_protected(text, lambda part: re.sub("([aeiou])", r"\1\1", part).translate(_ACCENTED))
    grown = sum(len(part) for part in _PROTECTED.split(changed))
    missing = int(visible * _LONGER + 0.999) - grown - 2
    return f"[{changed}{' ' + 'ő' * (missing - 1) if missing > 1 else ''}]"


def pseudo_rtl(text: str) -> str:
    """`text` as ar-XB has it: each Latin letter an Arabic one."""
    return f"[{_outside_protected(text, lambda part: part.translate(_ARABIC))}]"


def _outside_protected(text: str, change: Callable[[str], str]) -> str:
    written, position = [], 0
    for found in _PROTECTED.finditer(text):
        written += [change(text[position : found.start()]), found[0]]
        position = found.end()
    return "".join([*written, change(text[position:])])


def write_catalogues(pot_path: Path, target: Path) -> None:
    """Write `target`/en_XA and `target`/ar_XB /LC_MESSAGES/messages.mo, every plural form filled, from a template."""
    with pot_path.open("rb") as template:
        source = read_po(template)
    for folder, locale, change in (("en_XA", "en", pseudo), ("ar_XB", "ar", pseudo_rtl)):
        catalog = Catalog(locale=locale, fuzzy=False)
        for message in source:
            if message.id:
                catalog.add(message.id, _translation(message, change, catalog.num_plurals), context=message.context)
        path = target / folder / "LC_MESSAGES" / "messages.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as compiled:
            write_mo(compiled, catalog)


def _translation(message: Message, change: Callable[[str], str], forms: int) -> str | tuple[str, ...]:
    if isinstance(message.id, str):
        return change(message.id)
    one, many = message.id
    return (change(one), *[change(many)] * (forms - 1))
