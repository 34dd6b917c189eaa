"""Interpretation of a meeting, decided by hand."""
