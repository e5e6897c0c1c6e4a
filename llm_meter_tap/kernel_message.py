"""Tells the frontend and the server of a finished call through the kernel's own IOPub channel.

Owns the message's form: a `comm_msg` for a comm that is never opened, which JupyterLab and nbclient pass
over in silence, which is not saved into the notebook, and which a server can subscribe to by its topic.
Refuses a key `state` in the data (nbclient takes such a message for a widget's), and to send from a forked
child: the socket belongs to the kernel.
"""

from __future__ import annotations

import os
from typing import Any

from llm_meter_tap import faults
from llm_meter_tap.context import running_kernel

COMM_ID = "llm-meter"


def is_kernel() -> bool:
    """Whether this process is an IPython kernel."""
    return _kernel() is not None


def _kernel() -> Any | None:
    kernel = running_kernel()
    session = getattr(kernel, "session", None)
    # jupyter_client's Session notes the process that made it.
    return kernel if session is not None and session.pid == os.getpid() else None


@faults.contained
def publish(record: dict[str, Any], parent: dict[str, Any]) -> None:
    """Send one record, as it is on the wire, under the cell that made the call.

    Args:
        record: The public record.
        parent: The cell's `execute_request`.
    """
    kernel = _kernel()
    if kernel is None:
        return
    content = {"comm_id": COMM_ID, "data": {"version": 1, "record": record}}
    kernel.session.send(kernel.iopub_socket, "comm_msg", content, parent=parent, ident=COMM_ID.encode())
