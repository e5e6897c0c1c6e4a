"""Make the same LLM call through each HTTP library, whole and streamed, and print what the caller gets.

Runs in the environment of ``libraries.py``: Python 3.8, the libraries and nothing else.

    python library_calls.py URL
"""

import asyncio
import json
import sys
import urllib.request

import aiohttp
import httpx
import requests
import urllib3

BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hi"}]}
STREAMED = dict(BODY, stream=True, stream_options={"include_usage": True})
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer key"}


def httpx_sync(url, body):
    with httpx.stream("POST", url, json=body, headers=HEADERS) as response:
        return response.status_code, b"".join(response.iter_bytes())


def httpx_async(url, body):
    async def call():
        async with httpx.AsyncClient() as client:  # noqa: SIM117 - not Python 3.8's syntax
            async with client.stream("POST", url, json=body, headers=HEADERS) as response:
                return response.status_code, b"".join([part async for part in response.aiter_bytes()])

    return asyncio.run(call())


def requests_sync(url, body):
    response = requests.post(url, json=body, headers=HEADERS, stream=True)
    return response.status_code, b"".join(response.iter_content(100))


def urllib3_sync(url, body):
    data = json.dumps(body).encode()
    response = urllib3.PoolManager().request("POST", url, body=data, headers=HEADERS, preload_content=False)
    return response.status, b"".join(response.stream(100))


def aiohttp_async(url, body):
    async def call():
        async with aiohttp.ClientSession() as session:  # noqa: SIM117 - not Python 3.8's syntax
            async with session.post(url, json=body, headers=HEADERS) as response:
                return response.status, b"".join([part async for part in response.content.iter_any()])

    return asyncio.run(call())


def urllib_request(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), HEADERS)
    with urllib.request.urlopen(request) as response:
        return response.status, b"".join(iter(lambda: response.read(100), b""))


CALLERS = (httpx_sync, httpx_async, requests_sync, urllib3_sync, aiohttp_async, urllib_request)

for caller in CALLERS:
    for kind, body in (("whole", BODY), ("streamed", STREAMED)):
        status, answer = caller(sys.argv[1], body)
        print(json.dumps([caller.__name__, kind, status, answer.decode()]), flush=True)
