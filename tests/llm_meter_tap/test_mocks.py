"""Libraries that stand in for the network keep working, and what never reached it is no call."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from tap_process import run, settled, spool_lines

CHAT = "v1/chat/completions"
URL = f"https://api.openai.com/{CHAT}"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
MOCKED = {"id": "mocked", "model": "gpt-5", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}

RESPX = f"""
    import asyncio, httpx, respx
    async def ask():
        async with httpx.AsyncClient() as client:
            return (await client.post("{URL}", json={BODY})).json()
    def attempt():
        for call in (lambda: httpx.post("{URL}", json={BODY}).json(), lambda: asyncio.run(ask())):
            try:
                print(call())
            except Exception as error:
                print(repr(error), repr(error.__cause__))
    with respx.mock as router:
        route = router.post("{URL}")
        route.mock(return_value=httpx.Response(200, json={MOCKED}))
        attempt()
        for mocked in (httpx.ReadTimeout, httpx.RemoteProtocolError, ValueError("mine")):
            route.mock(side_effect=mocked)
            attempt()
        print(route.call_count, route.calls.last.request.content)
"""

RESPONSES = f"""
    import requests, responses
    with responses.RequestsMock() as mock:
        mock.post("{URL}", json={MOCKED})
        mock.post("{URL}", body=requests.ReadTimeout("mocked"))
        print(requests.post("{URL}", json={BODY}).json())
        try:
            requests.post("{URL}", json={BODY})
        except requests.RequestException as error:
            print(repr(error))
        print(len(mock.calls), mock.calls[0].request.body)
"""


@pytest.mark.parametrize("code", [RESPX, RESPONSES], ids=["respx", "responses"])
def test_an_answer_or_error_of_a_mock_is_not_a_call(folder, code):
    plain = run(None, code)
    assert "mocked" in plain[0]

    assert run(folder, code) == plain
    events = Counter(line["event"] for line in spool_lines(folder))
    assert (events["settled"], events["dropped"]) == (0, events["opened"])


def test_what_a_mock_lets_through_is_a_call(provider, folder):
    code = f"""
        import httpx, respx
        with respx.mock as router:
            router.post("{provider.url}/json/{CHAT}").pass_through()
            httpx.post("{provider.url}/json/{CHAT}", json={BODY})
    """
    run(folder, code)

    (record,) = settled(folder)
    assert record["gen_ai.usage.input_tokens"] == 11


def taped(provider: object, tapes: Path) -> str:
    """A program that makes a call through each library, recorded by vcrpy or played back."""
    return f"""
        import asyncio, json, urllib.request
        import aiohttp, httpx, httpx2, requests, urllib3, vcr
        URL, BODY = "{provider.url}/%s/{CHAT}", {BODY}
        def by_requests(how):
            with requests.post(URL % how, json=BODY, stream=True) as response:
                return response.raw.read(20), response.content
        def by_urllib3(how):
            return urllib3.PoolManager().request("POST", URL % how, json=BODY).data
        def by_httpx(how):
            with httpx.stream("POST", URL % how, json=BODY) as response:
                return list(response.iter_lines())
        def by_httpx2(how):
            return httpx2.post(URL % how, json=BODY).content
        def by_urllib(how):
            body, kind = json.dumps(BODY).encode(), {{"Content-Type": "application/json"}}
            return urllib.request.urlopen(urllib.request.Request(URL % how, body, kind)).read()
        def by_aiohttp(how):
            async def post():
                async with aiohttp.ClientSession() as session, session.post(URL % how, json=BODY) as response:
                    return await response.read()
            return asyncio.run(post())
        for call in (by_requests, by_urllib3, by_httpx, by_httpx2, by_urllib, by_aiohttp):
            for how in ("json", "sse"):
                with vcr.use_cassette(f"{tapes}/{{call.__name__}}-{{how}}.yaml"):
                    print(call.__name__, call(how))
    """


def contents(tapes: Path) -> dict[str, str]:
    """The tapes without the times at which they were recorded."""
    return {
        tape.name: re.sub(r"\w{3}, \d+ \w+ \d+ [\d:]+ GMT|recorded_at.*", "", tape.read_text())
        for tape in tapes.iterdir()
    }


def test_a_tape_is_recorded_as_ever_and_each_recorded_call_is_one(provider, folder, tmp_path):
    plain = run(None, taped(provider, tmp_path / "plain"))

    assert run(folder, taped(provider, tmp_path / "tapped")) == plain
    assert contents(tmp_path / "tapped") == contents(tmp_path / "plain")
    assert len(contents(tmp_path / "plain")) == 12
    assert [record.get("gen_ai.usage.input_tokens") for record in settled(folder)] == [11] * 12


def test_a_recording_that_is_played_back_is_not_a_call(provider, folder, tmp_path):
    recorded = run(None, taped(provider, tmp_path))
    asked = len(provider.seen)

    assert run(folder, taped(provider, tmp_path)) == recorded
    assert len(provider.seen) == asked
    assert settled(folder) == []
