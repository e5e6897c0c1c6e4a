"""The limits and rules in force: administrator, lab-wide settings, user, raises."""
