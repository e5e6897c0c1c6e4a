"""Calls in kernel messages: real kernels, no browser, and a tap that cannot reach the service."""

import asyncio
import os
import signal

import pytest
from jupyter_client.session import Session

from jupyter_llm_meter.jupyter.kernel_messages import is_read, signed_message
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.service import message_intake

CALL = 'from llm_meter_tap import record; record(model="gpt-4o", input_tokens={tokens})'
# Neither a spool nor a rendezvous can be where a file is in the way.
ASTRAY = "import os; os.environ['LLM_METER_DIR'] = '/dev/null'\n"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """What a test waits for."""
    monkeypatch.setattr(message_intake, "LOCAL_GRACE_S", 0.3)
    monkeypatch.setattr(message_intake, "GAP_GRACE_S", 0.3)


@pytest.fixture
def kernel(jp_serverapp, meter, run):
    """Start kernels; all are shut down at the end."""
    manager = jp_serverapp.kernel_manager
    started = []

    def start():
        started.append(run(manager.start_kernel()))
        return started[-1]

    yield start
    for kernel_id in started:
        run(manager.shutdown_kernel(kernel_id, now=True))


@pytest.fixture
def problems(api):
    """The codes and messages of what is wrong now."""
    return lambda: {one["code"]: one["message"] for one in api("standing")[1]["state"]["problems"]}


def figures(records):
    return sorted((call.input_tokens, call.source) for call in records)


def test_a_call_of_a_kernel_that_cannot_reach_the_meter_is_in_the_ledger_once(
    kernel, execute, calls, eventually, run
):
    kernel_id = kernel()
    execute(kernel_id, ASTRAY + CALL.format(tokens=7))
    (call,) = eventually(calls, "the call")
    assert (call.input_tokens, call.source, call.kernel_id) == (7, "message", kernel_id)
    run(asyncio.sleep(1))
    assert len(calls()) == 1


def test_a_call_that_its_tap_brought_is_not_taken_from_the_message(
    kernel, execute, calls, eventually, run, meter, monkeypatch
):
    # The tap has all the time it needs; the server's stop ends the wait.
    monkeypatch.setattr(message_intake, "LOCAL_GRACE_S", 3600.0)
    execute(kernel(), CALL.format(tokens=7))
    eventually(calls, "the call")
    run(asyncio.sleep(1))
    ledger_url = meter.service.storage.ledger_url
    run(meter.stop_extension())
    with Ledger.open(ledger_url) as ledger:
        assert figures(ledger.records()) == [(7, "manual")]


def test_a_restarted_kernel_is_still_metered(kernel, execute, calls, eventually, jp_serverapp, run):
    kernel_id = kernel()
    execute(kernel_id, ASTRAY + CALL.format(tokens=1))
    eventually(calls, "the first call")
    run(jp_serverapp.kernel_manager.restart_kernel(kernel_id))
    execute(kernel_id, ASTRAY + CALL.format(tokens=2))
    eventually(lambda: len(calls()) == 2, "the second call")
    assert figures(calls()) == [(1, "message"), (2, "message")]


def test_a_kernel_that_died_and_was_restarted_is_still_metered(
    kernel, execute, calls, eventually, jp_serverapp
):
    kernel_id = kernel()
    manager = jp_serverapp.kernel_manager.get_kernel(kernel_id)
    execute(kernel_id, ASTRAY + CALL.format(tokens=1))
    eventually(calls, "the first call")
    died = manager.provisioner.pid
    os.kill(died, signal.SIGKILL)
    eventually(lambda: manager.provisioner.pid not in (died, None), "the new process")
    execute(kernel_id, ASTRAY + CALL.format(tokens=2))
    eventually(lambda: len(calls()) == 2, "the second call")
    assert figures(calls()) == [(1, "message"), (2, "message")]


def test_a_kernel_that_ran_before_the_extension_started_is_metered(
    jp_serverapp, meter, kernel, execute, calls, eventually
):
    kernel_id = kernel()
    meter.messages.close()
    meter.messages.follow_all()
    execute(kernel_id, ASTRAY + CALL.format(tokens=3))
    assert figures(eventually(calls, "the call")) == [(3, "message")]


LOSE = """
from llm_meter_tap.delivery import kernel_message
import time
def lose(*args): kernel_message._send = send
send, kernel_message._send = kernel_message._send, lose
"""


