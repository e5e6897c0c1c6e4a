"""How records reach the service: spool, sender, kernel message."""
