"""Which running programs no tap can see."""

import shutil
import socket
import subprocess
import sys

import pytest

from jupyter_llm_meter.environments.programs import connected_programs

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None or sys.platform != "linux", reason="needs bash's /dev/tcp")

# A lab: starts a program, says so, and waits.
LAB = "import subprocess, sys; subprocess.Popen(sys.argv[1:]); sys.stdin.read()"
CONNECTED = "exec 3<>/dev/tcp/127.0.0.1/{port}; echo connected; read -u 3; exit"


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def lab():
    """Start a lab that starts a program, and wait until that prints a line."""
    started = []

    def start(*program):
        process = subprocess.Popen(
            [sys.executable, "-c", LAB, *program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        process.stdout.readline()
        return process.pid

    yield start
    for process in started:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def test_a_program_that_is_not_python_and_is_connected_is_found_with_those_it_runs_below(lab, listener):
    connected = CONNECTED.format(port=listener.getsockname()[1])
    root = lab(BASH, "-c", f"{BASH} -c '{connected}'; true")
    (found,) = connected_programs(root)
    assert found.name == "bash"
    assert found.parents[-1] == root
    assert found.kernel_id is None
    assert len(found.parents) == 2


def test_a_kernel_is_known_by_its_connection_file(lab, listener):
    connected = CONNECTED.format(port=listener.getsockname()[1])
    root = lab(BASH, "-c", connected, "--args", "/run/jupyter/kernel-0c3e7a52-1111.json")
    (found,) = connected_programs(root)
    assert found.kernel_id == "0c3e7a52-1111"


def test_a_program_without_a_connection_is_not_found(lab):
    assert connected_programs(lab(BASH, "-c", "echo ready; sleep 600 & wait")) == []


def test_a_python_program_is_not_found_because_it_has_a_tap(lab, listener):
    program = (
        f"import socket; s = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}));"
        "print('connected', flush=True); s.recv(1)"
    )
    assert connected_programs(lab(sys.executable, "-c", program)) == []


def test_connections_between_the_processes_of_a_lab_do_not_count(lab):
    server = (
        "import socket, subprocess, sys; s = socket.create_server(('127.0.0.1', 0));"
        "port = s.getsockname()[1];"
        f"subprocess.Popen([{BASH!r}, '-c', {CONNECTED!r}.format(port=port)]); sys.stdin.read()"
    )
    assert connected_programs(lab(sys.executable, "-c", server)) == []


def test_a_process_that_has_ended_has_no_programs(lab):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert connected_programs(ended.pid) == []
