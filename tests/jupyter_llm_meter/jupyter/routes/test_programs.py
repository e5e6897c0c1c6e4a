"""``GET programs``, on a real server with a real kernel."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from .test_openapi import schema

pytestmark = pytest.mark.skipif(
    shutil.which("bash") is None or sys.platform != "linux", reason="needs bash's /dev/tcp"
)

# A provider that does not run below the server: its parent ends at once.
PROVIDER = """
import os, socket, time
listening = socket.create_server(("127.0.0.1", 0))
if (pid := os.fork()):
    print(pid, listening.getsockname()[1])
else:
    os.close(1)
    time.sleep(600)
"""
START = """
import subprocess
connected = "exec 3<>/dev/tcp/127.0.0.1/{port}; echo connected; read -u 3; exit"
program = subprocess.Popen(["bash", "-c", connected], stdout=subprocess.PIPE)
program.stdout.readline()
"""


@pytest.fixture
def provider_port():
    told = subprocess.run([sys.executable, "-c", PROVIDER], stdout=subprocess.PIPE, text=True, check=True)
    pid, port = map(int, told.stdout.split())
    yield port
    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def notebook_kernel(jp_serverapp, meter, run):
    manager = jp_serverapp.session_manager
    model = run(manager.create_session(path="work/a.ipynb", name="a", type="notebook", kernel_name="python3"))
    yield model["kernel"]["id"]
    run(jp_serverapp.kernel_manager.shutdown_kernel(model["kernel"]["id"], now=True))


def test_a_program_is_named_with_the_notebook_that_started_it_while_it_runs(
    api, notebook_kernel, execute, provider_port
):
    assert api("programs") == (200, {"programs": []})
    execute(notebook_kernel, START.format(port=provider_port))
    status, answer = api("programs")
    assert status == 200
    schema("Programs").validate(answer)
    assert answer["programs"] == [
        {"name": "bash", "kernel_id": notebook_kernel, "started_in": "work/a.ipynb"}
    ]
    execute(notebook_kernel, "program.kill(); program.wait()")
    assert api("programs") == (200, {"programs": []})
