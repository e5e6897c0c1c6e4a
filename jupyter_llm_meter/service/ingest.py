"""From lines to the ledger: what every call passes on its way in, whether a tap sent it or a spool held it.

Owns completing a record (counted tokens, owner, notebook, project) and the answer to a tap. A call is
acknowledged after its commit, never before; the ledger makes a second arrival of the same call harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from jupyter_llm_meter.core.standing import Alert
from jupyter_llm_meter.ledger import Ledger, Part, Seen, Settled
from jupyter_llm_meter.ledger.access import LedgerAccess
from jupyter_llm_meter.ledger.rows import Row
from jupyter_llm_meter.service.context import Kernels, Limits
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.lines import Line, read_lines
from jupyter_llm_meter.service.notices import notice
from jupyter_llm_meter.service.owner import Owner
from llm_meter_tap.wire.record import CallRecord

MOST_AT_ONCE = 500
"""Calls of one transaction: a long spool must not hold the ledger's write lock for long."""


@dataclass
class Receipt:
    """The answer to lines.

    Attributes:
        acknowledged: Calls whose lines need not be sent again.
        notices: One line of text for each threshold that these lines crossed.
        errors: One sentence for each line that could not be read.
    """

    acknowledged: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Ingest:
    """The way into one ledger.

    Args:
        ledger: The ledger.
        limits: The limits in force.
        kernels: Where kernels belong.
        counting: Counts the text of calls without figures.
        owner: Whose calls they are when a record does not say.
        committed: Called on the service's loop with what a transaction changed.
    """

    def __init__(
        self,
        ledger: LedgerAccess,
        limits: Limits,
        kernels: Kernels,
        counting: Counting,
        owner: Owner,
        committed: Callable[[Settled], None],
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._kernels = kernels
        self._counting = counting
        self._owner = owner
        self._committed = committed

    async def take_lines(self, body: bytes) -> Receipt:
        """Take the lines of a tap.

        Raises:
            LedgerUnavailable: Nothing of them was kept.
        """
        lines = read_lines(body)
        records = [await self._measured(line) for line in lines.settled()]
        crossed = await self.take_records(records, lines.dropped())
        return Receipt(
            acknowledged=list(dict.fromkeys(line.call_id for line in lines.read)),
            notices=[notice(alert) for alert in crossed if not alert.is_refusal],
            errors=lines.errors,
        )

    async def take_records(self, records: Sequence[CallRecord], dropped: Sequence[str] = ()) -> list[Alert]:
        """Commit records, each call once however often it comes.

        Args:
            records: Finished calls.
            dropped: Calls that were never sent: what they had reserved is given back.

        Returns:
            The alerts that they gave rise to.

        Raises:
            LedgerUnavailable: The last transaction was not kept.
        """
        crossed: list[Alert] = []
        for start in range(0, len(records) or bool(dropped), MOST_AT_ONCE):
            batch = [await self.placed(record) for record in records[start : start + MOST_AT_ONCE]]
            given_back = () if start else dropped
            settled = await self._ledger.use(
                lambda ledger, batch=batch, given_back=given_back: ledger.settle(  # type: ignore[misc]
                    batch, self._limits.current(), datetime.now(timezone.utc), given_back
                )
            )
            crossed += settled.crossed
            self._committed(settled)
        return crossed

    async def take_over(self, parts: Sequence[Part], seen: Sequence[Seen]) -> dict[str, int]:
        """Commit what pages counted without the service, each part once.

        Returns:
            The revision up to which the ledger has each part, by the part's id.

        Raises:
            LedgerUnavailable: The last part was not kept.
        """
        taken = {}
        for part in parts:
            mine = replace(
                part,
                records=[await self.placed(record) for record in part.records],
                sums=[self._owned(row) for row in part.sums],
            )
            taken[part.id], settled = await self._ledger.use(
                lambda ledger, mine=mine: self._take_part(ledger, mine, seen)  # type: ignore[misc]
            )
            self._committed(settled)
        return taken

    def _take_part(self, ledger: Ledger, part: Part, seen: Sequence[Seen]) -> tuple[int, Settled]:
        limits, now = self._limits.current(), datetime.now(timezone.utc)
        outcome = ledger.take_over(part, limits, now)
        ledger.pass_over(seen, limits, now)
        return outcome

    def _owned(self, row: Row) -> Row:
        return {**row, "user_id": self._owner.user, "team": row["team"] or self._owner.team}

    async def _measured(self, line: Line) -> CallRecord:
        assert line.record is not None
        return line.record if line.text is None else await self._counting.fill_in(line.record, line.text)

    async def placed(self, record: CallRecord) -> CallRecord:
        """Fill in whose a call is and where it belongs."""
        path, project = record.notebook_path, record.project
        if record.kernel_id and not (path and project):
            context = await self._kernels.context(record.kernel_id)
            path, project = path or context.notebook_path, project or context.project
        return replace(
            record,
            user_id=record.user_id or self._owner.user,
            team=record.team or self._owner.team,
            notebook_path=path,
            project=project,
        )
