"""Ports for servers that tests start in processes of their own.

The system gives such a port away again before the server has it. So these ports lie below the range that
systems choose from (Linux from 32768, others from 49152), and each pytest-xdist worker has its own range.
"""

from __future__ import annotations

import itertools
import os
import random
import socket

_FIRST = 20_000
_PER_WORKER = 1_000
_start = random.randrange(_PER_WORKER)
_count = itertools.count()


def free_port() -> int:
    """A port of 127.0.0.1 on which no server listens, and which no other test is given."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST + worker % 10 * _PER_WORKER
    for _ in range(_PER_WORKER):
        port = first + (_start + next(_count)) % _PER_WORKER
        if _is_free(port):
            return port
    raise OSError(f"every port from {first} to {first + _PER_WORKER - 1} is taken")


def _is_free(port: int) -> bool:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
