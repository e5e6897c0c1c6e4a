"""Asking for a reservation before a call leaves, and the caps of a run."""
