"""The tap inside an IPython kernel."""
