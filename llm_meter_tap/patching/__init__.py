"""Patches a library when the user imports it, and restores it."""
