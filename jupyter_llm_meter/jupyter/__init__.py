"""The Jupyter server's side of LLM Meter: thin adapters between jupyter_server and the service."""
