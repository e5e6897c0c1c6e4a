import json

import pytest


def post(api, **body):
    return api("runs", method="POST", body=json.dumps(body))


def test_a_call_of_the_run_gets_the_cell_that_the_page_named(api, send, settled, calls):
    assert post(api, kernel_id="k", run_id="r", cell_id="c") == (204, None)
    send(settled("a", **{"llm_meter.kernel.id": "k", "llm_meter.run.id": "r"}))
    assert [call.cell_id for call in calls()] == ["c"]


@pytest.mark.parametrize("name", ["kernel_id", "run_id", "cell_id"])
@pytest.mark.parametrize("value", [None, "", 7, "x" * 201])
def test_a_request_that_names_no_run_or_cell_is_refused(api, name, value):
    status, refusal = post(api, **{"kernel_id": "k", "run_id": "r", "cell_id": "c", name: value})
    assert (status, refusal["reason"]) == (400, "bad-argument")
    assert name in refusal["message"]
