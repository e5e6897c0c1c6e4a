"""The names of scripts and modules, as the processes that run them say them."""

import subprocess
import sys

import pytest

NAME = "from llm_meter_tap.provenance.program import script_name; print(script_name())"


@pytest.fixture
def folder(tmp_path):
    package = tmp_path / "trainer"
    package.mkdir()
    for file in (tmp_path / "train.py", package / "__init__.py", package / "__main__.py", package / "x.py"):
        file.write_text("" if file.name == "__init__.py" else NAME)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["train.py", "--secret=1"], "train.py"),
        (["-m", "trainer"], "trainer"),
        (["-m", "trainer.x", "argument"], "trainer.x"),
        (["-c", NAME], "None"),
    ],
)
def test_a_program_is_called_by_its_file_or_module_without_folder_and_arguments(folder, arguments, name):
    if arguments[0] == "train.py":
        arguments = [str(folder / "train.py"), *arguments[1:]]
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == name


def test_a_program_on_standard_input_has_no_name(folder):
    done = subprocess.run(
        [sys.executable, "-"], input=NAME, cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "None"
