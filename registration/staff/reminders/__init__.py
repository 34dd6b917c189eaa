"""Reminder rules of meetings and series, and what became of each."""
