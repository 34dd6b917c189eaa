"""Styles of a mail on its elements, for readers of mail that drop style sheets.

Which styles an element has follows from the tags around it, never from texts, and mails of one kind have the same tags.
So styles are copied once for each layout, and the texts and links of each mail are put into it.
"""

import re
from collections.abc import Sequence
from html import escape, unescape

import css_inline

# No network and no files: the style stands in the template.
_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)

# A comment, the style sheet, or a tag.
_MARKUP = re.compile(r"(<!--.*?-->|<style>.*?</style>|<[^<>]*>)", re.DOTALL)
_LINK = re.compile(r'( href=")([^"]*)(")')
# A word that stands for a text or a link while styles are copied; no mail says it.
_SLOT = re.compile(r"xslot(\d+)x")
# Room for the layouts of every message in every language; one is as long as a mail.
MOST_LAYOUTS = 512
_layouts: dict[tuple[str, ...], tuple[str, ...] | None] = {}


def inlined(html: str) -> str:
    """The document with the rules of its style sheet on its elements too."""
    shape, values = _apart(html)
    if shape not in _layouts:
        if len(_layouts) >= MOST_LAYOUTS:
            _layouts.clear()
        _layouts[shape] = _layout(shape)
    layout = _layouts[shape]
    if layout is None or len(layout) != len(values) + 1:
        return _inliner.inline(html)
    found = [layout[0]]
    for value, after in zip(values, layout[1:], strict=True):
        found += (value, after)
    return "".join(found)


def _apart(html: str) -> tuple[tuple[str, ...], list[str]]:
    """Its markup with empty places ("" stands for one), and what stands in them, in their order."""
    shape: list[str] = []
    values: list[str] = []
    for number, piece in enumerate(_MARKUP.split(html)):
        if number % 2 == 0:
            if not piece or piece.isspace():
                shape.append(piece or "\0")
            else:
                shape.append("")
                values.append(_text(piece))
        elif ' href="' in piece:
            before, opening, href, closing, after = _LINK.split(piece, maxsplit=1)
            shape += (before + opening, "", closing + after)
            values.append(href)
        else:
            shape.append(piece)
    return tuple(shape), values


def _text(piece: str) -> str:
    # As the inliner writes texts.
    if "&" in piece:
        piece = escape(unescape(piece), quote=False)
    return piece.replace("\u00a0", "&nbsp;")


def _layout(shape: Sequence[str]) -> tuple[str, ...] | None:
    """The pieces between the places once styles are copied; None where a place was lost on the way."""
    places = 0
    filled = []
    for piece in shape:
        if not piece:
            filled.append(f"xslot{places}x")
            places += 1
        elif piece != "\0":
            filled.append(piece)
    pieces = _SLOT.split(_inliner.inline("".join(filled)))
    numbers = [int(number) for number in pieces[1::2]]
    return tuple(pieces[::2]) if numbers == list(range(places)) else None
