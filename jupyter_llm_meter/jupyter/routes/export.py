"""``GET export``: the calls as a file, streamed.

The service's threads read and write one piece at a time, so that an export of any length takes the same
memory and the server's loop stays free. When the ledger goes away half-way, the connection is broken off, so
that the user sees a failed download instead of a file that looks whole.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from tornado.iostream import StreamClosedError

from jupyter_llm_meter.core.windows import local_time
from jupyter_llm_meter.exports import FORMS, PARQUET_NEEDS, Writer, is_available
from jupyter_llm_meter.jupyter.errors import FormatUnavailable
from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded
from jupyter_llm_meter.ledger import Answers, Filter, LedgerUnavailable
from jupyter_llm_meter.service.arguments import choice
from jupyter_llm_meter.service.filter_arguments import SEARCH_ARGUMENTS, read_archived, read_filter
from llm_meter_tap.wire.record import CallRecord

TICK = timedelta(microseconds=1)


class ExportHandler(MeterHandler):
    """``GET export``."""

    arguments = ("format", "archived", *SEARCH_ARGUMENTS)

    @guarded
    async def get(self) -> None:
        """Answer with the calls, oldest first."""
        form = choice("format", self.get_query_argument("format", "csv"), tuple(FORMS))
        which, archived = read_filter(self, is_searched=True), read_archived(self)
        if not is_available(form):
            raise FormatUnavailable(PARQUET_NEEDS)
        with ExitStack() as stack:
            if archived:
                opened = await self.query(lambda ledger: stack.enter_context(ledger.with_archived(which)))
                await self._export(form, which, opened)
            else:
                await self._export(form, which)

    async def _export(self, form: str, which: Filter, opened: Answers | None = None) -> None:
        """Write the calls, of what was opened or of the ledger itself."""
        writer = FORMS[form].writer()
        last, piece = await self._piece_after(None, writer, which, opened)
        name = file_name(form, which, ZoneInfo(self.time_zone), datetime.now(timezone.utc))
        self.set_header("Content-Type", FORMS[form].media_type)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.write(writer.start_file() + piece)
        try:
            while last is not None:
                await self.flush()
                last, piece = await self._piece_after(last, writer, which, opened)
                self.write(piece)
            self.finish(writer.end_file(), set_content_type=FORMS[form].media_type)
        except StreamClosedError:
            pass  # the client has left
        except LedgerUnavailable:
            self.log.warning("LLM Meter: an export was broken off because the ledger cannot be reached")
            self.detach().close()

    async def _piece_after(
        self, last: CallRecord | None, writer: Writer, which: Filter, opened: Answers | None
    ) -> tuple[CallRecord | None, bytes]:
        return await self.query(lambda ledger: _next_piece(opened or ledger, writer, last, which))


def _next_piece(
    ledger: Answers, writer: Writer, last: CallRecord | None, which: Filter
) -> tuple[CallRecord | None, bytes]:
    """The calls after one, written, and the last of them; None and nothing after the last."""
    records = ledger.records_after(last, which)
    return (records[-1], writer.write_calls(records)) if records else (None, b"")


def file_name(form: str, which: Filter, zone: ZoneInfo, now: datetime) -> str:
    """A name that says what is in the file: ``llm-meter_2026-11-01_2026-11-30.csv``, first and last day.

    Args:
        form: The form's name.
        which: The calls in the file; without a start only the last day is named.
        zone: Of the days.
        now: The last day, unless the range ends before.
    """
    last = now if which.end is None else min(now, which.end - TICK)
    moments = [last] if which.start is None else [which.start, max(last, which.start)]
    days = dict.fromkeys(local_time(at, zone).date().isoformat() for at in moments)
    return "_".join(["llm-meter", *days]) + f".{form}"
