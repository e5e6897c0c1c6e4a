"""What keeps a failure of the tap away from the user's program."""
