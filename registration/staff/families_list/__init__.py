"""Families found: of one meeting by filters, of all meetings by name, code, phone or email; and as files."""
