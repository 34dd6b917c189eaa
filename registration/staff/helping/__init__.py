"""The screen for a job in danger: everything that can still help, with the one verb for each."""
