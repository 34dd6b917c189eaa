import time
import pytest
from tests.journeys.looking import look, scripted
@pytest.mark.browser
def test_probe(window, service):
    page = window()
    for p in ("/en/", "/en/meetings/english-meeting/", "/en/meetings/english-meeting/register", "/ar-XB/meetings/english-meeting/register"):
        page.goto(p)
        t=time.time()
        try:
            look(page)
        except AssertionError as e:
            print(e)
        print(p, time.time()-t)
    off = window(javascript=False)
    off.goto("/es/")
    print(off.evaluate("document.title"))
    look(scripted(off, page))
    try:
        t=time.time(); look(off); print("axe works without js", time.time()-t)
    except BaseException as e: print(type(e), str(e)[:300])
