"""One process whose calls are timed by `beside_otel.py`: bare, metered, or instrumented by OpenTelemetry.

Reads what to call and how often from standard input, one line each, and prints the times, one line each.
OpenTelemetry's spans go where they go in earnest, through the batch processor, and then nowhere.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

import httpx
import openai
from loopback import BODY

INSTRUMENTORS = {
    "otel-httpx": ("opentelemetry.instrumentation.httpx", "HTTPXClientInstrumentor"),
    "otel-openai-v2": ("opentelemetry.instrumentation.openai_v2", "OpenAIInstrumentor"),
    "traceloop-openai": ("opentelemetry.instrumentation.openai", "OpenAIInstrumentor"),
}


def instrument(name: str) -> list[int]:
    """Switch an instrumentation on; returns a list that grows by one for each span with token figures."""
    from opentelemetry import trace
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    seen: list[int] = []

    class Nowhere(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            seen.extend(1 for span in spans if "gen_ai.usage.input_tokens" in (span.attributes or {}))
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    trace.set_tracer_provider(provider)
    module, instrumentor = INSTRUMENTORS[name]
    getattr(import_module(module), instrumentor)().instrument()
    return seen


def calls(root: str) -> dict[str, Callable[[], Iterable[Any]]]:
    """What can be called, by name: each makes a request and gives what is to be iterated over."""
    bare = httpx.Client()
    sdk = {
        kind: openai.OpenAI(base_url=f"{root}/{kind}/v1", api_key="sk-bench", max_retries=0)
        for kind in ("json", "sse")
    }

    def httpx_json() -> Iterable[Any]:
        bare.post(f"{root}/json/v1/chat/completions", json=BODY)
        return ()

    def httpx_stream() -> Iterable[Any]:
        request = bare.build_request("POST", f"{root}/sse/v1/chat/completions", json=BODY)
        return bare.send(request, stream=True).iter_bytes()

    def openai_json() -> Iterable[Any]:
        sdk["json"].chat.completions.create(**BODY)
        return ()

    def openai_stream() -> Iterable[Any]:
        wanted = {"stream": True, "stream_options": {"include_usage": True}}
        return sdk["sse"].chat.completions.create(**BODY, **wanted)

    return {
        "httpx json": httpx_json,
        "openai json": openai_json,
        "httpx stream": httpx_stream,
        "openai stream": openai_stream,
    }


def timed(call: Callable[[], Iterable[Any]], times: int, ended: float) -> dict[str, float]:
    """Microseconds for a call or a piece.

    Args:
        call: What is timed.
        times: How often it is made.
        ended: The process's time when the round before ended.

    Returns:
        Those of the user's thread, of the process meanwhile, of the process since `ended` (so with what it
        did after that round; of a stream with its request), and on the clock.
    """
    spent = [0.0, 0.0, 0.0]
    count = 0
    for _ in range(times):
        began = _clocks()
        pieces = call()
        if pieces != ():
            # Of a stream the pieces are measured, not the request.
            began = _clocks()
            count += sum(1 for _ in pieces)
        else:
            count += 1
        spent = [sum_ + now - then for sum_, now, then in zip(spent, _clocks(), began, strict=True)]
    thread, process, wall = (value / count * 1e6 for value in spent)
    whole = (time.process_time() - ended) / count * 1e6
    return {"thread": thread, "process": process, "whole": whole, "wall": wall}


def _clocks() -> tuple[float, float, float]:
    return time.thread_time(), time.process_time(), time.perf_counter()


def main() -> None:
    """Answer until standard input ends; then say how many spans with figures there were."""
    name, root = sys.argv[1:]
    seen = instrument(name) if name in INSTRUMENTORS else []
    known = calls(root)
    ended = time.process_time()
    for line in sys.stdin:
        asked, times = json.loads(line)
        print(json.dumps(timed(known[asked], times, ended)), flush=True)
        ended = time.process_time()
    if name in INSTRUMENTORS:
        from opentelemetry import trace

        trace.get_tracer_provider().shutdown()
    print(len(seen), flush=True)


if __name__ == "__main__":
    main()
