"""The project that a notebook names in its metadata."""

import pytest

from jupyter_llm_meter.jupyter.notebook_projects import project_in_notebook


@pytest.mark.parametrize(
    "text",
    ["", "[]", '"a"', "{}", '{"metadata": []}', '{"metadata": {"llm-meter": 1}}',
     '{"metadata": {"llm-meter": {"project": ""}}}', '{"metadata": {"llm-meter": {"project": 3}}}'],
)  # fmt: skip
def test_a_notebook_that_names_no_project_has_none(text):
    assert project_in_notebook(text) is None
