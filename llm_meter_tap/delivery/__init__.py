"""Delivers records to the service: spool, sender, kernel message."""
