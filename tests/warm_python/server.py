"""Forks for each program that a stub asks for: ``python server.py FD MODULE...``.

Ends with its standard input, whose other end belongs to the process that has started it.
"""

from __future__ import annotations

import gc
import importlib
import marshal
import os
import selectors
import signal
import socket
import sys
import time
import types
from contextlib import suppress
from typing import NamedTuple

LARGEST_ORDER = 1 << 20


class Order(NamedTuple):
    """What a stub asks for."""

    code: str
    words: list[str]
    environment: dict[str, str]
    folder: str
    files: list[int]


class Server:
    """Runs programs, each in a child of its own.

    Args:
        listener: Where stubs connect.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._programs: dict[socket.socket, int] = {}
        self._wakeup, self._waking = os.pipe()
        os.set_blocking(self._waking, False)
        signal.set_wakeup_fd(self._waking)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for file in (0, self._wakeup, listener):
            self._selector.register(file, selectors.EVENT_READ)

    def next_order(self) -> Order:
        """Serve until the end; returns in each child, with what it shall run."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj == 0:
                    os._exit(0)
                elif key.fileobj == self._wakeup:
                    os.read(self._wakeup, 4096)
                    self._report_ended()
                elif key.fileobj is self._listener:
                    order = self._start(self._listener.accept()[0])
                    if order is not None:
                        return order
                else:
                    self._kill_abandoned(key.fileobj)

    def _start(self, connection: socket.socket) -> Order | None:
        message, files, _, _ = socket.recv_fds(connection, LARGEST_ORDER, 3)
        if not message:  # the stub was killed before it could ask
            connection.close()
            return None
        pid = os.fork()
        if pid == 0:
            connection.close()
            return Order(*marshal.loads(message), files)
        for file in files:
            os.close(file)
        self._programs[connection] = pid
        self._selector.register(connection, selectors.EVENT_READ)
        with suppress(BrokenPipeError):
            connection.send(str(pid).encode())
        return None

    def _report_ended(self) -> None:
        for connection, pid in list(self._programs.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with suppress(BrokenPipeError):
                    connection.send(str(os.waitstatus_to_exitcode(status)).encode())
                self._forget(connection)

    def _kill_abandoned(self, connection: socket.socket) -> None:
        """Kill the program of a stub that is gone: a stub says nothing but its order."""
        if connection in self._programs:
            os.kill(self._programs[connection], signal.SIGKILL)
            os.waitpid(self._programs[connection], 0)
            self._forget(connection)

    def _forget(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        del self._programs[connection]
        connection.close()

    def leave(self) -> None:
        """Keep nothing of the server in a child."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for file in (self._listener, *self._programs):
            file.close()
        for pipe_end in (self._wakeup, self._waking):
            os.close(pipe_end)


def become(order: Order) -> None:
    """Give this process what belongs to the program."""
    for standard, file in enumerate(order.files):
        os.dup2(file, standard)
        os.close(file)
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())


def run(code: str, words: list[str]) -> None:
    """Do what ``python -c CODE`` does."""
    sys.argv = ["-c", *words]
    sys.path.insert(0, "")
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(code, "<string>", "exec"), vars(main))


del sys.path[0]
server = Server(socket.socket(fileno=int(sys.argv[1])))
for module in sys.argv[2:]:
    importlib.import_module(module)
gc.collect()
gc.freeze()
order = server.next_order()
server.leave()
become(order)
run(order.code, order.words)
