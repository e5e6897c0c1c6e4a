import json

import pytest


def test_an_alert_is_claimed_by_one_tab_and_acknowledged_for_all(api, send, settled):
    send(settled("a", tokens=900_000))
    (alert,) = api("standing")[1]["alerts"]
    assert (alert["kind"], alert["threshold"]) == ("warning", 0.8)

    def claim(who):
        return api("alerts", alert["id"], "claim", method="POST", body=json.dumps({"claimant": who}))[1]

    assert claim("tab 1") == {"claimed": True}
    assert claim("tab 2") == {"claimed": False}
    assert claim("tab 1") == {"claimed": True}
    for _ in range(2):
        assert api("alerts", alert["id"], "acknowledge", method="POST", body="{}") == (204, None)
    assert api("standing")[1]["alerts"] == []


@pytest.mark.parametrize("body", ["{}", '{"claimant": ""}', '{"claimant": 3}', "[]", '"text"', "{"])
def test_a_claim_needs_a_claimant(api, body):
    assert api("alerts", "none", "claim", method="POST", body=body)[0] == 400


def test_a_text_that_no_database_can_keep_is_a_bad_request(api):
    for claimant in ("\ud800", "tab\0"):
        body = json.dumps({"claimant": claimant})
        assert api("alerts", "none", "claim", method="POST", body=body)[0] == 400


@pytest.mark.parametrize("verb", ["claim", "acknowledge"])
def test_an_alert_that_was_never_raised_is_not_found(api, verb):
    body = json.dumps({"claimant": "tab 1"})
    status, error = api("alerts", "none", verb, method="POST", body=body)
    assert (status, error["reason"]) == (404, "unknown-alert")
