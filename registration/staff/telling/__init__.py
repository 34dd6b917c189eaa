"""What reminders and announcements share on staff's pages: own words, to whom, how it looks, what became of it."""
