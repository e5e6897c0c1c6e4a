import fcntl

STATUS, BASIS = "llm_meter.call.status", "llm_meter.call.basis"


def test_a_dead_process_s_finished_calls_are_counted_and_its_open_ones_marked(
    start, storage, spool, line, ledger_of, eventually
):
    path = spool(line("opened", "a"), line("settled", "a"), line("opened", "b", tokens=None))
    start()
    eventually(lambda: not path.exists(), "the import")
    records = ledger_of(storage.ledger_url)
    assert records["a"][STATUS] == "ok"
    assert (records["b"][STATUS], records["b"][BASIS]) == ("aborted", "missing")
    assert "gen_ai.usage.input_tokens" not in records["b"]


def test_a_dropped_call_leaves_nothing(start, storage, spool, line, ledger_of, eventually):
    path = spool(line("opened", "a"), line("dropped", "a"))
    start()
    eventually(lambda: not path.exists(), "the import")
    assert ledger_of(storage.ledger_url) == {}


def test_a_torn_last_line_is_skipped(start, storage, spool, line, ledger_of, eventually):
    path = spool(line("settled", "a"), line("settled", "b")[:40], end=b"")
    start()
    eventually(lambda: not path.exists(), "the import")
    assert list(ledger_of(storage.ledger_url)) == ["a"]


def test_the_spool_of_a_living_process_is_read_and_not_removed(
    start, storage, spool, line, ledger_of, eventually
):
    path = spool(line("settled", "a"), line("opened", "b"))
    before = path.read_bytes()
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        start()
        eventually(lambda: ledger_of(storage.ledger_url), "the import")
        assert list(ledger_of(storage.ledger_url)) == ["a"]
    assert path.read_bytes() == before


def test_calls_that_were_sent_and_stay_in_the_spool_count_once(
    start, storage, spool, line, caller, ledger_of, eventually
):
    lines = [line("settled", name) for name in ("a", "b", "c")]
    first = start()
    caller(first)("/v1/lines", b"\n".join(lines[:2]))
    path = spool(*lines)
    first.stop()
    assert not path.exists()
    second = start()
    assert sorted(ledger_of(storage.ledger_url)) == ["a", "b", "c"]
    assert caller(second)("/v1/standing")[1]["standings"][0]["used"] == "30"


def test_a_line_that_cannot_be_read_is_set_aside_with_its_file(
    start, storage, spool, line, ledger_of, eventually, caplog, caller
):
    path = spool(line("settled", "a"), b'{"v": 9, "secret": "canary"}', line("settled", "b"))
    service = start()
    eventually(lambda: not path.exists(), "the import")
    assert sorted(ledger_of(storage.ledger_url)) == ["a", "b"]
    assert (path.parent / "rejected" / path.name).exists()
    assert "line 2: v must be 1" in caplog.text
    assert "canary" not in caplog.text
    (problem,) = caller(service)("/v1/standing")[1]["state"]["problems"]
    assert problem["code"] == "spool-lines"


def test_a_spool_that_cannot_be_read_is_named_and_hides_no_other(
    start, storage, spool, line, caller, ledger_of, eventually
):
    other = spool(line("settled", "a"), name="2-0badcafe.jsonl")
    blocked = other.with_name("1-0badcafe.jsonl")
    blocked.mkdir()
    call = caller(start())
    eventually(lambda: not other.exists(), "the import")
    (problem,) = call("/v1/standing")[1]["state"]["problems"]
    assert (problem["code"], str(blocked) in problem["message"]) == ("spool-unreadable", True)
    blocked.rmdir()
    call("/v1/lines", line("settled", "b"), spool="gone.jsonl")
    eventually(lambda: call("/v1/standing")[1]["state"]["level"] == "ok", "the end of the problem")


def test_the_end_of_a_tap_s_connection_brings_its_spool_in(
    start, storage, spool, line, caller, ledger_of, eventually
):
    call = caller(start())
    path = spool(line("settled", "a"), line("opened", "b"))
    # urllib closes the connection after each request.
    call("/v1/lines", line("settled", "a"), spool=path.name)
    eventually(lambda: not path.exists(), "the import")
    assert {name: record[STATUS] for name, record in ledger_of(storage.ledger_url).items()} == {
        "a": "ok",
        "b": "aborted",
    }


def test_a_name_that_leads_out_of_the_spool_folder_is_harmless(start, storage, caller, line, ledger_of):
    outside = storage.folder / "precious.jsonl"
    outside.write_bytes(b"mine\n")
    service = start()
    caller(service)("/v1/lines", line("settled", "a"), spool="../precious.jsonl")
    service.stop()
    assert outside.read_bytes() == b"mine\n"


def test_a_stop_that_cannot_wait_for_a_spool_leaves_it_to_the_next_service(
    start, storage, spool, line, ledger_of, eventually, monkeypatch
):
    early = spool(line("settled", "early"))
    service = start()
    eventually(lambda: not early.exists(), "the import at the start")
    late = spool(line("settled", "late"))
    monkeypatch.setattr("jupyter_llm_meter.service.service.IMPORT_PATIENCE_S", 0.0)
    service.stop()
    assert late.exists()
    assert list(ledger_of(storage.ledger_url)) == ["early"]

    start()
    eventually(lambda: not late.exists(), "the import by the next service")
    assert sorted(ledger_of(storage.ledger_url)) == ["early", "late"]


def test_a_long_spool_is_taken_in_whole(start, storage, spool, line, caller, eventually):
    path = spool(*(line("settled", f"call-{number}", tokens=1) for number in range(1203)))
    service = start()
    eventually(lambda: not path.exists(), "the import")
    assert caller(service)("/v1/standing")[1]["standings"][0]["used"] == "1203"
