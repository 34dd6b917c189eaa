"""Who signs in: invite, roles, deactivate, a lost second factor."""
