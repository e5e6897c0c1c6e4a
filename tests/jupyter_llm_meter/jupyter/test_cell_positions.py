"""Where cells are in a notebook's file, as messages say it."""

import asyncio
import json

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from jupyter_llm_meter.core.standing import CellPosition
from jupyter_llm_meter.jupyter.cell_positions import positions_at, positions_in_notebook


def notebook(*ids):
    cells = [{"cell_type": "code", **({} if each is None else {"id": each})} for each in ids]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_cell_is_counted_among_all_cells():
    assert positions_in_notebook(notebook("a", None, "c")) == {
        "a": CellPosition(1, 3),
        "c": CellPosition(3, 3),
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 1}', '{"cells": ["x"]}', "{broken"])
def test_a_file_that_is_no_notebook_has_no_cells(text):
    assert positions_in_notebook(text) == {}


def test_cells_are_found_by_the_notebook_s_path_and_none_where_there_is_none(tmp_path):
    contents = AsyncLargeFileManager(root_dir=str(tmp_path))
    (tmp_path / "a.ipynb").write_text(notebook("x", "y"), encoding="utf-8")
    (tmp_path / "a.txt").write_text(notebook("x", "y"), encoding="utf-8")
    assert asyncio.run(positions_at(contents, "a.ipynb")) == {
        "x": CellPosition(1, 2),
        "y": CellPosition(2, 2),
    }
    assert asyncio.run(positions_at(contents, "a.txt")) == {}
    assert asyncio.run(positions_at(contents, "gone.ipynb")) == {}
