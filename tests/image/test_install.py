"""The script that the Dockerfile runs, and the health check, in a fresh environment without Docker."""

import json
import os
import shutil
import subprocess
import sys
import time
import venv

import pytest
from free_port import free_port
from image_script import IMAGE, clean_variables, install, with_the_wheel

CALL = "from llm_meter_tap import record; record(model='gpt-4o', input_tokens=7, output_tokens=1)"

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("bash"), reason="the image is built with bash"
)


@pytest.fixture
def folder(tmp_path):
    """What the Dockerfile copies, without the wheel."""
    for name in ("install.sh", "overrides.json", "health.py"):
        shutil.copyfile(IMAGE / name, tmp_path / name)
    return tmp_path


def test_without_a_wheel_it_says_how_to_build_one(folder):
    code, output = install(folder)
    assert code == 1
    assert "0 wheels of LLM Meter; it needs one. Build it with: pip wheel --no-deps -w dist ." in output


def test_two_wheels_are_refused(folder):
    for version in ("1.0.0", "2.0.0"):
        (folder / f"jupyter_llm_meter-{version}-py3-none-any.whl").touch()
    code, output = install(folder)
    assert (code, "2 wheels" in output) == (1, True)


@pytest.mark.parametrize("content", [None, "{"])
def test_limits_that_cannot_be_read_are_refused_before_anything_is_installed(folder, content):
    (folder / "jupyter_llm_meter-1.0.0-py3-none-any.whl").touch()
    (folder / "overrides.json").unlink()
    if content:
        (folder / "overrides.json").write_text(content)
    code, output = install(folder)
    assert (code, "overrides.json is missing or is not JSON; fix it" in output) == (1, True)


def test_a_python_that_is_too_old_is_named(folder):
    old = folder / "python"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.8.20\nexit 1\n')
    old.chmod(0o755)
    code, output = install(folder, old)
    assert code == 1
    assert f"needs Python 3.10 or newer; {old} is" in output


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """An environment in which the script has installed: a function that runs its programs."""
    home = tmp_path_factory.mktemp("image")
    venv.create(home / "env", with_pip=True)
    code, output = install(with_the_wheel(home / "copied"), home / "env" / "bin" / "python")
    assert code == 0, output
    kept = clean_variables()
    path = f"{home / 'env' / 'bin'}{os.pathsep}{kept['PATH']}"
    runtime = {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "PATH": path}

    class Lab:
        folder = home
        env = kept | runtime

        @staticmethod
        def run(*words, **variables):
            return subprocess.run(
                [home / "env" / "bin" / words[0], *words[1:]],
                env={**Lab.env, **variables},
                capture_output=True,
                text=True,
                timeout=120,
            )

    return Lab


def test_the_limits_of_the_lab_hold_in_a_new_environment(lab):
    done = lab.run("jupyter", "llm-meter", "run", "--", "python", "-c", CALL)
    assert done.returncode == 0, done.stderr
    document = json.loads(lab.run("jupyter", "llm-meter", "status", "--json").stdout)
    (standing,) = document["standings"]
    assert (standing["limit"]["amount"], standing["limit"]["source"]) == (5_000_000, "settings")
    assert document["today"]["input_tokens"] == 7


def test_health_is_bad_without_a_server(lab, tmp_path):
    done = lab.run("python", str(IMAGE / "health.py"), JUPYTER_RUNTIME_DIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (
        1,
        "No Jupyter server answers; see the log of the container.\n",
    )


def test_health_is_good_while_the_lab_of_the_image_runs_and_bad_without_the_meter(lab):
    command = ["jupyter", "lab", "--ip=127.0.0.1", f"--port={free_port()}", "--no-browser", "--allow-root"]
    for options, healthy in ((["--LLMMeter.enabled=False"], False), ([], True)):
        log = (lab.folder / "lab.log").open("w")
        server = subprocess.Popen(
            [lab.folder / "env" / "bin" / command[0], *command[1:], *options],
            env=lab.env,
            cwd=lab.folder,
            stdout=log,
            stderr=log,
        )
        try:
            for _ in range(240):
                done = lab.run("python", str(IMAGE / "health.py"))
                if not done.stdout.startswith("No Jupyter server"):
                    break
                time.sleep(0.5)
            assert (done.returncode == 0) is healthy, done.stdout + (lab.folder / "lab.log").read_text()
            assert ("No service of LLM Meter answers" in done.stdout) is not healthy
        finally:
            server.terminate()
            server.wait(60)
            log.close()
