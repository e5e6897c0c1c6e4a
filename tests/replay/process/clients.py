"""Sends recorded requests through an HTTP client, and says what the tap wrote down for each.

``python clients.py CLIENT PLAN`` sends each line of the plan (JSON: id, method, url, headers, body in base64,
is_stream) and prints a line of JSON for it: its id, the spool's new lines, and the error that kept it from
being sent, if one did. Answers are read as users read them: whole, or, of a stream, by line or in pieces.
"""

import asyncio
import atexit
import base64
import faulthandler
import glob
import json
import os
import sys

ID_HEADER = "x-replay-id"
# Longer than every timeout of a client and of the server together: one that stands still then says where.
_STANDSTILL_S = 150
_NOT_SENT = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}


def through_httpx(library):
    """One synchronous client of httpx or httpx2."""
    client = library.Client(timeout=60)

    def send(request):
        with client.stream(
            request["method"], request["url"], headers=request["headers"], content=request["body"]
        ) as answer:
            for _ in answer.iter_lines() if request["is_stream"] else [answer.read()]:
                pass

    return send


def through_httpx_async(library):
    """One asynchronous client of httpx or httpx2, in one event loop."""
    loop = asyncio.new_event_loop()
    client = library.AsyncClient(timeout=60)

    async def exchange(request):
        async with client.stream(
            request["method"], request["url"], headers=request["headers"], content=request["body"]
        ) as answer:
            if not request["is_stream"]:
                await answer.aread()
                return
            async for _ in answer.aiter_lines():
                pass

    return lambda request: loop.run_until_complete(exchange(request))


def through_requests():
    """One session of requests."""
    import requests

    session = requests.Session()

    def send(request):
        with session.request(
            request["method"],
            request["url"],
            headers=request["headers"],
            data=request["body"],
            stream=request["is_stream"],
            allow_redirects=False,
            timeout=60,
        ) as answer:
            for _ in answer.iter_lines() if request["is_stream"] else [answer.content]:
                pass

    return send


def through_aiohttp():
    """One session of aiohttp, in one event loop."""
    import aiohttp
    import yarl

    loop = asyncio.new_event_loop()

    async def opened():
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60), read_bufsize=2**20)

    session = loop.run_until_complete(opened())
    atexit.register(lambda: loop.run_until_complete(session.close()))

    async def exchange(request):
        async with session.request(
            request["method"],
            yarl.URL(request["url"], encoded=True),
            headers=request["headers"],
            data=request["body"],
            allow_redirects=False,
        ) as answer:
            if not request["is_stream"]:
                await answer.read()
                return
            async for _ in answer.content.iter_any():
                pass

    return lambda request: loop.run_until_complete(exchange(request))


def through_urllib():
    """urllib.request, without the handlers that redirect and raise."""
    import urllib.request

    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()):
        opener.add_handler(handler)

    def send(request):
        headers = {**request["headers"], "Accept-Encoding": "gzip"}
        url, body = request["url"], request["body"]
        posted = urllib.request.Request(url, body, headers, method=request["method"])
        with opener.open(posted, timeout=60) as answer:
            for _ in answer if request["is_stream"] else [answer.read()]:
                pass

    return send


def client_named(name):
    """The function that sends a request and reads its answer to the end."""
    library, _, is_async = name.partition("-")
    if library in ("httpx", "httpx2"):
        return (through_httpx_async if is_async else through_httpx)(__import__(library))
    return {"requests": through_requests, "aiohttp": through_aiohttp, "urllib": through_urllib}[name]()


class ReplaySpool:
    """What the tap of this process writes."""

    def __init__(self):
        self._file = None

    def new_lines(self):
        """The lines written since it was asked last."""
        if self._file is None:
            paths = glob.glob(os.path.join(os.environ["LLM_METER_DIR"], "spool", f"{os.getpid()}-*"))
            if not paths:
                return []
            self._file = open(paths[0], encoding="utf-8")  # noqa: SIM115 - read from until the process ends
        return [json.loads(line) for line in self._file]


def main():
    """Send the plan."""
    send, spool = client_named(sys.argv[1]), ReplaySpool()
    with open(sys.argv[2], encoding="utf-8") as plan:
        for line in plan:
            request = json.loads(line)
            headers = {k: v for k, v in request["headers"].items() if k.lower() not in _NOT_SENT}
            request["headers"] = {**headers, ID_HEADER: request["id"]}
            request["body"] = base64.b64decode(request["body"]) or None
            error = None
            faulthandler.dump_traceback_later(_STANDSTILL_S, exit=True)
            try:
                send(request)
            except Exception as failure:  # noqa: BLE001 - told to the reader, who judges
                error = f"{type(failure).__name__}: {failure}"
            print(json.dumps({"id": request["id"], "lines": spool.new_lines(), "error": error}))


if __name__ == "__main__":
    main()
