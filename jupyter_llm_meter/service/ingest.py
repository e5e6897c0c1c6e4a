"""The path of every call into the ledger, whether a tap sends it or a spool holds it.

A record is completed first (counted tokens, owner, notebook, project). A call is acknowledged after its
commit, never before; the ledger makes a second arrival of the same call harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial

from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.limit_names import limit_of_id
from jupyter_llm_meter.ledger import (
    DrawnUse,
    Ledger,
    LedgerAccess,
    Places,
    Row,
    Seen,
    Settled,
    TakeoverPart,
)
from jupyter_llm_meter.service.completion import Completion
from jupyter_llm_meter.service.context import Limits
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.lines import SpoolLine, read_lines
from jupyter_llm_meter.service.notices import notice
from jupyter_llm_meter.service.signals import Signals
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
        drawn: What calls used that were drawn from allotments.
        recalled: Those of the allotments that another call waits for.
        dropped: Calls that were never sent.
    """

    acknowledged: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    drawn: list[DrawnUse] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


class Ingest:
    """Commits calls to one ledger.

    Args:
        ledger: The ledger.
        limits: The limits in force.
        completion: Fills in whose a call is and where it belongs.
        counting: Counts the text of calls without figures.
        signals: Where each transaction is announced.
        tap_reported: Called with the id of a kernel in or below which a tap reports a call; returns whether
            the kernel was listed as not metered.
        currency: What notices show beside dollars.
        notify: Shows the notices of crossed thresholds; without it they are in the answer to the tap.
    """

    def __init__(
        self,
        *,
        ledger: LedgerAccess,
        limits: Limits,
        completion: Completion,
        counting: Counting,
        signals: Signals,
        tap_reported: Callable[[str], bool],
        notify: Callable[[str], None] | None = None,
        currency: Currency | None = None,
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._completion = completion
        self._counting = counting
        self._signals = signals
        self._tap_reported = tap_reported
        self._notify = notify
        self._currency = currency

    async def accept_lines(self, body: bytes) -> Receipt:
        """Commit the lines of a tap.

        Raises:
            LedgerUnavailable: Nothing of them was kept.
        """
        lines = read_lines(body)
        self._find_taps(lines.read)
        records = [await self._counted(line) for line in lines.settled()]
        settled: list[Settled] = []
        notices = await self.settle_calls(records, lines.dropped(), settled.append)
        return Receipt(
            acknowledged=list(dict.fromkeys(line.call_id for line in lines.read)),
            notices=notices,
            errors=lines.errors,
            drawn=[use for each in settled for use in each.drawn],
            recalled=sorted({name for each in settled for name in each.recalled}),
            dropped=lines.dropped(),
        )

    async def settle_calls(
        self,
        records: Sequence[CallRecord],
        dropped: Sequence[str] = (),
        note: Callable[[Settled], object] = lambda _settled: None,
    ) -> list[str]:
        """Commit records, each call once however often it comes.

        Args:
            records: Finished calls.
            dropped: Calls that were never sent: what they had reserved is released.
            note: Gets what became of each transaction's records.

        Returns:
            The notices of crossed thresholds that have not been shown.

        Raises:
            LedgerUnavailable: The last transaction was not kept.
        """
        notices: list[str] = []
        for start in range(0, len(records) or bool(dropped), MOST_AT_ONCE):
            batch = [self._completion.complete(each) for each in records[start : start + MOST_AT_ONCE]]
            places = await self._completion.places(batch)
            settled = await self._ledger.use(partial(self._settle, batch, () if start else dropped, places))
            notices += self._announce(settled)
            note(settled)
        return notices

    async def take_over(self, parts: Sequence[TakeoverPart], seen: Sequence[Seen]) -> dict[str, int]:
        """Commit what pages counted in local mode, each part once.

        Returns:
            The revision up to which the ledger has each part, by the part's id.

        Raises:
            LedgerUnavailable: The last part was not kept.
        """
        taken = {}
        for part in parts:
            completed = replace(
                part,
                records=[self._completion.complete(record) for record in part.records],
                sums=[self._owned(row) for row in part.sums],
            )
            places = await self._completion.places(completed.records)
            taken[part.id], settled = await self._ledger.use(
                partial(self._take_part, completed, seen, places)
            )
            self._announce(settled)
        return taken

    def _find_taps(self, lines: Sequence[SpoolLine]) -> None:
        """Find the kernels that have a tap in or below them, before their calls have ended."""
        kernel_ids = {line.record.kernel_id for line in lines if line.record is not None}
        news = [kernel_id for kernel_id in kernel_ids if kernel_id and self._tap_reported(kernel_id)]
        if news:
            self._signals.standing_changed()

    def _settle(
        self, records: Sequence[CallRecord], dropped: Sequence[str], places: Places, ledger: Ledger
    ) -> Settled:
        return ledger.settle(records, self._limits.current(), datetime.now(timezone.utc), dropped, places)

    def _take_part(
        self, part: TakeoverPart, seen: Sequence[Seen], places: Places, ledger: Ledger
    ) -> tuple[int, Settled]:
        limits, now = self._limits.current(), datetime.now(timezone.utc)
        outcome = ledger.take_over(part, limits, now, places)
        ledger.pass_over(seen, limits, now)
        return outcome

    def _announce(self, settled: Settled) -> list[str]:
        """Announce a transaction; returns the notices that are left for the tap to show."""
        limits = {limit.id: limit for limit in self._limits.current()} if settled.crossed else {}
        notices = [
            notice(
                alert,
                limits.get(alert.limit_id) or limit_of_id(alert.limit_id, alert.unit),
                self._currency,
            )
            for alert in settled.crossed
            if not alert.is_refusal
        ]
        if self._notify is not None:
            for text in notices:
                self._notify(text)
            notices = []
        self._signals.committed.emit(settled)
        return notices

    def _owned(self, row: Row) -> Row:
        owner = self._completion.owner
        return {**row, "user_id": owner.user, "team": row["team"] or owner.team}

    async def _counted(self, line: SpoolLine) -> CallRecord:
        assert line.record is not None
        return line.record if line.text is None else await self._counting.fill_in(line.record, line.text)
