"""The tap in a real IPython kernel: each call told under the cell that made it."""

import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import KernelManager
from tap_process import environment, run, settled

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}


class Kernel:
    """A kernel, and what it says."""

    def __init__(self, folder: Path, connections: Path) -> None:
        self.id = str(uuid.uuid4())
        self._manager = KernelManager(connection_file=str(connections / f"kernel-{self.id}.json"))
        self._manager.start_kernel(env=environment(folder))
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def run(self, code: str, cell: str | None = None, calls: int = 0) -> list[dict[str, Any]]:
        """Run a cell; returns its IOPub messages, when it is idle and `calls` calls were told."""
        metadata = {"cellId": cell} if cell else {}
        request = self._client.session.msg(
            "execute_request", {"code": code, "silent": False, "stop_on_error": True}, metadata=metadata
        )
        self._client.shell_channel.send(request)
        said: list[dict[str, Any]] = []
        while calls > len(told(said)) or not any(is_idle(message, request) for message in said):
            said.append(self._client.get_iopub_msg(timeout=30))
        assert not [message["content"] for message in said if message["msg_type"] == "error"]
        return said

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel()


def is_idle(message: dict[str, Any], request: dict[str, Any]) -> bool:
    of_request = message["parent_header"].get("msg_id") == request["header"]["msg_id"]
    return of_request and message["content"].get("execution_state") == "idle"


def told(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages that tell of a call."""
    return [message for message in messages if "record" in message["content"].get("data", {})]


def announced(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The data of the messages that only say that the tap is alive."""
    said = [one["content"]["data"] for one in messages if one["msg_type"] == "comm_msg"]
    return [data for data in said if "record" not in data]


def printed(messages: list[dict[str, Any]]) -> str:
    return "".join(message["content"]["text"] for message in messages if message["msg_type"] == "stream")


@pytest.fixture
def kernel(folder: Path, tmp_path: Path) -> Iterator[Kernel]:
    running = Kernel(folder, tmp_path)
    yield running
    running.stop()


def test_a_call_is_told_once_under_its_cell(kernel, provider, folder):
    said = kernel.run(
        f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})", "cell-1", calls=1
    )

    (message,) = told(said)
    assert message["content"]["comm_id"] == "llm-meter"
    assert message["content"]["data"]["version"] == 1
    assert message["content"]["data"]["record"] == settled(folder)[0]
    assert "state" not in message["content"]["data"]
    (started,) = [one for one in said if one["msg_type"] == "execute_input"]
    assert message["parent_header"]["msg_id"] == started["parent_header"]["msg_id"]
    (record,) = settled(folder)
    assert (record["llm_meter.kernel.id"], record["llm_meter.cell.id"]) == (kernel.id, "cell-1")


def test_calls_are_numbered_and_each_message_names_those_before_it(kernel, provider, folder):
    call = f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})"
    first, second = (message["content"]["data"] for message in told(kernel.run(f"{call}; {call}", calls=2)))
    assert (first["seq"], second["seq"]) == (1, 2)
    assert first["tap"] == second["tap"]
    assert second["recent"] == [first["record"]["llm_meter.call.id"]]
    assert second["totals"] == {"input_tokens": 11, "output_tokens": 7}
    (news,) = announced(kernel.run("pass", "cell-2"))
    assert (news["seq"], news["totals"]) == (2, {"input_tokens": 22, "output_tokens": 14})


def test_cells_without_calls_say_nothing_again_and_again(kernel):
    (hello,) = announced(kernel.run("pass"))
    assert (hello["version"], hello["seq"], hello["recent"]) == (1, 0, [])
    assert announced(kernel.run("pass")) == []


def test_the_users_namespace_and_output_show_nothing_of_the_tap(kernel, provider):
    code = f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY}); print(*dir(), *_oh)"
    said = kernel.run(code, "cell-1", calls=1)

    assert "meter" not in printed(said).replace("httpx", "")


def test_a_living_kernel_is_marked_until_it_ends(folder, tmp_path):
    kernel = Kernel(folder, tmp_path)
    assert [path.name for path in (folder / "kernels").iterdir()] == [kernel.id]

    kernel.stop()
    assert list((folder / "kernels").iterdir()) == []


def test_work_that_outlives_its_cell_keeps_it(kernel, provider, folder):
    setup = f"""
import asyncio, httpx, threading
from concurrent.futures import ThreadPoolExecutor
pool, go = ThreadPoolExecutor(1), threading.Event()
def call(): httpx.post('{provider.url}/json/{CHAT}', json={BODY})
def late(): go.wait(20); call()
async def later():
    while not go.is_set(): await asyncio.sleep(0.01)
    async with httpx.AsyncClient() as client: await client.post('{provider.url}/json/{CHAT}', json={BODY})
pool.submit(int).result()
"""
    kernel.run(setup, "cell-setup")
    kernel.run("thread = threading.Thread(target=late); thread.start()", "cell-thread")
    kernel.run("task = asyncio.create_task(later())", "cell-task")
    kernel.run("job = pool.submit(late)", "cell-job")
    said = kernel.run("go.set(); await task; thread.join(); job.result(); call()", "cell-last", calls=4)

    cells = sorted(record["llm_meter.cell.id"] for record in settled(folder))
    assert cells == ["cell-job", "cell-last", "cell-task", "cell-thread"]
    assert len({message["parent_header"]["msg_id"] for message in told(said)}) == 4


def test_threads_of_user_classes_work_as_ever(kernel):
    code = """
import threading
class Worker(threading.Thread):
    def run(self): self.answer = (threading.current_thread() is self, 'run' in vars(self))
worker = Worker(name='w'); worker.start(); worker.join()
print(worker.answer)
"""
    assert printed(kernel.run(code, "cell-1")) == "(True, False)\n"


def test_processes_started_in_a_cell_inherit_kernel_and_cell(kernel, provider, folder):
    call = f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})"
    kernel.run(
        f"import subprocess; subprocess.run([{sys.executable!r}, '-c', {call!r}], check=True)", "cell-7"
    )

    (record,) = settled(folder)
    assert (record["llm_meter.kernel.id"], record["llm_meter.cell.id"]) == (kernel.id, "cell-7")


def test_a_forked_child_leaves_the_message_to_the_service(kernel, provider, folder):
    code = f"""
import httpx, os
child = os.fork()
if not child:
    httpx.post('{provider.url}/json/{CHAT}', json={BODY})
    os._exit(0)
os.waitpid(child, 0)
httpx.post('{provider.url}/json/{CHAT}', json={BODY})
"""
    assert len(told(kernel.run(code, "cell-1", calls=1))) == 1
    assert [record["llm_meter.cell.id"] for record in settled(folder)] == ["cell-1", "cell-1"]


def test_a_frontend_that_sends_no_cell_id_leaves_it_unknown(kernel, provider, folder):
    kernel.run(f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})", calls=1)

    assert "llm_meter.cell.id" not in settled(folder)[0]


def test_outside_a_kernel_importing_ipykernel_marks_nothing(folder):
    run(folder, "import ipykernel.kernelapp")

    assert not folder.exists()
