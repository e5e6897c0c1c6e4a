"""Measures what a call costs in the tap alone, without a library: many times in a row, and after a pause.

    python bench/call_cost.py

Prints microseconds of processor time. A thread that has waited, as every caller of an LLM does, finds the
processor's caches and predictors with others: the same instructions take longer, the user's own included.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time

from loopback import BODY

from llm_meter_tap import tap
from llm_meter_tap.calls.entry import OutgoingRequest, open_call

CALLS = 500
PAUSES_S = (0.0, 0.0005, 0.005)
HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-bench"}
ASKED = json.dumps(BODY).encode()
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-5-2025",
        "choices": [{"index": 0, "message": {"content": "x" * 1700}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
).encode()


def call(pause_s: float) -> float:
    """One call; returns the microseconds before it leaves and after its answer came."""
    began = time.thread_time()
    path = "/v1/chat/completions"
    request = OutgoingRequest("POST", "api.openai.com", None, "https", path, "", HEADERS, ASKED)
    opened = open_call(request)
    spent = time.thread_time() - began
    if pause_s:
        time.sleep(pause_s)
    began = time.thread_time()
    opened.responded(200, {"content-type": "application/json"})
    opened.feed(ANSWER)
    opened.ended()
    spent += time.thread_time() - began
    if pause_s:
        time.sleep(pause_s)
    return spent * 1e6


def main() -> None:
    """Print the median for each pause."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LLM_METER_DIR"] = folder
        for pause_s in PAUSES_S:
            call(pause_s)
            spent = statistics.median(call(pause_s) for _ in range(CALLS))
            print(f"paused for {pause_s * 1e3:3.1f} ms   {spent:6.1f} us a call")
        tap.close_tap()


if __name__ == "__main__":
    main()
