"""One family's page, and everything that staff do on its behalf."""
