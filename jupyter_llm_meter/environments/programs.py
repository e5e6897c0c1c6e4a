"""Running programs whose calls no tap can see: not Python, and connected to the network."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_PYTHON = re.compile(r"(python|pypy)[\d.]*w?(\.exe)?", re.IGNORECASE)
# The file that says how to connect to a kernel, which Jupyter's servers name by the kernel's id.
_CONNECTION_FILE = re.compile(r"kernel-([\w-]+)\.json$")
_CONNECTED = (psutil.CONN_ESTABLISHED, psutil.CONN_SYN_SENT)


@dataclass(frozen=True)
class Program:
    """A program that runs below the lab.

    Attributes:
        name: Of the program, without its arguments: `node`.
        pid: Its process.
        parents: The processes that it runs below, its own parent first.
        kernel_id: The kernel that it is, or that it starts; None for any other program.
    """

    name: str
    pid: int
    parents: Sequence[int]
    kernel_id: str | None


def connected_programs(root: int) -> list[Program]:
    """Find the programs below a process that are not Python and have a connection to elsewhere.

    Connections among these processes, as between a server and its kernels, do not count. Processes that end
    meanwhile, and those that the system does not let the user see, are left out.

    Args:
        root: The process, such as a Jupyter server.
    """
    try:
        top = psutil.Process(root)
        below = top.children(recursive=True)
    except psutil.Error:
        return []
    own: set[tuple[str, int]] = set()
    peers: dict[psutil.Process, set[tuple[str, int]]] = {}
    parents: dict[int, int | None] = {}
    for process in (top, *below):
        try:
            connections = process.net_connections(kind="tcp")
            parents[process.pid] = process.ppid() if process != top else None
        except psutil.Error:
            continue
        own |= {each.laddr for each in connections}
        peers[process] = {each.raddr for each in connections if each.raddr and each.status in _CONNECTED}
    found = [process for process in below if peers.get(process, set()) - own and not _is_python(process)]
    return [
        Program(name, process.pid, _above(process.pid, parents), _kernel_id(process))
        for process in found
        if (name := _name(process))
    ]


def _is_python(process: psutil.Process) -> bool:
    try:
        return _PYTHON.fullmatch(os.path.basename(process.exe() or process.name())) is not None
    except psutil.Error:
        return _PYTHON.fullmatch(_name(process)) is not None


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def _kernel_id(process: psutil.Process) -> str | None:
    try:
        words = process.cmdline()
    except psutil.Error:
        return None
    return next((found.group(1) for found in map(_CONNECTION_FILE.search, words) if found), None)


def _above(pid: int, parents: dict[int, int | None]) -> list[int]:
    above: list[int] = []
    while (parent := parents.get(pid)) is not None and parent not in above:
        above.append(parent)
        pid = parent
    return above
