"""Counting tokens for calls without reported usage, and for programs that ask.

A worker thread counts one text at a time, off the service's loop, and no text is kept. The tokens that a
provider adds around the text of a chat are counted by `tokenizers/framing.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.lines import CallText, Framing
from jupyter_llm_meter.tokenizers import Count, RanksMissing, count
from jupyter_llm_meter.tokenizers.call_text import count_input, count_output
from jupyter_llm_meter.tokenizers.framing import PLAIN, Overhead, overhead_of
from llm_meter_tap.wire.record import CallRecord

_CountSide = Callable[[str, Mapping[str, int], Overhead, "str | None"], Count]

PROBLEM = "tokenizer-missing"

# The texts of other operations have no framing.
_FRAMED = ("chat", "generate_content")
# A tap of an older version sends the text without framing.
_UNFRAMED = Framing("", {}, {})
_BASIS = {"ok": "counted", "aborted": "partial"}


class Counting:
    """The tokenizers of one service.

    Args:
        problems: Takes the problem of missing tokenizers.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="llm-meter-count")

    async def count(self, text: str, model: str | None = None, tokenizer: str | None = None) -> Count:
        """Count the tokens of a text.

        Raises:
            UnknownTokenizer: The tokenizer is not one of those shipped.
            RanksMissing: The installation lacks its rank files.
        """
        return await asyncio.get_running_loop().run_in_executor(self._worker, count, text, model, tokenizer)

    async def fill_in(self, record: CallRecord, text: CallText) -> CallRecord:
        """Return the record with counted figures when it came without any, else as it is."""
        basis = _BASIS.get(record.status)
        if record.basis != "missing" or basis is None:
            return record
        framing = text.framing or _UNFRAMED
        try:
            read = await self._count_part(count_input, text.input, framing.input, record, framing.api)
            written = await self._count_part(count_output, text.output, framing.output, record, framing.api)
        except RanksMissing as error:
            self._problems.report(PROBLEM, error.explanation)
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

    async def count_input(self, record: CallRecord, text: CallText | None) -> int | None:
        """Count the text that a call is about to send; None without a text or a tokenizer."""
        if text is None:
            return None
        framing = text.framing or _UNFRAMED
        try:
            read = await self._count_part(count_input, text.input, framing.input, record, framing.api)
        except RanksMissing as error:
            self._problems.report(PROBLEM, error.explanation)
            return None
        return None if read is None else read.tokens

    def close(self) -> None:
        """Wait for the count under way."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    async def _count_part(
        self, count_side: _CountSide, part: str | None, counts: dict[str, int], record: CallRecord, api: str
    ) -> Count | None:
        if part is None:
            return None
        model = record.response_model or record.request_model
        is_framed = api and record.operation_name in _FRAMED
        figures = overhead_of(model, record.provider_name, api) if is_framed else PLAIN
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, count_side, part, counts, figures, model
        )
