"""Other Python environments: what is in them, whether the tap starts in them, and putting it there."""
