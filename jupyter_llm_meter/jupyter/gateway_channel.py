"""Follows a kernel behind a gateway, over a WebSocket on the service's loop.

An open connection keeps an idle kernel from being culled there, so the connection to a quiet kernel is closed
until it shows activity again. A gateway cannot filter by topic; messages of other topics are not parsed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.gateway.managers import GatewayKernelManager
from jupyter_server.utils import url_path_join
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketError, websocket_connect

from jupyter_llm_meter.service.service import Service
from llm_meter_tap.delivery.kernel_message import COMM_ID

QUIET_S = 600.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
PING_S = 30.0
_NOT_FOUND = 404
_OURS = json.dumps(COMM_ID)


class GatewayChannel:
    """A followed kernel behind a gateway; made and closed on the server's loop.

    Args:
        manager: The kernel's manager.
        kernel_id: The kernel.
        service: The WebSocket is on its loop.
        accept: Gets the kernel's id and the content of its messages, on the service's loop.
        loop: The server's loop.
        log: Takes failed connections at debug level: the gateway's own client reports them to the user.
    """

    def __init__(
        self,
        manager: GatewayKernelManager,
        kernel_id: str,
        *,
        service: Service,
        accept: Callable[[str, object], None],
        loop: asyncio.AbstractEventLoop,
        log: logging.Logger,
    ) -> None:
        self._manager = manager
        self._kernel_id = kernel_id
        self._service = service
        self._accept = accept
        self._server_loop = loop
        self._log = log
        self._is_busy = False
        self._is_active = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        # The manager updates the activity whenever the kernels are listed, as a browser does all the time.
        manager.observe(self._active, ["last_activity"])
        service.submit(self._start())

    def narrow(self) -> None:
        """Change nothing: a WebSocket brings all messages, of which only the tap's are read."""

    def close(self) -> None:
        """Close the connection."""
        self._manager.unobserve(self._active, ["last_activity"])
        self._service.submit(self._stop())

    def _active(self, change: object) -> None:
        self._service.submit(self._wake())

    async def _wake(self) -> None:
        self._is_active.set()

    async def _start(self) -> None:
        if not self._is_closed:
            self._task = self._service.background.start(self._follow())

    async def _stop(self) -> None:
        self._is_closed = True
        if self._task is not None:
            self._task.cancel()

    async def _follow(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                connection = await websocket_connect(await self._request(), ping_interval=PING_S)
                pause_s = FIRST_PAUSE_S
                if await self._read_until_quiet(connection):
                    await self._is_active.wait()
                    continue
            except HTTPClientError as error:
                if error.code == _NOT_FOUND:
                    return  # the kernel has ended
                self._log.debug(
                    "LLM Meter: the gateway refused a connection to kernel %s: %s", self._kernel_id, error
                )
            except (OSError, WebSocketError) as error:
                self._log.debug("LLM Meter: no connection to kernel %s: %r", self._kernel_id, error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _request(self) -> HTTPRequest:
        """Get address and credentials from the gateway's client, which belongs to the server's loop."""

        async def prepare() -> HTTPRequest:
            client: Any = GatewayClient.instance()
            self._is_busy = self._manager.execution_state == "busy"
            path = url_path_join(client.ws_url, client.kernels_endpoint, quote(self._kernel_id), "channels")
            return HTTPRequest(f"{path}?session_id={uuid.uuid4()}", **client.load_connection_args())

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(prepare(), self._server_loop))

    async def _read_until_quiet(self, connection: WebSocketClientConnection) -> bool:
        """Read messages until the kernel is quiet (returns True) or the connection is lost (False)."""
        try:
            while True:
                self._is_active.clear()
                try:
                    message = await asyncio.wait_for(connection.read_message(), QUIET_S)
                except asyncio.TimeoutError:
                    if not self._is_busy:
                        return True
                    continue
                if message is None:
                    return False
                if isinstance(message, str):  # messages with buffers are bytes; ours has none
                    self._handle(message)
        finally:
            connection.close()

    def _handle(self, text: str) -> None:
        if _OURS not in text and '"execution_state"' not in text:
            return
        try:
            message = json.loads(text)
            kind, content = message["header"]["msg_type"], message["content"]
            parent = message.get("parent_header", {}).get("msg_type")
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        if kind == "status" and parent == "execute_request":
            self._is_busy = content.get("execution_state") == "busy"
        elif kind == "comm_msg":
            self._accept(self._kernel_id, content)
