"""Fake registrations are taken out together; for a day it can be undone."""
