import os
import socket
import stat

from jupyter_llm_meter.service.server import MAX_BODY_BYTES
from llm_meter_tap.wire import file_lock

TOKENS = "gen_ai.usage.input_tokens"


def test_a_settled_line_is_in_the_ledger_once_it_is_acknowledged(start, storage, caller, line, ledger_of):
    call = caller(start())
    assert call("/v1/lines", line("settled", "a") + b"\n") == (200, {"acknowledged": ["a"], "notices": []})
    assert ledger_of(storage.ledger_url)["a"][TOKENS] == 10


def test_a_line_sent_twice_counts_once(start, storage, caller, line, ledger_of):
    call = caller(start())
    body = b"\n".join([line("opened", "a"), line("settled", "a"), line("settled", "a")])
    call("/v1/lines", body)
    status, answer = call("/v1/lines", body)
    assert (status, answer["acknowledged"]) == (200, ["a"])
    assert list(ledger_of(storage.ledger_url)) == ["a"]
    assert call("/v1/standing")[1]["standings"][0]["used"] == "10"


def test_a_line_that_cannot_be_read_is_named_and_the_rest_is_kept(start, storage, caller, line, ledger_of):
    call = caller(start())
    body = b"\n".join([b"not json", line("settled", "a"), line("settled", "b", tokens=-1), b'{"v": 2}'])
    status, answer = call("/v1/lines", body)
    assert (status, answer["acknowledged"]) == (400, ["a"])
    assert "line 1: The body must be a JSON object" in answer["error"]
    assert "line 3: gen_ai.usage.input_tokens is -1" in answer["error"]
    assert "line 4: v must be 1" in answer["error"]
    assert list(ledger_of(storage.ledger_url)) == ["a"]


def test_the_process_that_crosses_a_threshold_gets_one_notice(start, caller, line):
    call = caller(start())
    assert call("/v1/lines", line("settled", "a", tokens=799))[1]["notices"] == []
    (notice,) = call("/v1/lines", line("settled", "b", tokens=1))[1]["notices"]
    assert notice.startswith("User alice this month: 80% of 1,000 tokens used. Resets ")
    assert call("/v1/lines", line("settled", "c", tokens=1))[1]["notices"] == []


def test_text_of_a_call_without_figures_is_counted_and_kept_nowhere(start, storage, caller, line, ledger_of):
    call = caller(start())
    text = {"input": "canary one two three", "output": "canary four"}
    fields = {"llm_meter.call.basis": "missing", "tokens": None}
    call("/v1/lines", line("settled", "whole", text=text, **fields))
    call("/v1/lines", line("settled", "cut", text=text, **{"llm_meter.call.status": "aborted"}, **fields))
    records = ledger_of(storage.ledger_url)
    assert records["whole"]["llm_meter.call.basis"] == "counted"
    assert records["cut"]["llm_meter.call.basis"] == "partial"
    assert records["whole"]["llm_meter.usage.tokenizer"] == "o200k_base"
    assert records["whole"][TOKENS] > records["whole"]["gen_ai.usage.output_tokens"] > 0
    assert not [
        path for path in storage.folder.rglob("*") if path.is_file() and b"canary" in path.read_bytes()
    ]


def test_what_stands_around_a_text_is_counted_with_it(start, storage, caller, line, ledger_of):
    call = caller(start())
    text = {"input": "Hello!", "output": "Hello!"}
    framing = {"api": "openai.chat", "input": {"messages": 1}, "output": {}}
    chat = {"gen_ai.request.model": "gpt-4o", "gen_ai.operation.name": "chat"}
    fields = {"llm_meter.call.basis": "missing", "tokens": None, **chat}
    call("/v1/lines", line("settled", "bare", text=text, **fields))
    call("/v1/lines", line("settled", "framed", text={**text, "framing": framing}, **fields))
    embedding = {**fields, "gen_ai.operation.name": "embeddings"}
    call("/v1/lines", line("settled", "embedded", text={**text, "framing": framing}, **embedding))
    records = ledger_of(storage.ledger_url)
    assert {call_id: record[TOKENS] for call_id, record in records.items()} == {
        "bare": 2,
        "framed": 2 + 3 + 1 + 3,  # OpenAI's cookbook: 3 a message and its role, 3 for the reply
        "embedded": 2,
    }


