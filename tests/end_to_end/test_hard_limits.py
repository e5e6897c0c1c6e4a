"""A hard limit and the cap of a run hold in a real lab, across a kernel's threads and child processes."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.lab import Lab, LabKernel

MOST = 12
LIMIT = {"window": "total", "unit": "calls", "amount": MOST, "on_exceed": "block"}

SET_UP = f"""
import asyncio, openai, subprocess
from llm_meter_tap.limits import reservation
reservation._PATIENCE_S = 120.0  # a busy machine is no service that is away
from concurrent.futures import ThreadPoolExecutor
from llm_meter_tap import LimitExceeded
client, aclient = openai.OpenAI(), openai.AsyncOpenAI()
asked = dict(model="gpt-4o", max_tokens=50, messages=[{{"role": "user", "content": "Say hi"}}])
def call(_=None):
    try: client.chat.completions.create(**asked)
    except LimitExceeded as refusal: return refusal.standing["limit"]["id"].split("/")[0].split("=")[0]
    return "ok"
async def acall():
    try: await aclient.chat.completions.create(**asked)
    except LimitExceeded as refusal: return refusal.standing["limit"]["id"].split("/")[0].split("=")[0]
    return "ok"
PROGRAM = '''
import openai
from concurrent.futures import ThreadPoolExecutor
from llm_meter_tap import LimitExceeded
client = openai.OpenAI()
def call(_):
    try: client.chat.completions.create(model="gpt-4o", messages=[{{"role": "user", "content": "Say hi"}}])
    except LimitExceeded: return "refused"
    return "ok"
print(*ThreadPoolExecutor(4).map(call, range(8)))
'''
def children(number):
    started = [subprocess.Popen([{sys.executable!r}, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
               for _ in range(number)]
    return [word for child in started for word in child.communicate()[0].split()]
"""


@pytest.fixture
def kernel(tmp_path: Path, standin: dict[str, str]) -> Iterator[tuple[Lab, LabKernel]]:
    lab = Lab(tmp_path / "lab", standin)
    config = Path(lab.environment["JUPYTER_CONFIG_DIR"])
    config.mkdir(parents=True)
    (config / "jupyter_server_config.json").write_text(json.dumps({"LLMMeter": {"limits": [LIMIT]}}))
    lab.start()
    try:
        with lab.kernel() as kernel:
            kernel.run(SET_UP)
            yield lab, kernel
    finally:
        lab.stop()


def test_neither_a_limit_nor_a_cap_is_ever_passed(kernel: tuple[Lab, LabKernel]) -> None:
    lab, cells = kernel
    assert cells.run("%%llm_limit 2 calls\nprint(call(), await acall(), call(), await acall())").split() == [
        "ok", "ok", "run", "run",
    ]  # fmt: skip
    assert cells.run("%%llm_limit 100 tokens\nprint(call(), call())").split() == ["ok", "run"]
    cells.run("%llm_limit 2 calls")
    assert cells.run("%%llm_limit 9 calls\nprint(call())\nprint(call())\nprint(call())").split() == [
        "ok", "ok", "run",
    ]  # fmt: skip
    assert "2 calls, " in cells.run("%llm_usage").splitlines()[0]
    cells.run("%llm_limit off")

    words = Counter(cells.run("print(*children(2))").split())
    assert words == {"ok": MOST - 5, "refused": 16 - (MOST - 5)}
    assert cells.run("print(*ThreadPoolExecutor(4).map(call, range(4)))").split() == ["user"] * 4
    assert cells.run("print(call(), await acall())").split() == ["user", "user"]

    assert lab.usage()[None]["calls"] == MOST
    refused = [one for one in lab.wait_for_calls(MOST + 4) if one["llm_meter.call.status"] == "refused"]
    assert all(one["llm_meter.limit.id"] for one in refused)
