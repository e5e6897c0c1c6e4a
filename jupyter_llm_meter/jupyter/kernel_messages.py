"""Follows the messages of the Jupyter server's kernels for calls that they report, with no browser open.

A kernel is followed from its start to its end. Once the tap in an IPython kernel has sent a message, only the
tap's own topic is subscribed to, so that the kernel's other output costs the server nothing. Of other kernels
the server also reads which request they execute. On the server's loop, frames are only passed on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any, Protocol

import zmq
from jupyter_client.session import DELIM, Session
from jupyter_server.gateway.managers import GatewayKernelManager
from jupyter_server.serverapp import ServerApp

from jupyter_llm_meter.jupyter.gateway_channel import GatewayChannel
from jupyter_llm_meter.service.kernel_message import read_message
from jupyter_llm_meter.service.message_intake import MessageIntake
from jupyter_llm_meter.service.service import Service
from llm_meter_tap.delivery.kernel_message import COMM_ID

_TOPIC = COMM_ID.encode()
_RUN_MESSAGES = ("execute_input", "status")
_QUOTED = tuple(f'"{name}"'.encode() for name in _RUN_MESSAGES)
# From the delimiter to the header: the signature is between them.
_HEADER = 2


class KernelChannel(Protocol):
    """The connection over which a kernel's messages come."""

    def narrow(self) -> None:
        """Receive the messages of the tap alone."""

    def close(self) -> None:
        """Close the connection."""


class KernelMessages:
    """Follows the kernels of one server. Methods run on the server's loop.

    Args:
        server: The server.
        service: The service; messages are read on its loop.
        intake: Accepts the messages.
        loop: The server's loop.
        log: Takes warnings of kernels that cannot be followed.
    """

    def __init__(
        self,
        server: ServerApp,
        *,
        service: Service,
        intake: MessageIntake,
        loop: asyncio.AbstractEventLoop,
        log: logging.Logger,
    ) -> None:
        self._manager: Any = server.kernel_manager
        self._service = service
        self._intake = intake
        self._loop = loop
        self._log = log
        self._channels: dict[str, KernelChannel] = {}

    def follow_all(self) -> None:
        """Follow the kernels that are running."""
        for kernel_id in self._manager.list_kernel_ids():
            self.follow(kernel_id)

    def follow(self, kernel_id: str) -> None:
        """Follow a kernel that has started or restarted."""
        self.unfollow(kernel_id)
        try:
            self._channels[kernel_id] = self._channel(kernel_id)
        except Exception as error:  # noqa: BLE001 - kernel managers are replaceable and may raise anything
            self._log.warning(
                "LLM Meter: messages of kernel %s cannot be read (%r); its calls are counted if its tap "
                "reaches this server.",
                kernel_id,
                error,
            )

    def unfollow(self, kernel_id: str) -> None:
        """Stop following a kernel, if it is followed."""
        channel = self._channels.pop(kernel_id, None)
        if channel is not None:
            channel.close()

    def close(self) -> None:
        """Stop following all kernels."""
        for kernel_id in list(self._channels):
            self.unfollow(kernel_id)

    def _channel(self, kernel_id: str) -> KernelChannel:
        manager = self._manager.get_kernel(kernel_id)
        if isinstance(manager, GatewayKernelManager):
            return GatewayChannel(
                manager,
                kernel_id,
                service=self._service,
                accept=self._accept_remote,
                loop=self._loop,
                log=self._log,
            )
        return _LocalChannel(manager, lambda frames, session: self._accept_local(kernel_id, frames, session))

    def _accept_local(self, kernel_id: str, frames: Sequence[bytes], session: Session) -> None:
        self._service.submit(self._accept_signed(kernel_id, frames, session))

    async def _accept_signed(self, kernel_id: str, frames: Sequence[bytes], session: Session) -> None:
        """Check the signature and read, on the service's loop."""
        message = signed_message(frames, session)
        if message is None:
            return
        if message["header"]["msg_type"] in _RUN_MESSAGES:
            self._follow_run(kernel_id, message)
        else:
            self._accept(kernel_id, message["content"], is_remote=False)

    def _follow_run(self, kernel_id: str, message: dict[str, Any]) -> None:
        """Note which request a kernel executes."""
        runs, now = self._service.kernel_runs, datetime.now(timezone.utc)
        run_id = message["parent_header"].get("msg_id")
        state = message["content"].get("execution_state")
        if state == "starting":
            runs.end_all(kernel_id, now)
        elif not isinstance(run_id, str):
            return
        elif message["header"]["msg_type"] == "execute_input":
            runs.start(kernel_id, run_id, min(_sent_at(message) or now, now))
        elif state == "idle":
            runs.end(kernel_id, run_id, now)

    def _accept_remote(self, kernel_id: str, content: object) -> None:
        self._accept(kernel_id, content, is_remote=True)

    def _accept(self, kernel_id: str, content: object, *, is_remote: bool) -> None:
        message = read_message(content, kernel_id)
        if message is not None:
            self._intake.accept(kernel_id, message, is_remote=is_remote)
            # This kernel's tap knows the runs itself.
            self._service.kernel_runs.forget(kernel_id)
            self._loop.call_soon_threadsafe(self._narrow, kernel_id)

    def _narrow(self, kernel_id: str) -> None:
        channel = self._channels.get(kernel_id)
        if channel is not None:
            channel.narrow()


def signed_message(frames: Sequence[bytes], session: Session) -> dict[str, Any] | None:
    """Return a message; None for frames that are not a message signed by the kernel."""
    try:
        _, parts = session.feed_identities(list(frames))
        message: dict[str, Any] = session.deserialize(parts)
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    is_whole = all(isinstance(message[part], dict) for part in ("header", "parent_header", "content"))
    return message if is_whole and isinstance(message["header"].get("msg_type"), str) else None


def is_read(frames: Sequence[bytes]) -> bool:
    """Whether a message may be the tap's, or say which request a kernel executes, at a glance."""
    if frames and frames[0] == _TOPIC:
        return True
    header = frames[frames.index(DELIM) + _HEADER] if DELIM in frames[:-_HEADER] else b""
    return any(name in header for name in _QUOTED)


def _sent_at(message: dict[str, Any]) -> datetime | None:
    date = message["header"].get("date")
    return date if isinstance(date, datetime) and date.tzinfo is not None else None


class _LocalChannel:
    """A kernel's IOPub socket."""

    def __init__(self, manager: Any, accept: Callable[[Sequence[bytes], Session], None]) -> None:
        # jupyter_client subscribes to everything: a kernel may give any topic to what it executes.
        self._stream = manager.connect_iopub()
        self._stream.setsockopt(zmq.SUBSCRIBE, _TOPIC)
        self._is_narrow = False
        session: Session = manager.session.clone()
        self._stream.on_recv(lambda frames: accept(frames, session) if is_read(frames) else None)

    def narrow(self) -> None:
        """Leave the filter of the tap's topic alone, which the kernel applies."""
        if not self._is_narrow:
            self._is_narrow = True
            self._stream.setsockopt(zmq.UNSUBSCRIBE, b"")

    def close(self) -> None:
        """Read what has arrived and close the connection."""
        self._stream.flush(zmq.POLLIN)
        self._stream.close(linger=0)
