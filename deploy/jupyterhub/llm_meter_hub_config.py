"""The service of LLM Meter on a JupyterHub: its limits. The database is named by LLM_METER_DATABASE_URL."""

c = get_config()  # noqa: F821 - traitlets defines it

c.LLMMeterHub.limits = [
    # Each team, and each of its members.
    {"scope": "team", "window": "month", "unit": "USD", "amount": 200, "on_exceed": "block"},
    {"scope": "user", "window": "day", "unit": "USD", "amount": 10, "warn_at": [0.5, 0.8]},
]
