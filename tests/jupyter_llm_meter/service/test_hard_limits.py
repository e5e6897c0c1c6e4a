"""Hard limits of a service, requested as a tap does."""

import json
from datetime import datetime, timezone

import pytest

HARD = [{"window": "total", "unit": "tokens", "amount": 1000, "on_exceed": "block"}]


@pytest.fixture
def service(start, fixed_limits):
    return start(limits=fixed_limits(HARD))


@pytest.fixture
def ask(service, caller, record):
    """Ask for a call; answers with status and content."""
    call = caller(service)

    def reserve(call_id, read="hello", most=100, run=None, **fields):
        body = {
            "record": record(call_id, **{"llm_meter.call.basis": "missing", "tokens": None, **fields}),
            "text": {"input": read},
            "max_output_tokens": most,
            "is_text_only": True,
            "run": run,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return call("/v1/reserve", json.dumps(body).encode())

    return reserve


@pytest.fixture
def standing(service, caller):
    return lambda: caller(service)("/v1/standing")[1]


def test_calls_are_granted_while_they_fit_and_refused_with_the_arithmetic(
    ask, standing, caller, service, line
):
    assert ask("a", most=600) == (200, {"granted": True, "lease_s": 30.0})
    status, refusal = ask("b", most=600)
    assert (status, refusal["granted"], refusal["needed"], refusal["is_reserved_elsewhere"]) == (
        200,
        False,
        "601",
        True,
    )
    for words in (
        "for all time is 1,000 tokens",
        "under way 601 tokens",
        "may need 601 tokens",
        "administrator",
    ):
        assert words in refusal["message"]
    (entry,) = standing()["standings"]
    assert refusal["standing"] == entry
    assert (entry["reserved"], entry["amount"], entry["can_raise"], entry["level"]) == (
        "601",
        "1000",
        False,
        "ok",
    )
    assert caller(service)("/v1/lines", line("settled", "a", tokens=300))[0] == 200
    assert ask("b", most=600)[1]["granted"]


def test_a_reserved_call_that_was_never_sent_gives_its_room_back(ask, caller, service, line):
    ask("a", most=900)
    assert not ask("b", most=900)[1]["granted"]
    assert caller(service)("/v1/lines", line("dropped", "a"))[1]["acknowledged"] == ["a"]
    assert ask("b", most=900)[1]["granted"]


def test_a_killed_process_gives_its_room_back_when_its_spool_is_imported(ask, service, spool, line, standing):
    ask("a", most=900)
    spool(line("opened", "a", tokens=None, **{"llm_meter.call.basis": "missing"}))
    service.submit(service.spools.import_all(with_living=False)).result(20)
    (entry,) = standing()["standings"]
    assert (entry["reserved"], entry["used"]) == ("0", "0")
    assert standing()["today"]["missing_calls"] == 1


def test_leases_are_renewed_by_those_that_hold_them(ask, caller, service):
    ask("a")
    status, answer = caller(service)("/v1/renew", json.dumps({"ids": ["a", "b"]}).encode())
    assert (status, answer) == (200, {"renewed": ["a"], "lease_s": 30.0})


def test_an_answer_without_a_bound_is_estimated_and_its_limit_says_so(ask, standing):
    ask("a", most=None, **{"gen_ai.request.model": "m"})
    assert standing()["standings"][0]["reserved"] == "0"  # 4,096 do not fit into 1,000
    assert not ask("b", most=None)[1]["granted"]


def test_a_refused_call_raises_an_alert_and_is_not_counted(ask, standing, caller, service, line):
    ask("a", most=900)
    ask("b", most=900)
    refused = line(
        "settled",
        "b",
        tokens=None,
        **{
            "llm_meter.call.status": "refused",
            "llm_meter.call.basis": "none",
            "error.type": "LimitExceeded",
            "llm_meter.limit.id": "user/total/tokens",
        },
    )
    assert caller(service)("/v1/lines", refused)[1]["notices"] == []
    document = standing()
    (alert,) = document["alerts"]
    told = (alert["kind"], alert["needed"], alert["reserved"], alert["used"])
    assert told == ("blocked", "901", "901", "0")
    assert document["today"]["calls"] == 0


def test_a_cap_on_a_run_holds_without_any_hard_limit(start, fixed_limits, caller, record):
    call = caller(start(limits=fixed_limits([])))

    def reserve(call_id, run):
        body = {"record": record(call_id, tokens=None), "max_output_tokens": 9, "run": run}
        return call("/v1/reserve", json.dumps(body).encode())

    run = {"id": "cell-1", "caps": [{"unit": "calls", "amount": "1"}]}
    assert reserve("a", run)[1]["granted"]
    status, refusal = reserve("b", run)
    assert refusal["standing"]["limit"]["id"] == "run=cell-1/total/calls"
    assert "the cap on this run is 1 call." in refusal["message"]
    outer = {"id": "session", "caps": [{"unit": "calls", "amount": "2"}]}
    inner = {"id": "cell-2", "caps": [{"unit": "tokens", "amount": "9999"}], "within": outer}
    assert reserve("d", inner)[1]["granted"]
    assert reserve("e", outer)[1]["granted"]
    assert not reserve("f", {**run, "id": "cell-3", "within": outer})[1]["granted"]
    for wrong, named in [
        ({"caps": []}, "run.id must be a text"),
        ({"id": "x", "caps": [{"unit": "euros", "amount": "1"}]}, "tokens, USD, calls"),
        ({"id": "x", "caps": [{"unit": "USD", "amount": "0"}]}, "greater than 0"),
        ({"id": "x", "caps": [{"unit": "USD", "amount": 1}]}, "greater than 0"),
        ({"id": "x", "caps": [{"unit": "USD", "amount": "1", "unpriced": "no"}]}, "allow, block or a price"),
    ]:
        status, answer = reserve("c", wrong)
        assert (status, named in answer["error"]) == (400, True)


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("reserve", b"{", "JSON object"),
        ("reserve", b"{}", "llm_meter.call.id"),
        ("renew", b'{"ids": "a"}', "ids"),
        ("renew", b'{"ids": [1]}', "ids"),
        ("usage", b'{"kernel_id": "k"}', "since"),
        ("usage", b'{"since": "2026-11-24T00:00:00Z"}', "kernel_id"),
        ("usage", b'{"kernel_id": "k", "since": "today"}', "since"),
    ],
)
def test_a_question_that_cannot_be_read_is_answered_with_what_is_wrong(service, caller, path, body, named):
    status, answer = caller(service)(f"/v1/{path}", body)
    assert status == 400
    assert named in answer["error"]
    assert caller(service)(f"/v1/{path}", body, secret="wrong")[0] == 401


