"""The record of what was done, to read."""
