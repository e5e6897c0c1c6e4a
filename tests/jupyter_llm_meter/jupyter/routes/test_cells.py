def test_the_runs_of_a_notebooks_cells_are_returned(api, send, settled):
    place = {"llm_meter.notebook.path": "a.ipynb", "llm_meter.cell.id": "c1"}
    send(*(settled(name, **place, **{"llm_meter.run.id": run}) for name, run in ("ax", "bx", "cy")))
    (cell,) = api("cells", params={"notebook": "a.ipynb"})[1]["cells"]
    assert {run["run_id"]: run["calls"] for run in cell["runs"]} == {"x": 2, "y": 1}
    assert api("cells", params={"notebook": "other.ipynb"}) == (200, {"cells": []})
    status, refusal = api("cells")
    assert (status, refusal["reason"]) == (400, "bad-argument")
