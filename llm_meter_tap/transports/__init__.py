"""One adapter a library: how its requests are seen next to the network, and its responses teed."""