def test_framing_that_cannot_be_read_is_named(start, caller, line):
    call = caller(start())
    for framing, reason in [
        ([], "text.framing must be a JSON object"),
        ({"input": {}}, "text.framing.api must be a text"),
        ({"api": "openai.chat", "input": {"messages": -1}}, "text.framing.input.messages must be a whole"),
        ({"api": "openai.chat", "output": {"calls": "1"}}, "text.framing.output.calls must be a whole"),
    ]:
        status, answer = call("/v1/lines", line("settled", "a", text={"input": "Hi", "framing": framing}))
        assert status == 400
        assert reason in answer["error"]


def test_a_record_without_a_user_is_the_owners(start, storage, caller, line, ledger_of):
    caller(start())("/v1/lines", line("settled", "a", **{"user.id": None}))
    assert ledger_of(storage.ledger_url)["a"]["user.id"] == "alice"


def test_tokens_are_counted_by_name_of_tokenizer_and_by_model(start, caller):
    call = caller(start())
    assert call("/v1/count", b'{"text": "hello world", "tokenizer": "cl100k_base"}') == (
        200,
        {"tokens": 2, "tokenizer": "cl100k_base", "exact": True},
    )
    assert call("/v1/count", b'{"text": "hello", "model": "gpt-4o"}')[1]["tokenizer"] == "o200k_base"


def test_what_cannot_be_counted_is_refused_with_a_reason(start, caller):
    call = caller(start())
    for body, reason in [
        (b"{", "must be a JSON object"),
        (b"[]", "must be a JSON object"),
        (b'{"text": 1}', "text must be a text"),
        (b"{}", '"text"'),
        (b'{"text": "a", "model": 3}', "model"),
        (b'{"text": "a", "tokenizer": "nope"}', "nope"),
    ]:
        status, answer = call("/v1/count", body)
        assert status == 400
        assert reason in answer["error"]


def test_the_service_server_refuses_requests_without_the_secret(start, storage, caller, line, ledger_of):
    call = caller(start())
    for path, body in [
        ("/v1/lines", line("settled", "a")),
        ("/v1/count", b"{}"),
        ("/v1/standing", None),
        ("/v1/poke", b""),
        ("/nowhere", None),
    ]:
        assert call(path, body, secret="wrong")[0] == 401
    assert call("/nowhere")[0] == 404
    assert ledger_of(storage.ledger_url) == {}


def test_the_rendezvous_is_private_and_locked_while_the_service_lives(start, storage):
    service = start()
    path = storage.folder / "services" / f"{service.stem}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert file_lock.is_held(str(path.with_suffix(".lock")))
    service.stop()
    assert os.listdir(storage.folder / "services") == []


def test_a_commit_is_seen_by_the_watchers_of_every_service_on_the_folder(start, caller, line, eventually):
    seen = {"first": [], "second": []}
    first, second = start(), start()
    first.signals.changed.connect(lambda ids: seen["first"].append(list(ids)))
    second.signals.changed.connect(lambda ids: seen["second"].append(list(ids)))
    caller(first)("/v1/lines", line("settled", "a"))
    eventually(lambda: seen["second"], "the poke of the other service")
    assert seen == {"first": [["a"]], "second": [[]]}
    assert caller(second)("/v1/standing")[1]["standings"][0]["used"] == "10"


def test_what_a_killed_service_left_is_cleaned_away(start, storage, caller, line, eventually):
    services = storage.folder / "services"
    services.mkdir()
    (services / "1-dead.json").write_text('{"version": 1, "port": 1}')
    (services / "1-dead.lock").touch()
    caller(start())("/v1/lines", line("settled", "a"))
    eventually(lambda: not list(services.glob("1-dead*")), "cleaning")


def test_notices_go_to_the_place_that_the_service_was_given(start, caller, line):
    told = []
    call = caller(start(notify=told.append))
    assert call("/v1/lines", line("settled", "a", tokens=1500))[1]["notices"] == []
    assert [text.split()[0] for text in told] == ["User"]


def test_a_body_without_measure_is_refused_before_it_is_read(start, caller, line):
    service = start()
    call = caller(service)
    with socket.create_connection(("127.0.0.1", call.rendezvous["port"])) as connection:
        head = f"POST /v1/lines HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith((b"HTTP/1.1 400", b"HTTP/1.1 413"))
    assert call("/v1/lines", line("settled", "a"))[0] == 200


def test_a_stopping_service_notifies_its_peers_of_what_it_still_ingests(start, spool, line, caller):
    told = []
    first, second = start(), start()
    second.signals.changed.connect(lambda _ids: told.append("told"))
    spool(line("settled", "late"))
    first.stop()
    assert told
    assert caller(second)("/v1/standing")[1]["standings"][0]["used"] == "10"
