"""What a program can see of its libraries and its errors is what it would see without the tap."""

from __future__ import annotations

import asyncio
import copy
import inspect
import json
import pickle
import re
import threading
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import aiohttp
import anyio
import httpx
import httpx2
import pytest
import requests
import trio
import urllib3
from tap_process import run, settled

from llm_meter_tap.provenance.propagation import carry_into_threads

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
STREAM = {**BODY, "stream": True}

PATCHED = [
    (httpx.HTTPTransport, "handle_request"),
    (httpx.AsyncHTTPTransport, "handle_async_request"),
    (httpx2.HTTPTransport, "handle_request"),
    (httpx2.AsyncHTTPTransport, "handle_async_request"),
    (urllib3.HTTPConnectionPool, "urlopen"),
    (aiohttp.ClientRequest, "send"),
    (aiohttp.client_proto.ResponseHandler, "set_response_params"),
    (HTTPConnection, "request"),
    (HTTPConnection, "getresponse"),
    (threading.Thread, "start"),
    (ThreadPoolExecutor, "submit"),
]


@pytest.mark.parametrize(("owner", "name"), PATCHED, ids=lambda value: getattr(value, "__name__", value))
def test_a_patched_function_looks_like_the_one_it_stands_for(metered, owner, name):
    carry_into_threads()
    function = vars(owner)[name]
    original = function.__wrapped__

    assert function is not original
    assert inspect.signature(function) == inspect.signature(original)
    for attribute in ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__"):
        assert getattr(function, attribute) == getattr(original, attribute)
    assert inspect.iscoroutinefunction(function) == inspect.iscoroutinefunction(original)
    assert inspect.getsource(function) == inspect.getsource(original)
    assert pickle.loads(pickle.dumps(function)) is function


async def through_httpx_async(url: str) -> Any:
    async with httpx.AsyncClient() as client:
        return await client.post(url, json=BODY)


