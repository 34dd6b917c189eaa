"""The application as servers load it: `registration.wsgi:app`."""

import gc

from registration import create_app

app = create_app()

# What is loaded by now lives as long as the process. Looking through it again and again for garbage took a tenth of the
# time of a registration (docs/performance.md).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
