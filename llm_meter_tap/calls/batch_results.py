"""The calls that a file of batch results, or the stream of a session, reports.

The same request also reads input files of batches and of training. Their lines are not results.
"""

from __future__ import annotations

import re

from llm_meter_tap.formats.format import Result
from llm_meter_tap.formats.registry import BATCH_RESULTS
from llm_meter_tap.wire.json_values import mapping, parse

# Every result has one of these, so that other lines are not parsed.
_MAY_BE = re.compile(rb'"(?:response|result|(?:span\.)?model_request_end|agent\.session\.turn\.\w+)"').search


def result_of(line: bytes) -> Result | None:
    """Read the call that a line of results reports; None for one that failed, which costs nothing."""
    if not _MAY_BE(line):
        return None
    # Of a stream, an event with a result is one line.
    document = mapping(parse(line.removeprefix(b"data:")))
    return next((found for found in (read(document) for read in BATCH_RESULTS) if found is not None), None)
