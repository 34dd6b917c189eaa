"""Styles on elements by layout: the same as if each mail were gone through by itself."""

import re

import css_inline
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.mail import styles

pytestmark = pytest.mark.no_database

PAGE = """<!doctype html>
<html lang="en"><head><title>{title}</title><style>
p {{ margin: 0; }} .code p {{ color: #475a62; }} a {{ color: #0b5161; }}
</style></head><body><!--[if mso]><table><tr><td><![endif]-->
<div class="code"><p>{first}</p><p>{second} <a href="{link}">{words}</a></p></div>
{more}</body></html>"""
# As Jinja writes what it is given: markup is escaped already.
TEXTS = st.text(st.sampled_from("aZ é\u00a0今'\""), min_size=1).map(lambda text: text.replace("'", "&#39;"))


def alone(html: str) -> str:
    """As the inliner gives it, without what is kept of other mails."""
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False).inline(html)


def plain(html: str) -> str:
    """Without what the inliner writes otherwise inside attributes: quotes and signs stand for the same there."""
    return html.replace("&quot;", '"').replace("&#39;", "'")


@given(title=TEXTS, first=TEXTS, second=TEXTS, words=TEXTS, rows=st.integers(0, 3))
def test_a_layout_filled_in_is_the_mail_gone_through(
    title: str, first: str, second: str, words: str, rows: int
) -> None:
    more = "".join(f'<p class="row">{first}</p>' for _ in range(rows))
    html = PAGE.format(
        title=title, first=first, second=second, words=words, link="https://example.org/r/x?a=1&amp;b=2", more=more
    )
    for _ in range(2):
        assert plain(styles.inlined(html)) == plain(alone(html))


def test_texts_of_one_mail_never_stand_in_another() -> None:
    for name in ("Rosa", "Hoa", "xslot1x", "{0}"):
        html = PAGE.format(title="t", first=name, second=name, words=name, link=f"https://example.org/{name}", more="")
        done = styles.inlined(html)
        assert re.findall(r"<p[^>]*>([^<]*)</p>", done)[0] == name
        assert f'href="https://example.org/{name}"' in done


def test_another_style_sheet_is_another_layout() -> None:
    html = PAGE.format(title="t", first="a", second="b", words="c", link="d", more="")
    assert "#0b5161" in styles.inlined(html)
    assert "#123456" in styles.inlined(html.replace("#0b5161", "#123456"))


def test_markup_that_the_inliner_moves_is_gone_through_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styles, "_layouts", {})
    # Text right inside a table is moved before it, so that places come in another order.
    html = "<style>p { color: red; }</style><body><table><p>{}</p>lost<tr><td>kept</td></tr></table></body>"
    assert plain(styles.inlined(html)) == plain(alone(html))
