"""Gathers the text of a call from which the service counts what the provider did not report."""

from __future__ import annotations

from typing import Any, NamedTuple

from llm_meter_tap.formats.request_text import call_text
from llm_meter_tap.runtime import faults


class CallText(NamedTuple):
    """The sources of a call's text. It is gathered off the user's thread: a whole stream is parsed for it.

    Attributes:
        api: The name of the call's format.
        request_body: None where the input is known.
        content_type: The response's.
        response_body: As far as it came, its content encoding undone.
    """

    api: str
    request_body: bytes | None
    content_type: str | None
    response_body: bytes

    @faults.contained
    def gather(self) -> dict[str, Any] | None:
        """Return `input`, `output` and `framing`, as far as there is any text."""
        return call_text(self.api, self.request_body, self.content_type, self.response_body)
