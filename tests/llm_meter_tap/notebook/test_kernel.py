"""The tap in a real IPython kernel: each call is sent under the cell that made it."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tap_kernel import Kernel, announced, printed, told
from tap_process import run, settled

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
STREAM = {**BODY, "stream": True}


@pytest.fixture
def kernel(folder: Path) -> Iterator[Kernel]:
    running = Kernel(folder)
    yield running
    running.stop()


def test_a_call_is_sent_once_under_its_cell(kernel, provider, folder):
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


def test_a_kernel_that_no_lab_named_names_itself_by_its_python_and_its_start(kernel, provider, folder):
    kernel.run(f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})", "cell-1", calls=1)

    (record,) = settled(folder)
    version = "{}.{}".format(*sys.version_info[:2])
    pattern = rf"Python {re.escape(version)} · \d{{4}}-\d\d-\d\d \d\d:\d\d"
    assert re.fullmatch(pattern, record["llm_meter.program.name"])


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


def test_a_living_kernel_is_marked_until_it_ends(folder):
    kernel = Kernel(folder)
    assert [path.name for path in (folder / "kernels").iterdir()] == [kernel.id]

    kernel.stop()
    assert list((folder / "kernels").iterdir()) == []


def test_work_that_outlives_its_cell_keeps_it(kernel, provider, folder):
    setup = f"""
import asyncio, httpx, threading
from concurrent.futures import ThreadPoolExecutor
pool, go = ThreadPoolExecutor(1), threading.Event()
def call(): httpx.post('{provider.url}/json/{CHAT}', json={BODY})
def late(): go.wait(); call()
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


def test_whatever_asyncio_starts_in_a_cell_keeps_it(kernel, provider, folder):
    setup = f"""
import asyncio, httpx, threading
go = threading.Event()
def call(): httpx.post('{provider.url}/json/{CHAT}', json={BODY})
def late(): go.wait(); call()
async def later():
    while not go.is_set(): await asyncio.sleep(0.01)
    async with httpx.AsyncClient() as client: await client.post('{provider.url}/json/{CHAT}', json={BODY})
"""
    kernel.run(setup, "cell-setup")
    kernel.run("both = asyncio.gather(later(), later())", "cell-gather")
    kernel.run("job = asyncio.create_task(asyncio.to_thread(late))", "cell-to-thread")
    kernel.run("other = asyncio.get_running_loop().run_in_executor(None, late)", "cell-executor")
    said = kernel.run("go.set(); await asyncio.gather(both, job, other); call()", "cell-last", calls=5)

    cells = sorted(record["llm_meter.cell.id"] for record in settled(folder))
    assert cells == ["cell-executor", "cell-gather", "cell-gather", "cell-last", "cell-to-thread"]
    assert len({message["parent_header"]["msg_id"] for message in told(said)}) == 4


def test_a_process_pool_works_for_the_cell_that_started_its_workers(kernel, provider, folder, tmp_path):
    (tmp_path / "work.py").write_text(
        "import httpx\n"
        f"def call(): return httpx.post('{provider.url}/json/{CHAT}', json={BODY}).status_code\n"
    )
    setup = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
import multiprocessing, work
from concurrent.futures import ProcessPoolExecutor
pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context('spawn'))
print(pool.submit(work.call).result())
"""
    assert printed(kernel.run(setup, "cell-pool")) == "200\n"
    again = kernel.run("print(pool.submit(work.call).result()); pool.shutdown()", "cell-job")
    assert printed(again) == "200\n"

    assert [record["llm_meter.cell.id"] for record in settled(folder)] == ["cell-pool", "cell-pool"]


def test_an_interrupted_cell_shows_the_interrupt_and_leaves_an_aborted_call(kernel, provider, folder):
    kernel.run("import httpx", "cell-0")
    code = f"""
with httpx.stream('POST', '{provider.url}/halfway/{CHAT}', json={STREAM}) as response:
    for line in response.iter_lines(): print(line, flush=True)
