"""A meeting as families will see it, and showing it to them."""
