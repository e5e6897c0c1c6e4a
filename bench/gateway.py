"""What the plugin adds to a call through LiteLLM's real proxy: with it and without it, in one run.

    LLM_METER_TEST_LITELLM_PYTHON=PYTHON python bench/gateway.py [CALLS]

PYTHON has LiteLLM and this project. Two proxies stand in front of one stand-in provider; the hub's service is
real, on SQLite, and has a hard limit, so that every call is reserved and settled. Calls alternate between the
two, one at a time, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests/jupyter_llm_meter/litellm")]

from hub_services import HubProcess  # noqa: E402
from proxy_process import PYTHON, Proxy, StandIn, chat  # noqa: E402

from jupyter_llm_meter.ledger import sqlite_url  # noqa: E402

WARM_UP = 20
LIMITS = [{"scope": "user", "window": "day", "unit": "USD", "amount": 1000, "on_exceed": "block"}]


def call_ms(proxy: Proxy, token: str) -> float:
    """Milliseconds of one call, on a connection of its own."""
    began = time.perf_counter()
    status, _headers, text = proxy.post("/v1/chat/completions", token, chat(max_tokens=16))
    if status != 200:
        raise SystemExit(f"The proxy answered {status}: {text}")
    return 1000 * (time.perf_counter() - began)


def at(times: list[float], percent: int) -> float:
    """A percentile."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def main(calls: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hub, upstream = HubProcess(sqlite_url(folder / "ledger.sqlite3"), LIMITS), StandIn()
        proxies = {}
        for kind, plugin in (("without", ""), ("with", None)):
            (folder / kind).mkdir()
            more = {} if plugin is None else {"plugin": plugin}
            proxies[kind] = Proxy(folder / kind, upstream.url, hub.url, **more)
        try:
            hub.start()
            for proxy in proxies.values():
                proxy.start()
            tokens = {"without": proxies["without"].environment["LITELLM_MASTER_KEY"], "with": "ann"}
            times: dict[str, list[float]] = {kind: [] for kind in proxies}
            for number in range(WARM_UP + calls):
                for kind, proxy in proxies.items():
                    took = call_ms(proxy, tokens[kind])
                    if number >= WARM_UP:
                        times[kind].append(took)
        finally:
            for proxy in proxies.values():
                proxy.kill()
            upstream.stop()
            hub.kill()
    for percent in (50, 99):
        without, with_plugin = at(times["without"], percent), at(times["with"], percent)
        print(
            f"p{percent}: {without:.1f} ms without, {with_plugin:.1f} ms with the plugin,"
            f" {with_plugin - without:+.1f} ms ({calls} calls each)"
        )


if __name__ == "__main__":
    if PYTHON is None:
        raise SystemExit(__doc__)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
