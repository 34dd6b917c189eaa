"""What is due, to whom, in which language: reminders of meetings, announcements, and what families answer."""
