"""The list of meetings, and one meeting: who comes, what is asked and what is arranged."""
