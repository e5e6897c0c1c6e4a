"""What the sender does for the shares of hard limits that this process holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from llm_meter_tap.delivery.service_client import ServiceClient
    from llm_meter_tap.wire.record import CallRecord


class HeldLimits(Protocol):
    """The allotments of this process, see `llm_meter_tap.limits.allotments`."""

    def ended(self, record: CallRecord) -> None:
        """Note that a call settled."""

    def dropped(self, call_id: str) -> None:
        """Note that nothing of a call reached the network."""

    def delivered(self, call_ids: list[str], drawn: list[Any], recalled: list[Any]) -> None:
        """Note what the service says of settled calls."""

    def lost(self, ids: set[str]) -> None:
        """Forget what the service does not hold any more."""

    def due_in_s(self) -> float | None:
        """Seconds until something is to be given back; None while nothing is held."""

    def give_back(self, client: ServiceClient, is_all: bool = False) -> None:
        """Give back what is not needed."""
