"""Listens to the kernels of the Jupyter server for calls that they tell of, with no browser open.

Owns which kernels are listened to, from their start to their end. Refuses to listen to anything else than the
tap's own topic, so that what a kernel prints costs the server nothing, and to do more on the server's loop
than to pass frames on.
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


class Channel(Protocol):
    """What a kernel is heard through."""

    def close(self) -> None:
        """Hang up."""


class KernelMessages:
    """The kernels of one server, listened to. Methods run on the server's loop.

    Args:
        server: The server.
        service: The service; messages are read on its loop.
        intake: Takes the messages.
        loop: The server's loop.
        log: Told of kernels that cannot be listened to.
    """

    def __init__(
        self,
        server: ServerApp,
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
        self._channels: dict[str, Channel] = {}

    def follow_all(self) -> None:
        """Listen to the kernels that run already."""
        for kernel_id in self._manager.list_kernel_ids():
            self.follow(kernel_id)

    def follow(self, kernel_id: str) -> None:
        """Listen to a kernel that has started or started again."""
        self.leave(kernel_id)
        try:
            self._channels[kernel_id] = self._channel(kernel_id)
        except Exception as error:  # noqa: BLE001 - kernel managers are replaceable, and raise what they like
            self._log.warning(
                "LLM Meter: kernel %s cannot be listened to (%r); its calls are counted if its tap reaches "
                "the meter itself.",
                kernel_id,
                error,
            )

    def leave(self, kernel_id: str) -> None:
        """Listen no more to a kernel; one that is not listened to is left alone."""
        channel = self._channels.pop(kernel_id, None)
        if channel is not None:
            channel.close()

    def close(self) -> None:
        """Listen to nobody."""
        for kernel_id in list(self._channels):
            self.leave(kernel_id)

    def _channel(self, kernel_id: str) -> Channel:
        manager = self._manager.get_kernel(kernel_id)
        if isinstance(manager, GatewayKernelManager):
            return GatewayChannel(manager, kernel_id, self._service, self._take_remote, self._loop, self._log)
        return _LocalChannel(manager, lambda frames, session: self._take_local(kernel_id, frames, session))

    def _take_local(self, kernel_id: str, frames: Sequence[bytes], session: Session) -> None:
        self._service.submit(self._read(kernel_id, frames, session))

    async def _read(self, kernel_id: str, frames: Sequence[bytes], session: Session) -> None:
        """Check the signature and read, on the service's loop."""
        self._take(kernel_id, signed_content(frames, session), is_remote=False)

    def _take_remote(self, kernel_id: str, content: object) -> None:
        self._take(kernel_id, content, is_remote=True)

    def _take(self, kernel_id: str, content: object, *, is_remote: bool) -> None:
        message = read_message(content, kernel_id)
        if message is not None:
            self._intake.take(kernel_id, message, is_remote=is_remote)


def signed_content(frames: Sequence[bytes], session: Session) -> object:
    """Return the content of a message; None for what is no message, or not signed by the kernel."""
    try:
        _, parts = session.feed_identities(list(frames))
        return session.deserialize(parts)["content"]
    except (ValueError, TypeError, KeyError, IndexError):
        return None


class _LocalChannel:
    """A kernel's IOPub socket, subscribed to the tap's topic alone."""

    def __init__(self, manager: Any, take: Any) -> None:
        # jupyter_client subscribes to everything; the filter that remains is applied by the kernel.
        self._stream = manager.connect_iopub()
        self._stream.setsockopt(zmq.UNSUBSCRIBE, b"")
        self._stream.setsockopt(zmq.SUBSCRIBE, COMM_ID.encode())
        session: Session = manager.session.clone()
        self._stream.on_recv(lambda frames: take(frames, session))

    def close(self) -> None:
        """Take what has come and hang up."""
        self._stream.flush(zmq.POLLIN)
        self._stream.close(linger=0)
