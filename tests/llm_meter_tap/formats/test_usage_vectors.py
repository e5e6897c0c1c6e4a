"""Every hand-made exchange of the shared vectors, read as the tap reads it."""

from __future__ import annotations

from typing import Any

import pytest
from usage_vectors import CASES, figures_of, shape_of

from llm_meter_tap.formats.matching import CallShape
from llm_meter_tap.formats.reading import Reading, read_response

READING_FIELDS = ("response_model", "response_id", "service_tier", "error_type")


def reading_of(case: dict[str, Any], shape: CallShape) -> Reading:
    response = case["response"]
    return read_response(
        shape,
        response["status"],
        response.get("headers", {}),
        response["content_type"],
        response["body"].encode(),
        response.get("complete", True),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_request_is_recognised_for_what_it_is(case: dict[str, Any]) -> None:
    shape = shape_of(case["request"])
    assert shape is not None
    assert {name: value for name, value in shape._asdict().items() if value is not None} == case["expected"][
        "shape"
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_response_says_what_the_provider_reported(case: dict[str, Any]) -> None:
    expected = case["expected"]
    shape = shape_of(case["request"])
    assert shape is not None
    reading = reading_of(case, shape)
    assert figures_of(reading) == expected.get("usage")
    assert {name: getattr(reading, name) for name in READING_FIELDS} == {
        name: expected.get(name) for name in READING_FIELDS
    }
    assert reading.is_finished is expected["is_finished"]
