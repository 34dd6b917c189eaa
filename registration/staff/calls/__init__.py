"""Calls to make: what families without mail, or who asked to be called, are told by telephone."""
