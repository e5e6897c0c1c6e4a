"""Pokes the other living services of the folder after a commit to the ledger that they share.

Rounds of pokes follow one another, at most four a second, so that a burst of calls costs only a few pokes.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest

from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.service.rendezvous import living_peers
from llm_meter_tap.wire.rendezvous import ServiceAddress

ROUND_PAUSE_S = 0.25
PATIENCE_S = 5.0


class Peers:
    """The other services on one folder.

    Args:
        folder: The private folder.
        own_stem: Our own rendezvous.
        background: Runs the rounds.
        log: Names peers that do not answer, at debug level: they read the ledger at the next request anyway.
    """

    def __init__(self, folder: Path, own_stem: str, *, background: Background, log: logging.Logger) -> None:
        self._folder = folder
        self._own_stem = own_stem
        self._background = background
        self._log = log
        self._is_due = False
        self._round: asyncio.Task[None] | None = None

    def notify_soon(self) -> None:
        """Poke every peer; called on the service's loop after a commit, returns at once."""
        self._is_due = True
        if self._round is None or self._round.done():
            self._round = self._background.start(self._poke_while_due())

    async def drain(self) -> None:
        """Wait for the pokes that are due."""
        if self._round is not None:
            await asyncio.wait([self._round])

    async def _poke_while_due(self) -> None:
        while self._is_due:
            self._is_due = False
            peers = await asyncio.to_thread(living_peers, self._folder, self._own_stem)
            await asyncio.gather(*(self._poke(peer) for peer in peers))
            await asyncio.sleep(ROUND_PAUSE_S if peers else 0)

    async def _poke(self, peer: ServiceAddress) -> None:
        request = HTTPRequest(
            f"http://{peer.address}:{peer.port}/v1/poke",
            method="POST",
            body=b"",
            headers={"Authorization": f"Bearer {peer.secret}"},
            request_timeout=PATIENCE_S,
        )
        try:
            await AsyncHTTPClient().fetch(request)
        except (OSError, HTTPError) as error:
            self._log.debug("LLM Meter: service %s did not answer a poke: %s", peer.stem, error)
