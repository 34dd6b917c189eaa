import traceback
from tests.walk import Walk
def test_walk(app):
    w = Walk(app, "es")
    n=0
    for name, page in w.steps():
        n+=1
        print(n, name, page.status, page.heading)