def test_usage_is_returned_by_calls_and_by_kernel(service, caller, line):
    call = caller(service)
    since = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    lines = [line("settled", name, **{"llm_meter.kernel.id": f"k{name}"}) for name in "ab"]
    call("/v1/lines", b"\n".join(lines))
    usage = call("/v1/usage", json.dumps({"ids": ["a", "b", "none"]}).encode())[1]["usage"]
    assert (usage["calls"], usage["input_tokens"], "cost" in usage) == (2, 20, True)
    body = json.dumps({"kernel_id": "ka", "since": since}).encode()
    assert call("/v1/usage", body)[1]["usage"]["input_tokens"] == 10
    assert call("/v1/usage", json.dumps({"ids": []}).encode())[1]["usage"]["calls"] == 0


def test_of_many_limits_the_nearest_are_shown_and_the_others_counted(start, fixed_limits, caller, line):
    limits = [
        {"window": "day", "unit": "tokens", "amount": 100, "scope": "notebook", "value": f"{n}.ipynb"}
        for n in range(150)
    ]
    call = caller(start(limits=fixed_limits(limits)))
    call("/v1/lines", line("settled", "a", **{"llm_meter.notebook.path": "149.ipynb"}))
    document = call("/v1/standing")[1]
    assert (len(document["standings"]), document["more_standings"]) == (100, 50)
    assert document["standings"][-1]["subject"] == "149.ipynb"


@pytest.mark.parametrize(
    ("cap", "model", "named"),
    [
        ({"unit": "USD", "amount": "1"}, "m-1", "m-1"),
        ({"unit": "USD", "amount": "1", "unpriced": "allow"}, "m-1", "m-1"),
        ({"unit": "USD", "amount": "1", "unpriced": "15"}, "m-1", None),
        ({"unit": "USD", "amount": "1"}, "gpt-4o", None),
        ({"unit": "tokens", "amount": "9999"}, "m-1", None),
    ],
)
def test_a_grant_names_the_model_whose_calls_a_cap_in_dollars_does_not_count(
    start, fixed_limits, caller, record, cap, model, named
):
    call = caller(start(limits=fixed_limits([])))
    asked = record("a", tokens=None, **{"gen_ai.request.model": model})
    body = {"record": asked, "max_output_tokens": 9, "run": {"id": "cell", "caps": [cap]}}
    status, answer = call("/v1/reserve", json.dumps(body).encode())
    assert (status, answer["granted"], answer.get("unpriced_model")) == (200, True, named)


def test_a_limit_that_blocks_models_without_a_price_says_so_and_how_to_send_the_call(
    start, fixed_limits, caller, record
):
    block = {"window": "day", "unit": "USD", "amount": 5, "on_exceed": "block", "unpriced": "block"}
    call = caller(start(limits=fixed_limits([block])))
    asked = record("a", tokens=None, **{"gen_ai.request.model": "m-1"})
    _status, refusal = call("/v1/reserve", json.dumps({"record": asked, "max_output_tokens": 9}).encode())
    assert (refusal["granted"], refusal["is_reserved_elsewhere"]) == (False, False)
    assert "needed" not in refusal
    assert "the model m-1 has no known price" in refusal["message"]
    assert refusal["standing"]["limit"]["unpriced"] == "block"
