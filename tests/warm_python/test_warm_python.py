"""A program that a warm Python runs has what a process of its own has."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from warm_python import IS_POSSIBLE, warm_python

pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="warm Pythons need Linux")


@pytest.fixture(scope="module")
def python():
    with warm_python(["decimal"], os.environ) as words:
        yield words


def test_it_has_its_own_words_environment_folder_and_files(python, tmp_path):
    code = (
        "import os, sys; print(sys.argv, os.environ, os.getcwd(), sys.stdin.read(), 'decimal' in sys.modules)"
    )
    done = subprocess.run(
        [*python, "-c", code, "a", "b"],
        env={"LC_ALL": "C.UTF-8"},
        cwd=tmp_path,
        input="in",
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"['-c', 'a', 'b'] environ({{'LC_ALL': 'C.UTF-8'}}) {tmp_path} in True\n"
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("code", ["", "import sys; sys.exit(7)", "import sys; sys.exit('why')", "1 / 0"])
def test_it_ends_as_python_ends(python, code):
    ends = [
        subprocess.run([*words, "-c", code], capture_output=True, text=True)
        for words in (python, [sys.executable])
    ]
    assert ends[0].returncode == ends[1].returncode
    assert ends[0].stderr.splitlines()[-1:] == ends[1].stderr.splitlines()[-1:]


def test_what_is_left_to_the_end_of_python_is_done(python):
    code = (
        "import atexit, threading\n"
        "atexit.register(print, 'last')\n"
        "threading.Timer(0, print, ['thread']).start()"
    )
    assert subprocess.run([*python, "-c", code], capture_output=True, text=True).stdout == "thread\nlast\n"


def test_a_signal_reaches_it_and_its_answer_comes_back(python):
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(33))\n"
        "print('ready', flush=True)\n"
        "signal.pause()"
    )
    process = subprocess.Popen([*python, "-c", code], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.terminate()
    process.communicate()
    assert process.returncode == 33


def test_a_program_that_a_signal_ends_ends_its_stub_so(python):
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert subprocess.run([*python, "-c", code]).returncode == -signal.SIGKILL


def test_a_program_does_not_outlive_its_stub(python):
    process = subprocess.Popen(
        [*python, "-c", "print('ready', flush=True)\nimport signal; signal.pause()"], stdout=subprocess.PIPE
    )
    process.stdout.readline()
    process.kill()
    assert process.communicate()[0] == b""  # the program held the other end


def test_a_terminal_is_one(python):
    outer, inner = pty.openpty()
    code = (
        "import sys; sys.exit(sys.stdin.isatty() + 2 * sys.stdout.isatty() + 4 * sys.stdout.line_buffering)"
    )
    process = subprocess.Popen([*python, "-c", code], stdin=inner, stdout=inner)
    os.close(inner)
    assert process.wait() == 7
    os.close(outer)


def test_a_caller_of_another_language_gets_the_words_until_it_closes_the_input():
    server = subprocess.Popen(
        [sys.executable, "-m", "warm_python", "decimal"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    words = json.loads(server.stdout.readline())
    code = "import os, sys; print('decimal' in sys.modules, 'PYTHONPATH' in os.environ)"
    done = subprocess.run([*words, "-c", code], env={}, capture_output=True, text=True)
    assert done.stdout == "True False\n"
    server.communicate()
    assert server.returncode == 0
    assert subprocess.run([*words, "-c", code], capture_output=True).returncode != 0
