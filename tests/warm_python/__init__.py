"""A Python whose programs begin with their libraries loaded.

Most of the time of a short program goes into importing. A server process imports once what the programs need
and forks itself for each of them. What runs is a process of its own: with the environment, the folder, the
files, the signals and the exit code that its caller gives it or gets from it. Two things differ from a usual
Python: its libraries are there, so that no import can fail or be forgotten; and its caller sees the number of
the stub that stands for it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_HERE = Path(__file__).parent
# Other systems' own libraries do not all survive a fork.
IS_POSSIBLE = sys.platform == "linux"


@contextmanager
def warm_python(modules: Sequence[str], environment: Mapping[str, str]) -> Iterator[list[str]]:
    """Run a server; gives the words to put in the place of ``sys.executable``.

    Args:
        modules: What it imports first. Programs see them as they are after the import.
        environment: The variables of the server. A program has its caller's, but PYTHON... variables count
            for the server only.
    """
    if not IS_POSSIBLE:
        yield [sys.executable]
        return
    folder = tempfile.mkdtemp(prefix="warm-")
    address = os.path.join(folder, "socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen(128)
        server = subprocess.Popen(
            [sys.executable, str(_HERE / "server.py"), str(listener.fileno()), *modules],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            cwd=folder,
            start_new_session=True,  # an interrupt at the keyboard reaches programs through their stubs alone
        )
    try:
        yield [sys.executable, "-I", "-S", str(_HERE / "stub.py"), address]
    finally:
        server.communicate()
        shutil.rmtree(folder)
