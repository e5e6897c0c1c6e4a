"""What a real kernel shows of a refused call, through the SDKs that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from standin_service import StandInService
from tap_kernel import Kernel, printed
from tap_provider import Provider

from llm_meter_tap import LimitExceeded
from llm_meter_tap.notebook.refusals import refusal_behind

SDKS = {
    "openai": (
        "import openai\n"
        "client = openai.{}OpenAI(api_key='sk-x', base_url=url + '/json/v1')\n"
        "{}client.chat.completions.create(model='m-1', messages=hi)"
    ),
    "anthropic": (
        "import anthropic\n"
        "client = anthropic.{}Anthropic(api_key='sk-x', base_url=url + '/json')\n"
        "{}client.messages.create(model='m-1', max_tokens=9, messages=hi)"
    ),
    "google-genai": (
        "from google import genai\n"
        "client = genai.Client(api_key='sk-x', http_options=dict(base_url=url + '/json')){}\n"
        "{}client.models.generate_content(model='gemini-2.5-flash', contents='Say hi')"
    ),
}
MODULES = {"google-genai": "google.genai"}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("refusals") / "llm-meter"
    service, provider = StandInService(folder), Provider()
    service.write_gate()
    service.most_calls = 0
    running = Kernel(folder)
    running.run(f"""
import httpx
from llm_meter_tap.limits import reservation
reservation._PATIENCE_S = 120.0
url, hi = {provider.url!r}, [{{'role': 'user', 'content': 'Say hi'}}]
def call(): return httpx.post(url + '/json/v1/chat/completions', json={{'model': 'm-1', 'messages': hi}})
""")
    yield running
    running.stop()
    service.close()
    provider.close()


def error(said: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = [message["content"] for message in said if message["msg_type"] == "error"]
    return found


def shown(said: list[dict[str, Any]]) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error(said)["traceback"]))


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("sdk", SDKS)
def test_a_refusal_is_a_few_lines_without_the_source_of_the_sdk(kernel, sdk, is_async):
    pytest.importorskip(MODULES.get(sdk, sdk))
    variant = (".aio" if sdk == "google-genai" else "Async") if is_async else ""
    code = SDKS[sdk].format(variant, "await " if is_async else "")
    said = kernel.run(code, fails=True)
    text = shown(said)
    assert (error(said)["ename"], error(said)["evalue"]) == ("LimitExceeded", "0 of 0 calls used")
    where, source, *refusal = text.splitlines()
    assert re.fullmatch(r"Cell In\[\d+\], line 3", where)
    assert source.strip() == code.splitlines()[2]
    assert refusal == [
        "LimitExceeded: this call could exceed the limit user/month/calls.",
        "  Used      0 of 0 calls used",
        "  To raise  The administrator can raise it.",
        "The full traceback: %tb",
    ]


def test_the_functions_of_the_user_on_the_way_are_shown(kernel):
    text = shown(kernel.run("def ask():\n    return call()\n\nask()", fails=True))
    lines = text.splitlines()
    assert [line.partition(", ")[2] for line in lines if line.startswith("Cell In")] == [
        "line 4", "line 2, in ask", "line 5, in call",
    ]  # fmt: skip
    assert "httpx/_" not in text


def test_a_deep_recursion_is_cut_in_its_middle(kernel):
    code = "def deep(n):\n    return call() if n == 0 else deep(n - 1)\n\ndeep(50)"
    text = shown(kernel.run(code, fails=True))
    assert "... 47 more places ..." in text
    assert len(text.splitlines()) < 20


@pytest.mark.parametrize("wait", ["", "async "], ids=["sync", "async"])
def test_an_error_that_an_sdk_raised_from_a_refusal_says_both(kernel, wait):
    code = (
        "class APIConnectionError(Exception): pass\n"
        f"{wait}def ask():\n"
        "    try:\n"
        "        call()\n"
        "    except BaseException as error:\n"
        "        raise APIConnectionError('Connection error.') from error\n"
        f"{'await ' if wait else ''}ask()"
    )
    said = kernel.run(code, fails=True)
    assert (error(said)["ename"], error(said)["evalue"]) == ("APIConnectionError", "Connection error.")
    assert (
        "APIConnectionError: Connection error.\nRaised from:\nLimitExceeded: this call could exceed"
        in shown(said)
    )
    assert "httpx/_" not in shown(said)


def test_the_full_traceback_can_still_be_seen(kernel):
    kernel.run("call()", fails=True)
    said = kernel.run("%tb", fails=True)
    assert "httpx" in shown(said)
    assert "The full traceback" not in shown(said)


def test_an_error_of_the_user_after_a_refusal_is_shown_as_ever(kernel):
    code = "try:\n    call()\nexcept BaseException:\n    {}['missing']"
    said = kernel.run(code, fails=True)
    assert error(said)["ename"] == "KeyError"
    assert "Traceback (most recent call last)" in shown(said)


def test_other_errors_are_shown_as_ever_and_the_kernel_lives_on(kernel):
    assert "Traceback (most recent call last)" in shown(kernel.run("1 / 0", fails=True))
    assert printed(kernel.run("print('alive')")) == "alive\n"


def test_a_chain_of_causes_that_is_a_circle_ends():
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    assert refusal_behind(first) is None
    second.__cause__ = LimitExceeded("no")
    assert refusal_behind(first) is second.__cause__
