"""Writing what is offered: meetings, series, places, and their texts in each page language."""
