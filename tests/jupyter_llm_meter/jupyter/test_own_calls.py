import asyncio
import os

import httpx
import pytest
from tap_provider import Provider

from jupyter_llm_meter.jupyter.own_calls import Callers, extension_packages
from jupyter_llm_meter.ledger import Ledger
from llm_meter_tap import tap

BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}


@pytest.fixture
def provider():
    running = Provider()
    yield running
    running.close()


@pytest.fixture
def call(provider, run):
    """Make a call in the server's process, on the server's loop."""

    async def post():
        async with httpx.AsyncClient() as client:
            await client.post(f"{provider.url}/json/v1/chat/completions", json=BODY)

    return lambda: run(post())


@pytest.fixture
def calls(jp_data_dir):
    """Read the ledger, oldest call first."""

    def read():
        with Ledger.open(f"sqlite:///{jp_data_dir}/llm-meter/ledger.sqlite3") as ledger:
            return list(ledger.records())

    return read


def extension_of(server):
    (app,) = server.extension_manager.extension_apps["jupyter_llm_meter"]
    return app


@pytest.mark.parametrize("extension_config", [{"user_id": "ada"}])
def test_a_call_of_the_server_s_process_is_its_owner_s_and_in_no_notebook(meter, call, calls, eventually):
    call()
    (record,) = eventually(calls, "the call")
    assert (record.user_id, record.input_tokens, record.basis) == ("ada", 11, "reported")
    assert (record.notebook_path, record.kernel_id) == (None, None)


@pytest.mark.parametrize("extension_config", [{"meter_server": False}])
def test_the_server_s_own_calls_can_be_left_out(meter, call, calls):
    call()
    assert tap.current() is not None  # the environment is set, for what the server starts
    assert calls() == []


def test_the_environment_can_turn_off_metering_of_the_servers_own_calls(
    monkeypatch, jp_configurable_serverapp, call, calls, run
):
    monkeypatch.setenv("LLM_METER_DISABLE", "1")
    before = asyncio.BaseEventLoop.create_task
    meter = extension_of(jp_configurable_serverapp())
    call()
    assert asyncio.BaseEventLoop.create_task is before
    run(meter.stop_extension())
    assert calls() == []


def test_a_server_that_has_stopped_meters_nothing_and_the_next_one_does(
    jp_configurable_serverapp, call, calls, run
):
    first = jp_configurable_serverapp()
    call()
    run(extension_of(first).stop_extension())
    assert len(calls()) == 1
    call()
    second = extension_of(jp_configurable_serverapp())
    call()
    run(second.stop_extension())
    assert len(calls()) == 2


def test_if_one_of_two_servers_in_a_process_stops_the_other_keeps_metering(
    jp_configurable_serverapp, call, calls, run
):
    first = extension_of(jp_configurable_serverapp())
    second = extension_of(jp_configurable_serverapp())
    run(first.stop_extension())
    call()
    run(second.stop_extension())
    assert len(calls()) == 1


def test_places_of_an_outer_lab_are_taken_out_and_put_back(monkeypatch, jp_configurable_serverapp, run):
    places = {f"LLM_METER_{name}": "outer" for name in ("KERNEL_ID", "CELL_ID", "RUN_ID", "NOTEBOOK")}
    for name, value in places.items():
        monkeypatch.setenv(name, value)
    meter = extension_of(jp_configurable_serverapp())
    assert not places.keys() & os.environ.keys()
    run(meter.stop_extension())
    assert places.items() <= os.environ.items()


def test_what_every_call_needs_is_there_before_the_first(meter):
    folder = meter.service.storage.folder
    assert (folder / "fingerprint.key").exists()
    assert not list((folder / "spool").glob("*"))


def test_the_services_own_requests_are_not_calls(meter, provider, calls, run):
    async def post():
        async with httpx.AsyncClient() as client:
            return await client.post(f"{provider.url}/json/v1/chat/completions", json=BODY)

    assert run(asyncio.wrap_future(meter.service.submit(post()))).status_code == 200
    assert provider.seen
    assert calls() == []


def test_the_extensions_of_the_server_may_be_callers_but_for_the_meter(jp_serverapp):
    manager = jp_serverapp.extension_manager
    manager.add_extension("jupyter_lsp", enabled=True)
    manager.add_extension("notebook_shim", enabled=False)
    assert extension_packages(manager) == {"jupyter_lsp", "jupyter_server_terminals"}


@pytest.mark.parametrize(
    ("stack", "caller"),
    [
        (("httpx", "openai", "assistant", "tornado", "jupyter_server"), "assistant"),
        (("httpx", "assistant", "translator"), "assistant"),
        (("httpx", "jupyterlab_server", "assistant"), "assistant"),
        (("httpx", "openai", "jupyterlab_server", "tornado"), "jupyterlab_server"),
        (("httpx", "openai", "asyncio", "tornado", "jupyter_server", "__main__"), None),
        (("httpx", "jupyter_llm_meter", "llm_meter_tap", "", "a b"), None),
        ((), None),
    ],
    ids=[
        "an extension",
        "the innermost of two",
        "an extension further out than a package built on the server",
        "a package built on the server",
        "only libraries and the server",
        "the meter itself and names that are none",
        "nothing",
    ],
)
def test_a_call_is_the_extension_s_that_made_it(stack, caller):
    assert Callers({"assistant", "translator"}).name_of(stack) == caller
