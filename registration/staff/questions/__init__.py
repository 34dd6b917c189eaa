"""Questions that families ask ahead of a meeting, and which of them its interpreters may read."""
