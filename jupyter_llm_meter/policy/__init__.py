"""Which limits and rules are in force: administrator, lab-wide settings, user, raises."""
