"""Plugins that some tests need."""

pytest_plugins = ["pytest_jupyter.jupyter_server"]
