"""What is kept of families and for how long: removed when its time has passed, and handed out when a family asks."""
