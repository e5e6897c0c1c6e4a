"""Counting tokens for calls of which the provider reported nothing, and for those who ask.

Owns the worker thread: one text at a time, off the service's loop, and no text outlives its count.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from jupyter_llm_meter.service.lines import Text
from jupyter_llm_meter.service.problems import Problems
from jupyter_llm_meter.tokenizers import Count, RanksMissing, count
from llm_meter_tap.call_record import CallRecord

PROBLEM = "tokenizer-missing"

_BASIS = {"ok": "counted", "aborted": "partial"}


class Counting:
    """The tokenizers of one service.

    Args:
        problems: Told when the installation lacks its tokenizers.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="llm-meter-count")

    async def count(self, text: str, model: str | None = None, tokenizer: str | None = None) -> Count:
        """Count the tokens of a text.

        Raises:
            UnknownTokenizer: The tokenizer is none of ours.
            RanksMissing: The installation lacks its rank files.
        """
        return await asyncio.get_running_loop().run_in_executor(self._worker, count, text, model, tokenizer)

    async def fill_in(self, record: CallRecord, text: Text) -> CallRecord:
        """Return the record with counted figures when it came without any, else as it is."""
        basis = _BASIS.get(record.status)
        if record.basis != "missing" or basis is None:
            return record
        try:
            read = await self._count_part(text.input, record)
            written = await self._count_part(text.output, record)
        except RanksMissing as error:
            self._problems.report(PROBLEM, str(error))
            return record
        counted = read or written
        if counted is None:
            return record
        return replace(
            record,
            basis=basis,
            input_tokens=read.tokens if read else record.input_tokens,
            output_tokens=written.tokens if written else record.output_tokens,
            tokenizer=counted.tokenizer,
        )

    def close(self) -> None:
        """Wait for the count under way."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    async def _count_part(self, text: str | None, record: CallRecord) -> Count | None:
        if text is None:
            return None
        return await self.count(text, record.response_model or record.request_model)
