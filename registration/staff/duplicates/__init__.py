"""Meetings written again for other days."""
