"""What a service needs of a ledger above its own, whose limits hold as well: that of a hub.

`jupyter_llm_meter.hub.client` is one. A service without a hub has none, and loads nothing of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.service.reservation_request import IncomingRequest

if TYPE_CHECKING:
    from jupyter_llm_meter.service.service import Service

Answer = dict[str, Any]
"""An answer of the loopback API (docs/reference/protocol.md)."""


class Upstream(Protocol):
    """A ledger above a service's own; methods run on the service's loop, where nothing else is said."""

    def attach(self, service: Service) -> None:
        """Learn which service this is; before it starts, on any thread."""

    def start(self) -> None:
        """Begin to relay calls."""

    async def stop(self) -> None:
        """Relay what can be relayed at once, and end."""

    def limits(self) -> Sequence[Limit] | None:
        """Return the limits of that ledger; None while they are not known. From any thread."""

    def standings(self) -> Sequence[Answer]:
        """Return the entries of its standings that concern this user. From any thread."""

    async def reserve(
        self, request: IncomingRequest, ask_own: Callable[[IncomingRequest], Awaitable[Answer]]
    ) -> Answer:
        """Decide whether a call may be sent, by the limits of both ledgers.

        Args:
            request: The call.
            ask_own: Asks this service's own ledger.

        Raises:
            LedgerUnavailable: One of them does not answer; the tap goes by ``on_unreachable``.
        """

    async def renew(self, ids: Sequence[str], renewed: Sequence[str]) -> list[str]:
        """Renew leases there too.

        Args:
            ids: What the tap holds.
            renewed: Those of the ids that the service's own ledger has renewed.

        Returns:
            The ids that hold in each ledger that they are held in.
        """

    async def give_back(self, returned: Sequence[AllotmentReturn]) -> Sequence[AllotmentReturn]:
        """Give back what is held there; returns what concerns the service's own ledger."""

    def drop(self, call_ids: Sequence[str]) -> None:
        """Release there, soon, what calls held that were never sent."""

    def recalled(self, allotment_ids: Sequence[str]) -> list[str]:
        """Return those of some allotments that another call waits for there."""
