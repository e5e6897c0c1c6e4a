"""What the tap does inside an IPython kernel."""
