"""Plugins that some tests need, and what holds for every test."""

import gc

from hypothesis import HealthCheck, settings

pytest_plugins = ["pytest_jupyter.jupyter_server"]

# The same examples in every run, and none of them fails for being slow: a busy machine is no failure.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """Leave what collecting made out of `gc.collect`, which many tests call and which it would slow down."""
    gc.collect()
    gc.freeze()
