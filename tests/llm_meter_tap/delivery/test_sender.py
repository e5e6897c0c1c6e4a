"""The way to the service: at once, in batches, again when it was away, and never in the user's way."""

import os
import threading
from pathlib import Path

import httpx
import pytest
from standin_service import StandInService
from tap_process import run, settled, spool_lines, start

from llm_meter_tap import tap
from llm_meter_tap.delivery.service_client import ServiceClient
from llm_meter_tap.runtime import faults

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
STREAM = {**BODY, "stream": True}


def test_a_call_reaches_the_service_and_its_spool_is_emptied_and_removed(provider, folder, service, metered):
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)

    (line,) = service.wait_for(settled=1)
    assert line["record"]["gen_ai.usage.input_tokens"] == 11
    tap.close_tap()
    assert list((folder / "spool").iterdir()) == []


def test_the_first_call_reaches_the_service_while_it_is_under_way(provider, service, metered):
    with httpx.stream("POST", f"{provider.url}/halfway/{CHAT}", json=STREAM) as response:
        next(response.iter_lines())
        service.wait_until(lambda: service.lines)
        assert [line["event"] for line in service.lines] == ["opened"]


def test_many_calls_from_many_threads_arrive_once_each(provider, service, metered):
    def call() -> None:
        for _ in range(10):
            httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    lines = service.wait_for(settled=40)
    assert len({line["record"]["llm_meter.call.id"] for line in lines}) == 40
    assert len(service.spools) == 1


def test_text_goes_to_the_service_only_when_the_provider_reports_nothing(provider, folder, service, metered):
    httpx.post(f"{provider.url}/silent/{CHAT}", json=STREAM)
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)

    silent, reported = service.wait_for(settled=2)
    assert silent["record"]["llm_meter.call.basis"] == "missing"
    assert "Say hi" in silent["text"]["input"]
    assert silent["text"]["output"] == "word0 word1 word2 word3 "
    assert "text" not in reported


@pytest.mark.parametrize(("failures", "is_kept"), [(2, True), (5, False)])
def test_text_is_sent_again_to_a_busy_service_and_not_kept_for_one_that_stays_away(
    provider, service, metered, failures, is_kept, monkeypatch
):
    for name in ("_FIRST_RETRY_S", "_LAST_RETRY_S", "_NEW_LINE_RETRY_S"):
        monkeypatch.setattr(f"llm_meter_tap.delivery.backlog.{name}", 0.01)
    service.failures = failures
    httpx.post(f"{provider.url}/silent/{CHAT}", json=STREAM)

    (line,) = service.wait_for(settled=1)
    assert ("text" in line) is is_kept


def test_an_aborted_stream_keeps_the_figures_it_got_and_leaves_the_rest_to_be_counted(
    provider, service, metered
):
    with httpx.stream(
        "POST", f"{provider.url}/halfway/v1/messages", json={**STREAM, "max_tokens": 9}
    ) as response:
        for line in response.iter_lines():
            if "Hi there" in line:
                break

    (line,) = service.wait_for(settled=1)
    assert line["record"]["llm_meter.call.status"] == "aborted"
    assert line["record"]["llm_meter.call.basis"] == "missing"
    assert line["record"]["gen_ai.usage.input_tokens"] == 21
    assert line["text"]["output"] == "Hi there"
    assert "input" not in line["text"]


def test_lines_wait_in_the_spool_until_a_service_comes(provider, folder, metered):
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
    assert len(settled(folder)) == 1

    late = StandInService(folder)
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
    assert len(late.wait_for(settled=2)) == 2
    late.close()


def test_the_next_service_is_found_when_the_first_one_stops(provider, folder, metered):
    first = StandInService(folder, "1-aaaaaaaa")
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
    first.wait_for(settled=1)
    first.close()

    second = StandInService(folder, "2-bbbbbbbb", started_at="2026-02-01T00:00:00Z")
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
    second.wait_for(settled=1)
    second.close()


