"""One call, from the request that leaves to the record that settles."""
