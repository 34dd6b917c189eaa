"""What interpreters need to know before a meeting, and the files they get."""
