"""Series and places: what several meetings share."""
