"""Announcements: written, looked at, sent, followed."""
