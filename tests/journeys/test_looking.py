"""A look finds what is wrong: each fault is planted once on a page that is right."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.installation import Installation
from tests.journeys.looking import Watch, look

pytestmark = pytest.mark.browser
Window = Callable[..., Page]

# Links so small and so close that no finger finds one of them.
CROWDED = (
    "document.querySelectorAll('footer ul, footer ul *').forEach(a => { a.style = 'font: 5px/5px a; display: block' })"
)

PLANTED = {
    "color-contrast": "document.querySelector('main h2').style.color = '#ddd'",
    "dark: color-contrast": "document.querySelector('main h2').style.color = '#222'",
    "target-size": CROWDED,
    "heading-order": "document.querySelector('main h2').outerHTML = '<h5>Deep</h5>'",
    "label:": "document.querySelector('main').insertAdjacentHTML('beforeend', '<input>')",
    "html-has-lang": "document.documentElement.removeAttribute('lang')",
    "at 320 px: the page is": "document.querySelector('main h1').style.whiteSpace = 'nowrap'",
    "at 320 px: H1": "document.querySelector('main h1').style.cssText = 'position: relative; right: 200px'",
    "small target": "document.querySelector('main a.button').style.cssText = 'min-height: 30px; padding: 0'",
    "picture without a size": "document.querySelector('main svg').removeAttribute('width')",
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_look_finds_a_planted_fault(window: Window, fault: str) -> None:
    page = window(360)
    page.goto("/en/meetings/english-meeting/")
    page.evaluate(PLANTED[fault])
    with pytest.raises(AssertionError, match=fault):
        look(page)


ANGRY = """async () => {
  document.body.insertAdjacentHTML('beforeend', '<p style="color: red">styled inline</p>');
  const picture = document.createElement('img');
  picture.src = '/static/none/none.svg';
  document.body.append(picture);
  await new Promise(done => { picture.onerror = done });
  await fetch('https://elsewhere.invalid/').catch(() => null);
  setTimeout(() => { throw new Error('broken script') });
  await new Promise(done => setTimeout(done, 50));
}"""


def test_a_watch_hears_what_the_browser_complains_of(window: Window, service: Installation) -> None:
    page = window(360)
    page.goto("/en/")
    # A watch of its own: that of the window would fail this journey.
    context = page.context.browser.new_context(base_url=service.address) if page.context.browser else page.context
    watch = Watch(context, service.address)
    angry = context.new_page()
    angry.goto("/en/")
    assert watch.complaints == []
    angry.evaluate(ANGRY)
    heard = "\n".join(watch.complaints)
    context.close()
    for expected in ("inline style", "404: ", "Content Security Policy", "elsewhere.invalid", "broken script"):
        assert expected in heard, heard
