"""After a meeting: what was asked, and what was served."""
