"""Alerts that reach someone: channels, the text of a message, and its delivery."""
