"""Name resolution of a process under test: the replayed hosts are the replay server, and nothing else exists.

Put this folder on ``PYTHONPATH`` and name the server in ``REPLAY_PORT`` and the hosts in ``REPLAY_HOSTS``
(separated by commas). Any other name than loopback fails as an unknown host, so that no test can reach out.
Addresses are not resolved: the loopback ports in ``REPLAY_PORTS`` are the replay server where they are
connected to.
Runs in every supported Python of the tap, 3.8 among them, with nothing but the standard library.
"""

import os
import socket
import sys

_LOOPBACK = {"", "localhost", "127.0.0.1", "::1", "0.0.0.0"}
_HOSTS = set(filter(None, os.environ.get("REPLAY_HOSTS", "").split(",")))
_PORTS = {int(port) for port in os.environ.get("REPLAY_PORTS", "").split(",") if port}
_real_getaddrinfo = socket.getaddrinfo
_real_connect = socket.socket.connect


def _getaddrinfo(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name in _HOSTS:
        return _real_getaddrinfo("127.0.0.1", int(os.environ["REPLAY_PORT"]), *args, **kwargs)
    if name is None or name in _LOOPBACK or name == socket.gethostname():
        return _real_getaddrinfo(host, port, *args, **kwargs)
    raise socket.gaierror(socket.EAI_NONAME, f"{name} is not replayed, and tests reach no other host")


def _connect(self, address):
    if isinstance(address, tuple) and address[0] == "127.0.0.1" and address[1] in _PORTS:
        address = ("127.0.0.1", int(os.environ["REPLAY_PORT"]))
    return _real_connect(self, address)


if "REPLAY_PORT" in os.environ:
    socket.getaddrinfo = _getaddrinfo
    # Where it is installed, aiohttp would ask it for names, and not the system.
    sys.modules["aiodns"] = None
if _PORTS:
    socket.socket.connect = _connect
