"""The tap put into real environments, offline and without their pip."""

import os
import stat
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from jupyter_llm_meter import __version__
from jupyter_llm_meter.environments.errors import TapCopyError
from jupyter_llm_meter.environments.tap_copy import TapCopy
from llm_meter_tap.wire.private_folder import make_folder


@pytest.fixture
def python(tmp_path):
    """The Python of an environment without pip and without anything of ours."""
    venv.create(tmp_path / "env", with_pip=False)
    return str(tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python")


@pytest.fixture
def copy(python):
    return TapCopy(python, os.environ)


def run(python, code, **more):
    kept = {name: value for name, value in os.environ.items() if "LLM_METER" not in name}
    kept.pop("PYTHONPATH", None)
    environment = {**kept, **more}
    done = subprocess.run([python, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_process_of_the_environment_is_metered_when_it_asks(copy, python, tmp_path):
    assert copy.install()
    folder = tmp_path / "private"
    run(python, "from llm_meter_tap import record; record(input_tokens=3)", LLM_METER_DIR=str(folder))
    assert len(list((folder / "spool").iterdir())) == 1
    assert copy.is_active
    assert copy.version == __version__


def test_a_process_that_does_not_ask_gets_nothing(copy, python):
    copy.install()
    code = "import sys; print([name for name in sys.modules if 'llm_meter' in name])"
    assert run(python, code) == "[]\n"


def test_a_lab_behind_a_gateway_asks_by_the_variables_that_gateways_hand_on(copy, python, tmp_path):
    copy.install()
    code = (
        "import os; from llm_meter_tap import record; record(input_tokens=3);"
        "print(os.environ['LLM_METER_DIR'], os.environ['LLM_METER_USER'])"
    )
    asked = {"KERNEL_LLM_METER_DIR": "~/meter", "KERNEL_LLM_METER_USER": "ada", "HOME": str(tmp_path)}
    assert run(python, code, **asked) == f"{tmp_path}/meter ada\n"
    assert len(list((tmp_path / "meter" / "spool").iterdir())) == 1


@pytest.mark.parametrize("option", ["-I", "-E"])
def test_an_isolated_python_is_reached_too(copy, python, option, tmp_path):
    copy.install()
    code = "import sys; print('llm_meter_tap.startup' in sys.modules)"
    command = [python, option, "-c", code]
    asked = {**os.environ, "LLM_METER_DIR": str(tmp_path)}
    assert subprocess.run(command, env=asked, capture_output=True, text=True).stdout == "True\n"


def test_installing_again_changes_nothing(copy):
    assert copy.install()
    before = files(copy.interpreter.packages)
    assert not copy.install()
    assert files(copy.interpreter.packages).items() >= before.items()


def test_an_older_or_damaged_copy_is_replaced_whole(copy):
    copy.install()
    packages = copy.interpreter.packages
    (packages / "llm_meter_tap" / "tap.py").write_text("broken")
    (packages / "llm_meter_tap" / "left_over.py").write_text("")
    (packages / f"llm_meter_tap-{__version__}.dist-info").rename(packages / "llm_meter_tap-0.0.1.dist-info")
    assert copy.version == "0.0.1"
    assert copy.install()
    assert copy.version == __version__
    assert not (packages / "llm_meter_tap" / "left_over.py").exists()
    assert "broken" not in (packages / "llm_meter_tap" / "tap.py").read_text()


def test_uninstalling_leaves_the_environment_as_it_was(copy):
    before = files(copy.interpreter.packages)
    copy.install()
    assert copy.uninstall()
    assert files(copy.interpreter.packages) == before
    assert not copy.uninstall()


def test_pip_sees_a_package_and_can_remove_it(copy, python):
    copy.install()
    pip = [sys.executable, "-m", "pip", "--python", python]
    listed = subprocess.run([*pip, "list", "--format=freeze"], capture_output=True, text=True)
    assert f"llm-meter-tap=={__version__}" in listed.stdout.replace("_", "-")
    subprocess.run([*pip, "uninstall", "--yes", "llm-meter-tap"], check=True, capture_output=True)
    assert (copy.version, copy.is_active) == (None, False)


def test_a_tap_installed_by_other_means_is_not_changed(copy):
    package = Path(make_folder(str(copy.interpreter.packages), "llm_meter_tap"))
    (package / "__init__.py").write_text("")
    with pytest.raises(TapCopyError, match="installed another way"):
        copy.install()
    with pytest.raises(TapCopyError, match="remove it the way it was"):
        copy.uninstall()
    assert (package / "__init__.py").read_text() == ""


@pytest.mark.parametrize(
    ("program", "words"),
    [("/no/such/python", "was not found"), ("/bin/false", "did not answer like a Python")],
)
def test_a_program_that_is_not_python_is_refused(program, words):
    with pytest.raises(TapCopyError, match=words):
        TapCopy(program, os.environ)


def test_a_python_that_is_too_old_is_refused(tmp_path):
    old = tmp_path / "python"
    old.write_text(f'#!/bin/sh\necho \'{{"version": [3, 7, 9], "packages": "{tmp_path}/packages"}}\'\n')
    old.chmod(0o755)
    with pytest.raises(TapCopyError, match=r"is Python 3\.7\.9; the tap needs 3\.8 or newer"):
        TapCopy(str(old), os.environ).install()
    assert not (tmp_path / "packages").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_packages_that_cannot_be_written_are_refused(copy):
    copy.interpreter.packages.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(TapCopyError, match="cannot be changed"):
        copy.install()


def test_a_file_in_place_of_the_packages_folder_is_reported(tmp_path):
    (tmp_path / "packages").write_text("a file")
    odd = tmp_path / "python"
    odd.write_text(f'#!/bin/sh\necho \'{{"version": [3, 11, 7], "packages": "{tmp_path}/packages"}}\'\n')
    odd.chmod(0o755)
    with pytest.raises(TapCopyError, match="cannot be changed"):
        TapCopy(str(odd), os.environ).install()
