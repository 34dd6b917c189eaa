"""Pages of the people who run the meetings, by subject, and verbs that touch several features."""
