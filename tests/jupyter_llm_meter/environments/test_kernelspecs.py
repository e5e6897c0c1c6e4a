"""Kernelspecs of every kind, each asked by really starting its Python."""

import json
import os
import sys
import venv
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_llm_meter.core.finding import BAD, GOOD, UNKNOWN
from jupyter_llm_meter.environments.kernelspecs import examine_kernelspecs, examine_python, interpreter_part
from jupyter_llm_meter.environments.tap_copy import TapCopy
from jupyter_llm_meter.service.environment import tap_variables

LAUNCH = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


@pytest.fixture
def environment(tmp_path):
    """An environment that has nothing of ours."""
    venv.create(tmp_path / "env", with_pip=False)
    return tmp_path / "env"


@pytest.fixture
def python(environment):
    return str(environment / ("Scripts" if sys.platform == "win32" else "bin") / "python")


@pytest.fixture
def lab(tmp_path):
    """The environment of a lab's kernels."""
    kept = {name: value for name, value in os.environ.items() if "LLM_METER" not in name}
    return kept | tap_variables(tmp_path / "private", "", None)


@pytest.fixture
def examine(tmp_path, lab, monkeypatch):
    """Look at one kernelspec."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))

    def look(argv, language="python", **more):
        folder = tmp_path / "data" / "kernels" / "mine"
        folder.mkdir(parents=True)
        spec = {"argv": argv, "display_name": "Mine", "language": language, **more}
        (folder / "kernel.json").write_text(json.dumps(spec))
        (finding,) = [one for one in examine_kernelspecs(KernelSpecManager(), lab) if one.subject == "mine"]
        return finding

    return look


def test_a_python_of_another_environment_is_metered(examine, python):
    finding = examine([python, *LAUNCH])
    assert (finding.verdict, "metered" in finding.text) == (GOOD, True)


@pytest.mark.parametrize(
    ("options", "env", "words"),
    [
        (["-I"], {}, "started with -I"),
        (["-E"], {}, "started with -E"),
        (["-sE"], {}, "started with -E"),
        (["-S"], {}, "started with -S"),
        ([], {"PYTHONPATH": "/elsewhere"}, "replaces the lab's PYTHONPATH"),
        ([], {"LLM_METER_DISABLE": "1"}, "LLM_METER_DISABLE"),
        ([], {"LLM_METER_DIR": ""}, "empties LLM_METER_DIR"),
    ],
)
def test_a_python_that_the_lab_does_not_reach_is_reported_with_the_reason(
    examine, python, options, env, words
):
    finding = examine([python, *options, *LAUNCH], env=env)
    assert (finding.verdict, words in finding.text) == (BAD, True), finding.text


@pytest.mark.parametrize("options", [["-I"], ["-E"], []])
def test_what_the_doctor_advises_helps(examine, python, options):
    TapCopy(python, os.environ).install()
    assert examine([python, *options, *LAUNCH], env={"PYTHONPATH": "/elsewhere"}).verdict == GOOD


def test_a_pythonpath_that_keeps_the_lab_s_is_metered(examine, python):
    assert examine([python, *LAUNCH], env={"PYTHONPATH": "${PYTHONPATH}:/more"}).verdict == GOOD


def test_another_language_has_its_outputs_only(examine):
    finding = examine(["R", "--slave"], language="R")
    assert (finding.verdict, "R has no tap" in finding.text) == (BAD, True)


def test_what_cannot_be_asked_is_unknown(examine):
    assert examine(["conda", "run", "-n", "x", "python", *LAUNCH]).verdict == UNKNOWN


def test_a_kernelspec_that_jupyter_cannot_use_is_unknown(examine, python):
    metadata = {"kernel_provisioner": {"provisioner_name": "not-installed"}}
    assert examine([python, *LAUNCH], metadata=metadata).verdict == UNKNOWN


def test_a_missing_python_is_reported(examine):
    finding = examine(["/gone/bin/python", *LAUNCH])
    assert (finding.verdict, "was not found" in finding.text) == (BAD, True)


def test_a_library_older_than_its_adapter_is_reported(examine, python, environment):
    (packages,) = environment.rglob("site-packages")
    for name, version in (("httpx", "0.19.0"), ("urllib3", "2.2.1")):
        folder = Path(packages, f"{name}-{version}.dist-info")
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    finding = examine([python, *LAUNCH])
    assert finding.verdict == BAD
    assert "httpx 0.19.0 is older than 0.20" in finding.text
    assert "urllib3" not in finding.text


def test_the_python_of_terminals_is_asked_too(lab, python):
    assert examine_python(python, lab).verdict == GOOD
    assert examine_python(python, {**lab, "LLM_METER_DISABLE": "1"}).verdict == BAD


@pytest.mark.parametrize(
    ("command", "part"),
    [
        (["/usr/bin/python3.12", "-m", "ipykernel"], ["/usr/bin/python3.12"]),
        (["pypy3", "-I", "-X", "dev", "-m", "x", "-E"], ["pypy3", "-I", "-X", "dev"]),
        (["python", "launch.py", "-I"], ["python"]),
        (["bash", "-c", "python"], None),
        ([], None),
    ],
)
def test_only_python_s_own_options_are_taken(command, part):
    assert interpreter_part(command) == part
