"""The kernel message as the service reads it, held to the vectors that the page is held to as well."""

import json
from pathlib import Path

import pytest

from jupyter_llm_meter.service.kernel_message import read_message

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "kernel-message.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_a_message_is_read_as_in_the_vectors(case):
    message = read_message(case["content"], "kernel-1")
    if case["service"] is None:
        assert message is None
        return
    record = message.record
    assert case["service"] == {
        "tap": message.tap,
        "seq": message.seq,
        "recent": list(message.recent),
        "input_tokens": message.input_tokens,
        "output_tokens": message.output_tokens,
        "call_id": record and record.call_id,
    }
    # A message says nothing of other kernels, and its source is the message.
    assert record is None or (record.kernel_id, record.source) == ("kernel-1", "message")
