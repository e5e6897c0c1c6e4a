"""Follows the messages of the Jupyter server's kernels for calls that they report, with no browser open.

A kernel is followed from its start to its end, on the tap's own topic alone, so that its other output costs
the server nothing. On the server's loop, frames are only passed on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Protocol

import zmq
from jupyter_client.session import Session
from jupyter_server.gateway.managers import GatewayKernelManager
from jupyter_server.serverapp import ServerApp

from jupyter_llm_meter.jupyter.gateway_channel import GatewayChannel
from jupyter_llm_meter.service.kernel_message import read_message
from jupyter_llm_meter.service.message_intake import MessageIntake
from jupyter_llm_meter.service.service import Service
from llm_meter_tap.delivery.kernel_message import COMM_ID


class KernelChannel(Protocol):
    """The connection over which a kernel's messages come."""

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
        self._accept(kernel_id, signed_content(frames, session), is_remote=False)

    def _accept_remote(self, kernel_id: str, content: object) -> None:
        self._accept(kernel_id, content, is_remote=True)

    def _accept(self, kernel_id: str, content: object, *, is_remote: bool) -> None:
        message = read_message(content, kernel_id)
        if message is not None:
            self._intake.accept(kernel_id, message, is_remote=is_remote)


def signed_content(frames: Sequence[bytes], session: Session) -> object:
    """Return the content of a message; None for frames that are not a message signed by the kernel."""
    try:
        _, parts = session.feed_identities(list(frames))
        return session.deserialize(parts)["content"]
    except (ValueError, TypeError, KeyError, IndexError):
        return None


class _LocalChannel:
    """A kernel's IOPub socket, subscribed to the tap's topic alone."""

    def __init__(self, manager: Any, accept: Any) -> None:
        # jupyter_client subscribes to everything; the filter that remains is applied by the kernel.
        self._stream = manager.connect_iopub()
        self._stream.setsockopt(zmq.UNSUBSCRIBE, b"")
        self._stream.setsockopt(zmq.SUBSCRIBE, COMM_ID.encode())
        session: Session = manager.session.clone()
        self._stream.on_recv(lambda frames: accept(frames, session))

    def close(self) -> None:
        """Read what has arrived and close the connection."""
        self._stream.flush(zmq.POLLIN)
        self._stream.close(linger=0)
