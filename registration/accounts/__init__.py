"""People who sign in, their roles, and the record of what was done. It knows no meeting and no family."""
