"""Keeps failures of the tap away from the user's program."""
