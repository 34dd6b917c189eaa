"""The team of a service: its seats, whom they are offered to, who has them."""
