"""A notebook has one path in the ledger, wherever the program that runs it was started."""

import pytest

from llm_meter_tap.provenance.notebook_path import ledger_path


@pytest.mark.parametrize("given", ["x/a.ipynb", "./x/a.ipynb", "x/../x/a.ipynb", "{root}/x/a.ipynb"])
def test_a_notebook_in_the_lab_has_its_path_under_the_root(given, tmp_path, monkeypatch):
    monkeypatch.setenv("LLM_METER_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert ledger_path(given.format(root=tmp_path)) == "x/a.ipynb"


def test_a_notebook_outside_the_lab_has_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.setenv("LLM_METER_ROOT", str(tmp_path / "lab"))
    assert ledger_path(str(tmp_path / "labour" / "a.ipynb")) == f"{tmp_path.as_posix()}/labour/a.ipynb"


def test_without_a_lab_a_notebook_has_its_path_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.delenv("LLM_METER_ROOT", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert ledger_path("a.ipynb") == "a.ipynb"
    assert ledger_path("../a.ipynb") == "../a.ipynb"