async def through_aiohttp(url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.post(url, json=BODY) as response:
        await response.read()
        return response


def streamed(url: str) -> Any:
    with httpx.stream("POST", url, json=STREAM) as response:
        return response


def timed_out(url: str) -> Any:
    try:
        httpx.post(url.replace("/sse/", "/hang/"), json=BODY, timeout=httpx.Timeout(20, read=0.05))
    except httpx.ReadTimeout as error:
        return error


def opened(url: str) -> Any:
    body, kind = json.dumps(BODY).encode(), {"Content-Type": "application/json"}
    return urllib.request.urlopen(urllib.request.Request(url, body, kind))


def opened_and_read(url: str) -> Any:
    answer = opened(url)
    answer.read()
    return answer


# Ways to come by an object that a program may want to copy or to send to another process.
OBJECTS: dict[str, Callable[[str], Any]] = {
    "httpx response": lambda url: httpx.post(url, json=BODY),
    "httpx2 response": lambda url: httpx2.post(url, json=BODY),
    "httpx response of an asynchronous client": lambda url: asyncio.run(through_httpx_async(url)),
    "httpx response left unread": streamed,
    "httpx exception": timed_out,
    "httpx client": lambda url: httpx.Client(),
    "requests response": lambda url: requests.post(url, json=BODY),
    "requests response not read yet": lambda url: requests.post(url, json=BODY, stream=True),
    "requests session": lambda url: requests.Session(),
    "urllib3 response": lambda url: urllib3.PoolManager().request("POST", url, json=BODY),
    "urllib3 response not read yet": lambda url: urllib3.PoolManager().request(
        "POST", url, json=STREAM, preload_content=False
    ),
    "urllib response not read yet": opened,
    "urllib response": opened_and_read,
    "aiohttp response": lambda url: asyncio.run(through_aiohttp(url)),
}
COPIERS: dict[str, Callable[[Any], Any]] = {
    "pickled": lambda one: pickle.loads(pickle.dumps(one)),
    "copied": copy.copy,
    "deeply copied": copy.deepcopy,
}


def copied(original: Any, by: Callable[[Any], Any]) -> str:
    """What comes of copying an object: its class and what it holds, or the exception; without addresses."""
    try:
        made = by(original)
        held = getattr(made, "content", None) or getattr(made, "data", None)
        outcome: object = (type(made).__module__, type(made).__qualname__, str(made), held)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the outcome
        outcome = error
    return re.sub(r"0x\w+", "", repr(outcome))


@pytest.mark.parametrize("how", COPIERS)
@pytest.mark.parametrize("what", OBJECTS)
def test_what_can_be_pickled_or_copied_still_can(provider, request, what, how):
    make, url = OBJECTS[what], f"{provider.url}/sse/{CHAT}"
    plain = copied(make(url), COPIERS[how])

    request.getfixturevalue("metered")
    assert copied(make(url), COPIERS[how]) == plain


ERRORS = """
    import asyncio, json, os, re, traceback, urllib.request
    import aiohttp, httpx, httpx2, requests, urllib3
    BODY = {"model": "gpt-5", "stream": True, "messages": [{"role": "user", "content": "Say hi"}]}
    URL = os.environ["PROVIDER"]

    def by_httpx(library):
        def post(how):
            with library.stream("POST", url(how), json=BODY, timeout=patience(how), verify=False) as response:
                response.read()
                response.raise_for_status()
        return post

    def by_httpx_async(library):
        async def post(how):
            async with library.AsyncClient(timeout=patience(how), verify=False) as client:
                async with client.stream("POST", url(how), json=BODY) as response:
                    await response.aread()
                    response.raise_for_status()
        return lambda how: asyncio.run(post(how))

    def by_requests(how):
        requests.post(url(how), json=BODY, timeout=patience(how)).raise_for_status()

    def by_urllib3(how):
        urllib3.PoolManager().request("POST", url(how), json=BODY, timeout=patience(how), retries=1)

    def by_urllib(how):
        posted = urllib.request.Request(url(how), json.dumps(BODY).encode())
        urllib.request.urlopen(posted, timeout=patience(how)).read()

    async def by_aiohttp(how):
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=patience(how))) as session:
            async with session.post(url(how), json=BODY, raise_for_status=True) as response:
                await response.read()

    def patience(how):
        return 0.2 if how == "hang" else 240

    def url(how):
        return ("http://127.0.0.1:1" if how == "closed" else URL + "/" + how) + "/v1/chat/completions"

    def chain(error):
        while error is not None:
            frames = [frame for frame in traceback.extract_tb(error.__traceback__)
                      if "llm_meter_tap" not in frame.filename]
            way = [(os.path.basename(frame.filename), frame.name, frame.line) for frame in frames]
            words = re.sub("(0x)?[0-9a-f]{8,}", "", str(error)).splitlines()[:1]
            yield type(error).__qualname__, words, error.__suppress_context__, way
            error = error.__cause__ or error.__context__

    posts = [by_httpx(httpx), by_httpx(httpx2), by_httpx_async(httpx), by_httpx_async(httpx2), by_requests,
             by_urllib3, by_urllib, lambda how: asyncio.run(by_aiohttp(how))]
    for number, post in enumerate(posts):
        for how in ("closed", "hang", "drop", "limited"):
            try:
                post(how)
            except Exception as error:
                for link in chain(error):
                    print(number, how, *link)
"""


def test_an_exception_has_the_message_the_causes_and_the_traceback_it_would_have(provider, folder):
    plain, problems = run(None, ERRORS, PROVIDER=provider.url)
    assert problems == ""
    # urllib3 hands out a refusal as a response.
    assert {tuple(line.split()[:2]) for line in plain.splitlines()} == {
        (str(number), how)
        for number in range(8)
        for how in ("closed", "hang", "drop", "limited")
        if (number, how) != (5, "limited")
    }

    tapped, problems = run(folder, ERRORS, PROVIDER=provider.url)
    assert tapped.splitlines() == plain.splitlines()
    assert problems == ""
    assert len(settled(folder)) >= 24


def runners() -> dict[str, Callable[[Callable[[], Any]], Any]]:
    """The event loops that httpx runs on."""

    def by_uvloop(main: Callable[[], Any]) -> Any:
        return pytest.importorskip("uvloop").run(main())

    return {
        "trio": trio.run,
        "anyio on trio": lambda main: anyio.run(main, backend="trio"),
        "anyio on asyncio": lambda main: anyio.run(main, backend="asyncio"),
        "uvloop": by_uvloop,
    }


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
@pytest.mark.parametrize("loop", runners())
def test_a_stream_is_the_same_on_every_event_loop(provider, request, loop, library):
    url = f"{provider.url}/sse/{CHAT}"

    async def main() -> list[str]:
        async with library.AsyncClient() as client, client.stream("POST", url, json=STREAM) as response:
            return [line async for line in response.aiter_lines()]

    plain = runners()[loop](main)
    metered = request.getfixturevalue("metered")
    assert runners()[loop](main) == plain
    assert plain[-2:] == ["data: [DONE]", ""]
    (record,) = settled(metered)
    assert (record["llm_meter.call.basis"], record["gen_ai.usage.input_tokens"]) == ("reported", 11)


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
@pytest.mark.parametrize("loop", runners())
def test_a_stream_that_a_scope_cancels_is_aborted(provider, metered, loop, library):
    url = f"{provider.url}/halfway/{CHAT}"

    async def main() -> list[str]:
        seen = []
        with anyio.CancelScope() as scope:
            async with library.AsyncClient() as client, client.stream("POST", url, json=STREAM) as response:
                async for line in response.aiter_lines():
                    seen.append(line)
                    scope.cancel()
        assert scope.cancelled_caught
        return seen

    seen = runners()[loop](main)
    assert seen[0].startswith("data: ")
    (record,) = settled(metered)
    assert record["llm_meter.call.status"] == "aborted"


def test_aiohttp_on_uvloop_is_the_same(provider, metered):
    url = f"{provider.url}/sse/{CHAT}"

    async def main() -> bytes:
        async with aiohttp.ClientSession() as session, session.post(url, json=STREAM) as response:
            return await response.read()

    assert pytest.importorskip("uvloop").run(main()).endswith(b"data: [DONE]\n\n")
    (record,) = settled(metered)
    assert record["gen_ai.usage.input_tokens"] == 11
