"""The pages of an interpreter who is signed in: only their own jobs, and no family's data."""
