"""The names of kernels that no notebook owns."""

from datetime import datetime

from jupyter_llm_meter.core.program_names import kernel_name

STARTED = datetime(2026, 11, 30, 14, 5, 59)


def test_a_console_is_called_by_its_name_and_kernelspec():
    assert kernel_name("Python 3", "Console 1", STARTED) == "Console 1 (Python 3)"


def test_a_kernel_without_a_console_is_called_by_its_kernelspec_and_its_start():
    assert kernel_name("Python 3", " ", STARTED) == "Python 3 · 2026-11-30 14:05"


def test_a_kernel_whose_start_is_not_known_is_called_by_its_kernelspec():
    assert kernel_name("R") == "R"
