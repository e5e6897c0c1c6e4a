"""How a call ended follows from what its answer says."""

import pytest

from llm_meter_tap.calls.outcome import Outcome, outcome_of
from llm_meter_tap.formats.matching import CallShape
from llm_meter_tap.formats.reading import Reading, Usage

WHOLE = CallShape("openai.chat", "openai", "chat", "m", False)
STREAM = WHOLE._replace(is_stream=True)
BOTH, INPUT = Usage(input_tokens=1, output_tokens=2), Usage(input_tokens=1)

CASES = {
    "a failed status": (WHOLE, 500, Reading(), True, None, Outcome("error", "none", "500")),
    "a failed status with a code": (
        WHOLE, 429, Reading(error_type="too_many"), True, None, Outcome("error", "none", "too_many"),
    ),
    "a failed status with figures": (
        WHOLE, 400, Reading(usage=INPUT), True, None, Outcome("error", "reported", "400"),
    ),
    "an error with status 200": (
        WHOLE, 200, Reading(error_type="busy"), True, None, Outcome("error", "none", "busy"),
    ),
    "an error in a stream": (
        STREAM, 200, Reading(error_type="busy"), True, None, Outcome("error", "missing", "busy"),
    ),
    "an error with figures": (
        STREAM, 200, Reading(usage=BOTH, error_type="busy"), True, None, Outcome("error", "reported", "busy"),
    ),
    "an answer from a cache": (WHOLE, 200, Reading(is_cached=True), True, None, Outcome("ok", "none")),
    "a whole answer": (WHOLE, 200, Reading(usage=INPUT), True, None, Outcome("ok", "reported")),
    "a stream that ended": (
        STREAM, 200, Reading(usage=BOTH, is_finished=True), False, "E", Outcome("ok", "reported"),
    ),
    "an answer without figures": (
        WHOLE, 200, Reading(), True, None, Outcome("ok", "missing", needs_text=True),
    ),
    "an answer in the background": (
        WHOLE, 200, Reading(is_background=True), True, None, Outcome("ok", "missing"),
    ),
    "a stream cut off with its figures": (
        STREAM, 200, Reading(usage=BOTH), False, "E", Outcome("aborted", "partial", "E"),
    ),
    "a stream cut off with half of them": (
        STREAM, 200, Reading(usage=INPUT), False, "E", Outcome("aborted", "missing", "E", needs_text=True),
    ),
    "a stream cut off without any": (
        STREAM, 200, Reading(), False, None, Outcome("aborted", "missing", needs_text=True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_outcome_is_that_of_the_answer(case):
    shape, status, reading, is_whole, broken, expected = CASES[case]
    assert outcome_of(shape, status, reading, is_whole, broken) == expected
