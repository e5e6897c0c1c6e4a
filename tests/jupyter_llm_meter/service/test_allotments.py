"""Allotments of a service, requested as a tap does."""

import json
import threading

import pytest

HARD = [{"window": "total", "unit": "tokens", "amount": 10_000, "on_exceed": "block"}]
SPOOL = "4242-0badcafe.jsonl"


@pytest.fixture
def service(start, fixed_limits):
    return start(limits=fixed_limits(HARD))


@pytest.fixture
def ask(service, caller, record):
    """Ask for a call of a process, which wishes for an allotment of ten like it."""
    call = caller(service)

    def reserve(call_id, most=99, wish=10, spool=SPOOL, **more):
        body = {
            "record": record(call_id, tokens=None, **{"llm_meter.call.basis": "missing"}),
            "text": {"input": "hello"},
            "max_output_tokens": most,
            "is_text_only": True,
            **({"allotment": {"id": f"for-{call_id}", "calls": wish, "input_bytes": 1}} if wish else {}),
            **more,
        }
        return call("/v1/reserve", json.dumps(body).encode(), spool=spool)

    return reserve


@pytest.fixture
def give_back(service, caller):
    call = caller(service)
    return lambda *returned: call("/v1/return", json.dumps({"returned": returned}).encode())


@pytest.fixture
def reserved(service, caller):
    def read():
        (entry,) = caller(service)("/v1/standing")[1]["standings"]
        return int(entry["reserved"])

    return read


def test_an_allotment_comes_with_a_reservation(ask, reserved):
    status, answer = ask("a")
    assert status == 200
    assert answer["allotment"]["id"] == "for-a"
    assert answer["allotment"]["shares"] == [
        {"limit_id": "user/total/tokens", "unit": "tokens", "amount": 1000}
    ]
    assert answer["allotment"]["valid_s"] == 20
    assert "prices" not in answer["allotment"]
    assert reserved() == 1100


def test_the_gate_names_the_limits_that_an_allotment_is_of(ask, service, storage, eventually):
    answer = ask("a")[1]
    gate = storage.folder / "services" / f"{service.stem}.gate"
    eventually(lambda: json.loads(gate.read_text())["limits"] == answer["allotment"]["limits"])


def test_who_does_not_say_which_process_it_is_gets_none(ask):
    assert "allotment" not in ask("a", spool=None)[1]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"id": "", "calls": 1, "input_bytes": 1}, "allotment.id"),
        ({"id": "x", "calls": 0, "input_bytes": 1}, "allotment.calls"),
        ({"id": "x", "calls": 257, "input_bytes": 1}, "allotment.calls"),
        ({"id": "x", "calls": 1, "input_bytes": -1}, "allotment.input_bytes"),
        ("x", "allotment"),
    ],
)
def test_a_wish_that_cannot_be_read_is_named(ask, wish, words):
    status, answer = ask("a", wish=0, allotment=wish)
    assert status == 400
    assert words in answer["error"]


def test_the_answer_to_a_drawn_call_says_what_it_used(ask, caller, service, line, reserved):
    ask("a")
    drawn = line("settled", "x", tokens=70, **{"llm_meter.allotment.id": "for-a"})
    _status, answer = caller(service)("/v1/lines", drawn, spool=SPOOL)
    (use,) = answer["drawn"]
    assert (use["id"], use["allotment"], use["used"]["tokens"]) == ("x", "for-a", 70)
    assert answer["recalled"] == []
    assert reserved() == 1030


def test_what_is_given_back_is_free(ask, give_back, reserved):
    ask("a")
    assert give_back({"id": "for-a", "keep": {"user/total/tokens": 200}}) == (200, {})
    assert reserved() == 300
    assert give_back({"id": "for-a"}) == (200, {})
    assert reserved() == 100


def test_what_cannot_be_given_back_is_named(give_back):
    status, answer = give_back({"id": "for-a", "keep": {"user/total/tokens": "much"}})
    assert status == 400
    assert "returned[0].keep" in answer["error"]


def test_a_call_waits_for_what_another_process_gives_back(
    ask, give_back, caller, service, line, eventually, monkeypatch
):
    monkeypatch.setattr("jupyter_llm_meter.service.reservation_queue.RECALL_S", 600.0)
    ask("a")
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(ask("large", most=9500, wish=0)))
    waiting.start()

    def is_recalled():
        drawn = line("settled", "x", tokens=1, **{"llm_meter.allotment.id": "for-a"})
        return caller(service)("/v1/lines", drawn, spool=SPOOL)[1]["recalled"] == ["for-a"]

    eventually(is_recalled, "the call-back")
    give_back({"id": "for-a"})
    waiting.join()
    assert answers[0][1]["granted"]


def test_a_call_is_refused_when_nobody_gives_back(ask):
    ask("a")
    assert not ask("large", most=9500, wish=0)[1]["granted"]


def test_a_call_that_may_not_wait_is_refused_at_once(ask, monkeypatch):
    monkeypatch.setattr("jupyter_llm_meter.service.reservation_queue.RECALL_S", 1e9)
    ask("a")
    assert not ask("large", most=9500, wish=0, may_wait=False)[1]["granted"]


def test_a_killed_process_holds_nothing_once_its_spool_is_imported(ask, service, spool, line, reserved):
    ask("a")
    opened = {"llm_meter.call.basis": "missing", "llm_meter.allotment.id": "for-a"}
    spool(line("opened", "a", tokens=None, **opened), name=SPOOL)
    service.submit(service.spools.import_all(with_living=False)).result(20)
    assert reserved() == 0
