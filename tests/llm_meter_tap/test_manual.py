"""The functions for those who call them themselves."""

from datetime import datetime, timezone
from pathlib import Path

import pytest
from tap_process import run, settled

import llm_meter_tap
from llm_meter_tap import (
    LimitExceeded,
    TapInactive,
    TokenCountUnavailable,
    check_and_alert,
    count_tokens,
    record,
)


def test_the_public_names_are_there_and_no_others():
    assert callable(llm_meter_tap.record)
    assert llm_meter_tap.record is record
    with pytest.raises(AttributeError, match="no_such_name"):
        llm_meter_tap.no_such_name  # noqa: B018 - the lookup is the test


def test_a_recorded_call_is_settled_by_its_figures(metered):
    call_id = record(
        input_tokens=100, output_tokens=20, cache_read_input_tokens=60, model="m", provider="openai",
        started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), duration_s=1.5,
    )  # fmt: skip

    (written,) = settled(metered)
    assert written["llm_meter.call.id"] == call_id
    assert (written["llm_meter.call.source"], written["llm_meter.call.basis"]) == ("manual", "reported")
    assert written["gen_ai.usage.input_tokens"] == 100
    assert written["gen_ai.usage.cache_read.input_tokens"] == 60
    assert written["gen_ai.request.model"] == "m"
    assert written["llm_meter.call.started_at"] == "2026-01-02T03:04:05.000000Z"
    assert "gen_ai.usage.reasoning.output_tokens" not in written


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, ValueError, "input_tokens or output_tokens"),
        ({"input_tokens": -1}, ValueError, "input_tokens must be at least 0, not -1"),
        ({"input_tokens": 1.5}, TypeError, "input_tokens must be a whole number, not float"),
        ({"output_tokens": True}, TypeError, "output_tokens must be a whole number, not bool"),
        ({"input_tokens": 1, "model": 5}, TypeError, "model must be a string, not int"),
        ({"input_tokens": 1, "duration_s": -1}, ValueError, "duration_s must be at least 0"),
        ({"input_tokens": 1, "duration_s": "1"}, TypeError, "duration_s must be a number of seconds"),
        ({"input_tokens": 1, "started_at": datetime(2026, 1, 1)}, ValueError, "must have a time zone"),
        ({"input_tokens": 1, "started_at": "today"}, TypeError, "must be a datetime, not str"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_plain_words(metered, arguments, error, words):
    with pytest.raises(error, match=words):
        record(**arguments)
    assert not (metered / "spool").exists()


def test_outside_a_lab_recording_says_how_to_get_one(monkeypatch):
    monkeypatch.delenv("LLM_METER_DIR", raising=False)
    with pytest.raises(TapInactive, match="jupyter llm-meter run"):
        record(input_tokens=1)


def test_with_the_tap_disabled_by_the_user_recording_goes_nowhere(folder):
    site = str(Path(llm_meter_tap.__file__).parents[1])
    code = "import llm_meter_tap; llm_meter_tap.record(input_tokens=1)"
    run(folder, code, LLM_METER_DISABLE="1", PYTHONPATH=site)

    assert not folder.exists()


class Letters:
    """A tokenizer by the letter."""

    def encode(self, text: str) -> list[str]:
        return list(text)


def test_a_tokenizer_that_is_handed_over_counts_here(monkeypatch):
    monkeypatch.delenv("LLM_METER_DIR", raising=False)

    assert count_tokens("letters", tokenizer=Letters()) == 7


def test_the_service_counts(metered, service):
    assert count_tokens("three small words", model="gpt-5") == 3


def test_a_tokenizer_the_service_does_not_know_is_named(metered, service):
    with pytest.raises(ValueError, match="nonsense; allowed: o200k_base"):
        count_tokens("words", tokenizer="nonsense")


def test_without_a_tokenizer_in_reach_the_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("LLM_METER_DIR", raising=False)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    with pytest.raises(TokenCountUnavailable, match="hand over a tokenizer"):
        count_tokens("words")


def test_a_damaged_rank_file_is_not_used_so_that_nothing_is_downloaded(monkeypatch, tmp_path):
    monkeypatch.delenv("LLM_METER_DIR", raising=False)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    damaged = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"
    damaged.write_bytes(b"damaged")
    with pytest.raises(TokenCountUnavailable):
        count_tokens("words")
    assert damaged.read_bytes() == b"damaged"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": 5}, "text must be a string, not int"),
        ({"text": "t", "model": 5}, "model must be a string, not int"),
        ({"text": "t", "tokenizer": 5}, "an object with an encode method"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_plain_words(arguments, words):
    with pytest.raises(TypeError, match=words):
        count_tokens(**arguments)


def test_checking_counts_records_and_returns_the_calls_total(metered, service):
    assert check_and_alert("four words it has", estimated_output_tokens=6) == 10

    (line,) = service.wait_for(settled=1)
    written = line["record"]
    assert (written["llm_meter.call.source"], written["llm_meter.call.basis"]) == ("manual", "counted")
    assert (written["gen_ai.usage.input_tokens"], written["gen_ai.usage.output_tokens"]) == (4, 6)
    assert written["llm_meter.usage.tokenizer"] == "o200k_base"
    assert "text" not in line


def test_checking_warns_on_stderr_before_it_returns(metered, service, capsys):
    service.notices.append("80 % of the month's tokens are used")
    check_and_alert("words")

    assert capsys.readouterr().err == "LLM Meter: 80 % of the month's tokens are used\n"


def test_checking_without_a_tokenizer_records_nothing(metered, monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    with pytest.raises(TokenCountUnavailable):
        check_and_alert("words")
    assert not (metered / "spool").exists()


@pytest.mark.parametrize("text", [None, 5, b"bytes"])
def test_checking_a_value_that_is_not_text_is_refused(metered, text):
    with pytest.raises(TypeError, match="input_text must be a string"):
        check_and_alert(text)


def test_checking_a_negative_estimate_is_refused(metered):
    with pytest.raises(ValueError, match="estimated_output_tokens must be at least 0, not -1"):
        check_and_alert("words", estimated_output_tokens=-1)


def test_an_exceeded_limit_passes_by_handlers_of_ordinary_exceptions():
    error = LimitExceeded("over", {"used": "10"})

    assert not isinstance(error, Exception)
    assert (str(error), error.standing) == ("over", {"used": "10"})
