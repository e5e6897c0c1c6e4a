"""Decides how a call ended, by what was read of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llm_meter_tap.formats.matching import CallShape
    from llm_meter_tap.formats.reading import Reading


class Outcome(NamedTuple):
    """How a call ended; the first three as in `CallRecord`.

    Attributes:
        needs_text: The service counts from the call's text what the provider did not report.
    """

    status: str
    basis: str
    error_type: str | None = None
    needs_text: bool = False


def outcome_of(
    shape: CallShape, status: int, reading: Reading, is_whole: bool, broken: str | None
) -> Outcome:
    """How a call ended that got a response.

    Args:
        shape: What the request was.
        status: The HTTP status.
        reading: What the response says.
        is_whole: Its body came to its end.
        broken: The type of the exception that ended it.
    """
    if status >= 400:
        # A filter may refuse what a model has read, and say what it read.
        basis = "none" if reading.usage is None else "reported"
        return Outcome("error", basis, reading.error_type or str(status))
    if reading.error_type is not None:
        return Outcome("error", _basis_of_failure(reading, shape), reading.error_type)
    is_ok = is_whole or reading.is_finished
    ended, error_type = ("ok", None) if is_ok else ("aborted", broken)
    if reading.is_cached:
        return Outcome(ended, "none", broken)  # no provider was called
    usage = reading.usage
    if usage is None:
        # The figures of a background answer come when it is read back, and go before any count of ours.
        return Outcome(ended, "missing", error_type, needs_text=not reading.is_background)
    # Figures out of the middle of an answer (Gemini and Perplexity send them along, Anthropic just before the
    # end) are not its last.
    if is_ok:
        return Outcome(ended, "reported", error_type)
    if usage.output_tokens is not None:
        return Outcome(ended, "partial", error_type)
    return Outcome(ended, "missing", error_type, needs_text=True)


def _basis_of_failure(reading: Reading, shape: CallShape) -> str:
    """The basis of an error with status 200: with figures it cost them, in a stream it may have cost."""
    if reading.usage is not None:
        return "reported"
    return "missing" if shape.is_stream else "none"
