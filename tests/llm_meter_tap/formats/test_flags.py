"""Figures that disagree are named, and those that agree are not."""

import pytest

from llm_meter_tap.formats.figures import Usage
from llm_meter_tap.formats.flags import flags_of


@pytest.mark.parametrize(
    ("usage", "flags"),
    [
        (Usage(input_tokens=11, output_tokens=7, raw={"total_tokens": 18}), []),
        (Usage(input_tokens=11, output_tokens=7), []),
        (Usage(input_tokens=11, raw={"total_tokens": 11}), []),
        (Usage(input_tokens=11, output_tokens=7, raw={"total_tokens": 25}), ["total-mismatch"]),
        (
            Usage(input_tokens=11, output_tokens=7, reasoning_output_tokens=4, raw={"totalTokenCount": 14}),
            ["reasoning-outside-total"],
        ),
        (
            Usage(input_tokens=11, output_tokens=7, cache_read_input_tokens=8, raw={"totalTokens": 10}),
            ["cache-outside-total"],
        ),
        (Usage(input_tokens=5, output_tokens=1, cache_read_input_tokens=6), ["cached-above-input"]),
        (Usage(input_tokens=5, output_tokens=1, reasoning_output_tokens=2), ["reasoning-above-output"]),
        (Usage(input_tokens=5, output_tokens=1, image_input_tokens=6), ["image-above-input"]),
    ],
)
def test_what_is_odd_about_figures_is_named(usage, flags):
    assert flags_of(usage, ("total_tokens", "totalTokenCount", "totalTokens")) == flags