def test_the_service_that_started_the_process_is_tried_first_then_the_newest(folder, monkeypatch):
    old = StandInService(folder, "1-aaaaaaaa", started_at="2026-01-01T00:00:00Z")
    new = StandInService(folder, "2-bbbbbbbb", started_at="2026-02-01T00:00:00Z")
    line = b'{"v":1,"event":"dropped","id":"x"}\n'
    for stem, expected in ((None, new), ("1-aaaaaaaa", old), ("gone", new)):
        monkeypatch.delenv("LLM_METER_SERVICE", raising=False)
        if stem:
            monkeypatch.setenv("LLM_METER_SERVICE", stem)
        before = len(expected.lines)
        client = ServiceClient(str(folder))
        assert client.post("/v1/lines", line, {"X-LLM-Meter-Spool": "s"}) is not None
        client.close()
        assert len(expected.lines) == before + 1
    old.close()
    new.close()


def test_a_line_that_the_service_refuses_hides_no_other_and_stays_in_the_spool(
    provider, folder, service, metered
):
    with httpx.stream("POST", f"{provider.url}/halfway/{CHAT}", json=STREAM) as response:
        next(response.iter_lines())
        (opened,) = spool_lines(folder)
        service.refused.add(opened["record"]["llm_meter.call.id"])
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)

    service.wait_for(settled=1)
    tap.close_tap()
    assert len(settled(folder)) == 2
    assert set(faults.counts) == {"a line that the service refused"}
    faults.counts.clear()


def test_a_notice_is_one_line_on_stderr(provider, folder, service):
    service.notices.append("80 % of 1,000 tokens this month used by alice")
    code = f"""
        import httpx
        httpx.post("{provider.url}/json/{CHAT}", json={BODY})
    """
    _, errors = run(folder, code)

    assert errors == "LLM Meter: 80 % of 1,000 tokens this month used by alice\n"


def test_with_no_service_the_call_stays_in_the_spool_at_exit(provider, folder):
    _, errors = run(folder, f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})")

    assert errors == ""
    assert len(settled(folder)) == 1


def test_the_connection_ends_with_the_process(provider, folder, service):
    code = f"""
        import httpx, os, signal
        httpx.post("{provider.url}/json/{CHAT}", json={BODY})
        input()
    """
    process = start(folder, code)
    service.wait_for(settled=1)
    assert not service.connection_ended.is_set()
    process.kill()
    process.communicate()

    assert service.connection_ended.wait(120)


def test_calls_made_while_the_interpreter_exits_are_not_lost(provider, folder):
    code = f"""
        import atexit, httpx, llm_meter_tap.tap
        atexit.register(httpx.post, "{provider.url}/json/{CHAT}", json={BODY})
        httpx.post("{provider.url}/json/{CHAT}", json={BODY})
    """
    _, errors = run(folder, code)

    assert errors == ""
    assert len(settled(folder)) == 2


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_costs_one_warning_and_no_call(provider, tmp_path: Path):
    folder = tmp_path / "readonly"
    folder.mkdir(mode=0o500)
    _, errors = run(folder, f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})")

    assert errors.count("LLM Meter could not") == 1


def test_a_folder_that_cannot_be_made_costs_one_warning_and_no_call(provider, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    code = f"""
        import httpx
        for _ in range(3):
            answer = httpx.post("{provider.url}/json/{CHAT}", json={BODY})
        print(answer.json()["usage"]["total_tokens"])
    """
    output, errors = run(tmp_path / "file", code)

    assert output == "18\n"
    assert errors.count("LLM Meter could not") == 1


def test_with_a_full_disk_the_call_still_reaches_the_service(provider, folder, service, metered, monkeypatch):
    def full(*args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("llm_meter_tap.system.Files.write", full)
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)

    service.wait_for(settled=1)
    monkeypatch.undo()
    assert set(faults.counts) <= {"spool", "Tap.fingerprint"}
    faults.counts.clear()
