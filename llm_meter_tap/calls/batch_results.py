"""The calls that a file of batch results reports.

Input files of batches and of training are read by the same request; their lines are no results.
"""

from __future__ import annotations

from llm_meter_tap.formats.format import Result
from llm_meter_tap.formats.registry import BATCH_RESULTS
from llm_meter_tap.wire.json_values import mapping, parse


def result_of(line: bytes) -> Result | None:
    """Read the call that a line of results reports; None for one that failed, which costs nothing."""
    # Every result has one of these two members, so that the lines of other files are not parsed.
    if b'"response"' not in line and b'"result"' not in line:
        return None
    document = mapping(parse(line))
    return next((found for found in (read(document) for read in BATCH_RESULTS) if found is not None), None)
