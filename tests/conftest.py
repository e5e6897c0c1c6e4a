"""Plugins that some tests need, and what holds for every test."""

import gc
import os
import re
import tempfile
from pathlib import Path

import certifi
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytest_jupyter.jupyter_server", "postgresql_server"]

# The same examples in every run, and none of them fails for being slow: a busy machine is no failure.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

_trusted: list[Path] = []

# Until all tests are collected, next to nothing becomes garbage: looking for it takes seconds.
gc.disable()


def pytest_configure() -> None:
    """Let clients trust one authority: to load the usual 140 costs each client 40 ms of processor time.

    No test reaches a public host. The workers of pytest-xdist inherit the file of the first process.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    one = re.search(
        r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", certifi.contents(), re.DOTALL
    )
    assert one is not None
    folder = tempfile.mkdtemp(prefix="llm-meter-tests-")
    path = Path(folder, "authority.pem")
    path.write_text(one[0])
    _trusted.append(path)
    os.environ["SSL_CERT_FILE"] = str(path)
    os.environ["SSL_CERT_DIR"] = folder


def pytest_unconfigure() -> None:
    """Remove the file again."""
    for path in _trusted:
        path.unlink()
        path.parent.rmdir()


def pytest_collection_finish() -> None:
    """Leave what collecting made out of `gc.collect`, which many tests call and which it would slow down."""
    gc.collect()
    gc.freeze()
    gc.enable()
