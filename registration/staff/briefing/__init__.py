"""What staff write and collect for the interpreters of a meeting."""
