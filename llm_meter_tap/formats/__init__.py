"""One file an API family: endpoints, stream end, usage, output limit, text fields, batch results."""
