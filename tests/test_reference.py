"""The generated pages of docs/reference: they match the code, and a page that doesn't is found."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "reference.py"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_pages_match_the_code(reference):
    assert reference.stale_pages(reference.FOLDER) == [], "run `python scripts/reference.py`"


def test_a_page_that_differs_from_the_code_is_found(reference, tmp_path):
    folder = shutil.copytree(reference.FOLDER, tmp_path / "reference")
    page = folder / "cli.md"
    page.write_text(page.read_text("utf-8").replace("--group-by", "--by"), "utf-8")
    (folder / "settings.md").unlink()
    assert reference.stale_pages(folder) == ["settings.md", "cli.md"]
