"""The way into an online meeting."""
