"""Answers that are charged in other units than tokens."""

from __future__ import annotations

from typing import Any

import pytest

from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.units import units_format

JOB = units_format(
    "test.job",
    figures=("usage", "clip.seconds"),
    ids=("output.task", "id"),
    errors=("failure.code",),
    status="output.state",
    ends=("DONE",),
    is_job=True,
)


def taken(document: dict[str, Any]) -> Draft:
    draft = Draft()
    JOB.usage.read_document(draft, "", document)
    return draft


def test_the_figures_of_a_job_count_once_it_has_ended() -> None:
    state = {"task": "t1", "state": "RUNNING"}
    assert taken({"output": state, "usage": {"count": 1}}).raw == {}
    ended = taken({"output": {**state, "state": "DONE"}, "usage": {"count": 1}, "clip": {"seconds": 5}})
    assert ended.raw == {"count": 1, "seconds": 5}
    assert (ended.id, ended.has_units, ended.is_background) == ("t1", True, True)


def test_the_first_id_that_is_there_counts() -> None:
    assert taken({"id": "r1"}).id == "r1"


def test_tokens_among_the_figures_are_tokens() -> None:
    draft = taken({"output": {"state": "DONE"}, "usage": {"input_tokens": 9, "output_tokens": 4}})
    usage = JOB.usage.normalise(draft, "test")
    assert (usage.input_tokens, usage.output_tokens) == (9, 4)


@pytest.mark.parametrize(
    ("code", "error"), [(0, None), (None, None), (1004, {"code": "1004"}), ("Refused", "Refused")]
)
def test_a_number_other_than_zero_is_an_error_s_code(code: Any, error: Any) -> None:
    assert taken({"failure": {"code": code}}).error == error


def test_the_members_with_figures_are_the_first_to_be_looked_for() -> None:
    assert JOB.usage.names == ("usage", "clip", "output", "id", "model", "failure")
