"""The day of a meeting: who is there, who is ill, who has not come, and what can still help."""