"""
    said = kernel.interrupt(kernel.start(code, "cell-1"))
    assert [one["content"]["ename"] for one in said if one["msg_type"] == "error"] == ["KeyboardInterrupt"]
    (record,) = settled(folder)
    assert (record["llm_meter.call.status"], record["llm_meter.cell.id"]) == ("aborted", "cell-1")

    kernel.run(f"print(httpx.post('{provider.url}/json/{CHAT}', json={BODY}))", "cell-2", calls=1)
    assert len(settled(folder)) == 2


def test_a_module_that_autoreload_renews_is_metered_once_before_and_after(kernel, provider, folder, tmp_path):
    module = tmp_path / "mine.py"
    module.write_text(
        "import httpx\nfrom httpx import post\n"
        f"def call(): return 'before', post('{provider.url}/json/{CHAT}', json={BODY}).status_code\n"
    )
    kernel.run(f"%load_ext autoreload\n%autoreload 2\nimport sys; sys.path.insert(0, {str(tmp_path)!r})")
    before = kernel.run("import mine; from mine import call; print(call())", calls=1)
    assert printed(before) == "('before', 200)\n"

    module.write_text(module.read_text().replace("'before'", "'after the edit'"))
    assert printed(kernel.run("print(call())", calls=1)) == "('after the edit', 200)\n"
    assert len(settled(folder)) == 2


def test_a_set_up_cell_that_is_run_again_changes_nothing(kernel, provider, folder):
    setup = f"""
import importlib, sys
import httpx, requests, urllib3
importlib.reload(httpx); importlib.reload(requests); importlib.reload(urllib3)
for name in [name for name in sys.modules if name.partition('.')[0] in ('httpx', 'requests', 'urllib3')]:
    del sys.modules[name]
old = httpx.Client()
import httpx, requests
def call():
    requests.post('{provider.url}/json/{CHAT}', json={BODY})
    httpx.post('{provider.url}/json/{CHAT}', json={BODY})
    old.post('{provider.url}/json/{CHAT}', json={BODY})
call()
"""
    kernel.run(setup, "cell-1", calls=3)
    kernel.run(setup, "cell-1", calls=3)

    assert len(settled(folder)) == 6


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


def test_all_work_of_a_run_names_it_wherever_it_is_done_and_whenever_it_ends(kernel, provider, folder):
    call = f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})"
    code = f"""
import asyncio, concurrent.futures, subprocess, threading
go = threading.Event()
def late():
    go.wait()
    {call}
async def later():
    await asyncio.to_thread(late)
{call}
threading.Thread(target=late).start()
pool = concurrent.futures.ThreadPoolExecutor(); pool.submit(late)
task = asyncio.ensure_future(later())
subprocess.run([{sys.executable!r}, '-c', {call!r}], check=True)
"""
    kernel.run(code, "cell-1", calls=1)
    kernel.run("go.set()", "cell-2", calls=3)
    kernel.run(call, "cell-1", calls=1)

    runs = [record["llm_meter.run.id"] for record in settled(folder)]
    assert sorted(Counter(runs).values()) == [1, 5]


def test_an_answer_is_reported_while_it_streams_and_not_after_it_has_ended(kernel, provider):
    code = f"""
import contextlib, httpx
url = '{provider.url}/halfway/{CHAT}'
with contextlib.suppress(httpx.HTTPError), httpx.stream('POST', url, json={STREAM}) as response:
    for line in response.iter_lines(): print(line, flush=True)
"""
    request = kernel.start(code, "cell-1")
    told_of = [kernel.next_news() for _ in range(2)]
    provider.release()
    record = kernel.next_news()["record"]
    for data in told_of:
        assert set(data) == {"version", "tap", "under_way"}
        assert data["under_way"].pop("pieces") > 0
        assert data["under_way"] == {
            "llm_meter.call.id": record["llm_meter.call.id"],
            "llm_meter.call.started_at": record["llm_meter.call.started_at"],
            "gen_ai.request.model": "gpt-5",
            "llm_meter.cell.id": "cell-1",
            "llm_meter.run.id": request["header"]["msg_id"],
        }
    later = kernel.run("import time; time.sleep(2.5)", "cell-2")
    assert not [one for one in later if "under_way" in one["content"].get("data", {})]


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
