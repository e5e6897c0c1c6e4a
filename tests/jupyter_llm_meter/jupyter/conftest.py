"""A Jupyter server with the extension, driven from outside its loop."""

import asyncio
import json
import urllib.request
from datetime import datetime, timezone

import pytest
from empty_ledger import place_empty_ledger
from tornado.httpclient import HTTPClientError

from jupyter_llm_meter.ledger import Ledger

API = ("llm-meter", "api", "v1")


@pytest.fixture
def extension_config():
    """What a test sets with ``c.LLMMeter``; parametrize it to change it."""
    return {}


@pytest.fixture
def jp_server_config(jp_server_config, extension_config, jp_data_dir):
    if extension_config.get("enabled", True) and "database_url" not in extension_config:
        place_empty_ledger(jp_data_dir / "llm-meter" / "ledger.sqlite3")
    extension = {"ServerApp": {"jpserver_extensions": {"jupyter_llm_meter": True}}}
    return {**jp_server_config, **extension, "LLMMeter": extension_config}


@pytest.fixture
def meter(jp_serverapp):
    """The extension in the running server."""
    (app,) = jp_serverapp.extension_manager.extension_apps["jupyter_llm_meter"]
    yield app
    jp_serverapp.io_loop.asyncio_loop.run_until_complete(app.stop_extension())


@pytest.fixture
def run(jp_asyncio_loop):
    """Let the server's loop run until something is done."""

    def until(work):
        return jp_asyncio_loop.run_until_complete(asyncio.wait_for(work, 240))

    return until


@pytest.fixture
def api(meter, jp_fetch, run):
    """Ask a route; answers with status and content."""

    def ask(*path, **arguments):
        try:
            response = run(jp_fetch(*API, *path, **arguments))
        except HTTPClientError as error:
            response = error.response
        return response.code, json.loads(response.body) if response.body else None

    return ask


@pytest.fixture
def send(meter):
    """Send lines to the service as a tap does, while the server's loop is blocked."""

    def post(*lines):
        folder = meter.service.storage.folder
        rendezvous = json.loads((folder / "services" / f"{meter.service.stem}.json").read_text())
        request = urllib.request.Request(
            f"http://127.0.0.1:{rendezvous['port']}/v1/lines",
            data=b"\n".join(lines),
            headers={"Authorization": f"Bearer {rendezvous['secret']}"},
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)

    return post


@pytest.fixture
def settled():
    """Make a settled line."""

    def make(call_id, tokens=10, **fields):
        record = {
            "llm_meter.call.id": call_id,
            "llm_meter.call.started_at": datetime.now(timezone.utc).isoformat(),
            "llm_meter.call.status": "ok",
            "llm_meter.call.basis": "reported",
            "llm_meter.call.source": "tap",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.provider.name": "openai",
            "gen_ai.usage.input_tokens": tokens,
            **fields,
        }
        return json.dumps({"v": 1, "event": "settled", "record": record}).encode()

    return make


@pytest.fixture
def eventually(waiting, run):
    """Let the server run until something holds."""
    return waiting(lambda: run(asyncio.sleep(0.05)))


@pytest.fixture
def execute(jp_serverapp, run):
    """Run code in a kernel and wait for its end."""

    def run_code(kernel_id, code):
        client = jp_serverapp.kernel_manager.get_kernel(kernel_id).client()

        async def finish():
            client.start_channels()
            await client.wait_for_ready(timeout=240)
            reply = await client.execute_interactive(code, timeout=240, output_hook=lambda _message: None)
            client.stop_channels()
            return reply["content"]

        content = run(finish())
        assert content["status"] == "ok", content

    return run_code


@pytest.fixture
def calls(meter):
    """Read the ledger, oldest call first."""

    def read():
        with Ledger.open(meter.service.storage.ledger_url) as ledger:
            return list(ledger.records())

    return read
