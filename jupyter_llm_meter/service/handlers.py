"""The listener's answers about calls in flight (docs/architecture.md, "A hard limit")."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from jupyter_llm_meter.ledger.access import LedgerUnavailable
from jupyter_llm_meter.service.desk import ListenerHandler
from jupyter_llm_meter.service.reserve_request import RequestError, read_ids, read_reserve, read_usage


class _AskingHandler(ListenerHandler):
    """A question to the ledger about calls."""

    def ask(self) -> Awaitable[dict[str, Any]]:
        """Read the body and put the question."""
        raise NotImplementedError

    async def post(self) -> None:
        """Answer, or say why not."""
        try:
            self.finish(await self.ask())
        except RequestError as error:
            self.refuse(400, str(error))
        except LedgerUnavailable as error:
            self.refuse(503, str(error))


class ReserveHandler(_AskingHandler):
    """``POST /v1/reserve``."""

    def ask(self) -> Awaitable[dict[str, Any]]:
        """Ask whether a call may be sent."""
        return self.desk.reserve(read_reserve(self.request.body))


class RenewHandler(_AskingHandler):
    """``POST /v1/renew``."""

    def ask(self) -> Awaitable[dict[str, Any]]:
        """Ask for the leases of calls in flight to begin anew."""
        return self.desk.renew(read_ids(self.request.body))


class UsageHandler(_AskingHandler):
    """``POST /v1/usage``."""

    def ask(self) -> Awaitable[dict[str, Any]]:
        """Ask for the sums of some calls."""
        return self.desk.usage(read_usage(self.request.body))
