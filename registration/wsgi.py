"""The application as servers load it, also from an installed wheel: `registration.wsgi:app`."""

import gc

from registration import create_app

app = create_app()
# What is there now stays until the end: it need not be searched again and again for what can go. A request makes some
# thousand objects, most of which go by themselves; by default it is interrupted several times to look for the others.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
