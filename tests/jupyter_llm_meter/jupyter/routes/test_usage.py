import re

import pytest


def test_usage_is_summed_by_group(api, send, settled):
    send(settled("a"), settled("b", tokens=5), settled("c", **{"gen_ai.request.model": "unheard-of"}))
    status, usage = api("usage", params={"group_by": "model"})
    assert status == 200
    assert [(row["group"], row["input_tokens"], row["unpriced_calls"]) for row in usage["rows"]] == [
        ("gpt-4o", 15, 0),
        ("unheard-of", 10, 1),
    ]
    assert "cost" in usage["rows"][0]
    assert "cost" not in usage["rows"][1]
    assert api("usage")[1]["group_by"] == "none"


@pytest.mark.parametrize("day", ["0001-01-01", "0999-12-31", "9999-12-31"])
def test_usage_keeps_its_schema_for_any_date(api, send, settled, day):
    started_at = f"{day}T12:00:00.000000Z"
    send(settled("a", **{"llm_meter.call.started_at": started_at}))
    params = {"from": f"{day}T00:00:00Z", "to": f"{day}T23:59:59Z"}
    bounds = {"from": f"{day}T00:00:00.000000Z", "to": f"{day}T23:59:59.000000Z"}
    for group_by in ("hour", "day", "week", "month"):
        for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            status, usage = api("usage", params={**params, "group_by": group_by, "time_zone": zone})
            (row,) = usage.pop("rows")
            assert (status, usage, row["calls"]) == (200, {**bounds, "group_by": group_by}, 1)
            assert re.match(r"\d{4}-\d\d", row["group"])
    (call,) = api("calls", params=params)[1]["calls"]
    assert call["llm_meter.call.started_at"] == started_at