def test_a_message_that_was_lost_shows_until_the_spool_brings_the_call(
    kernel, execute, calls, eventually, problems, meter, tmp_path
):
    kernel_id = kernel()
    away = tmp_path / "away"
    execute(kernel_id, f"import os; os.environ['LLM_METER_DIR'] = {str(away)!r}\n" + CALL.format(tokens=1))
    eventually(calls, "the first call")
    execute(kernel_id, LOSE + CALL.format(tokens=20) + "\ntime.sleep(0.5)")
    execute(kernel_id, CALL.format(tokens=300))
    eventually(lambda: len(calls()) == 2, "the third call")
    said = eventually(problems, "the problem")["messages-lost"]
    assert f"1 of kernel {kernel_id} (up to 20 tokens)" in said

    (spool,) = (away / "spool").glob("*.jsonl")
    ours = meter.service.storage.folder / "spool"
    ours.mkdir(exist_ok=True)
    draft = ours / f".{spool.name}"
    draft.write_bytes(spool.read_bytes())
    draft.rename(ours / spool.name)
    meter.service.process_ended()
    eventually(lambda: len(calls()) == 3, "the second call")
    eventually(lambda: not problems(), "the end of the problem")


def test_invalid_messages_change_nothing(kernel, execute, calls, eventually, run, problems):
    kernel_id = kernel()
    execute(
        kernel_id,
        """
kernel = get_ipython().kernel
def say(data): kernel.session.send(
    kernel.iopub_socket, 'comm_msg', {'comm_id': 'llm-meter', 'data': data}, ident=b'llm-meter')
for data in (None, [], {}, {'version': 1}, {'version': 2, 'record': {}},
             {'version': 1, 'tap': 't', 'seq': -1, 'recent': [], 'totals': {}},
             {'version': 1, 'tap': 't', 'seq': 1, 'recent': [7], 'totals': {}},
             {'version': 1, 'tap': 't', 'seq': 1, 'recent': [], 'record': {'llm_meter.call.id': 'x'},
              'totals': {'input_tokens': 0, 'output_tokens': 0}}):
    say(data)
""",
    )
    execute(kernel_id, ASTRAY + CALL.format(tokens=9))
    assert figures(eventually(calls, "the call")) == [(9, "message")]
    run(asyncio.sleep(0.6))
    assert (figures(calls()), problems()) == ([(9, "message")], {})


def frames_of(session):
    """A message as it comes out of a socket, topic first."""
    content = {"comm_id": "llm-meter", "data": {"version": 1}}
    return [b"llm-meter", *session.serialize(session.msg("comm_msg", content))]


def test_only_what_the_kernel_signed_is_read():
    kernel, stranger = Session(key=b"the kernel's"), Session(key=b"another")
    message = signed_message(frames_of(kernel), kernel.clone())
    assert message["content"]["data"] == {"version": 1}
    assert signed_message(frames_of(stranger), kernel.clone()) is None


@pytest.mark.parametrize("frames", [[], [b"llm-meter"], [b"llm-meter", b"<IDS|MSG>"], [b"\xff"] * 8])
def test_frames_that_are_not_a_message_are_none(frames):
    assert signed_message(frames, Session(key=b"the kernel's")) is None
    assert is_read(frames) is (frames[:1] == [b"llm-meter"])


def test_a_kernel_books_no_call_on_another(kernel, execute, calls, eventually):
    kernel_id = kernel()
    elsewhere = "import os; os.environ['LLM_METER_KERNEL_ID'] = 'other'\n"
    execute(kernel_id, elsewhere + ASTRAY + CALL.format(tokens=1))
    assert eventually(calls, "the call")[0].kernel_id == kernel_id


def test_a_kernel_without_a_mark_that_sends_a_message_is_metered(kernel, execute, meter, api, eventually):
    kernel_id = kernel()
    execute(kernel_id, "pass")
    (meter.service.storage.folder / "kernels" / kernel_id).unlink()
    assert api("standing")[1]["unmetered"] == []


@pytest.mark.parametrize("extension_config", [{"kernel_messages": False}])
def test_listening_can_be_switched_off(extension_config, kernel, execute, calls, run):
    execute(kernel(), ASTRAY + CALL.format(tokens=7))
    run(asyncio.sleep(1.5))
    assert calls() == []
