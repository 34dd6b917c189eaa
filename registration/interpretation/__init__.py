"""Who interprets: the register of interpreters, teams and their seats, offers and bookings."""
