"""The magics by which a person caps a run and asks what it used: `%%llm_limit`, `%llm_limit`, `%llm_usage`.

The first line of a capped cell becomes a statement, so that the rest is the cell that it would be without
it: top-level `await`, line numbers, variables, the value of the last expression, the execution count.
Without a service a cap cannot be enforced, and the cell does not run. The client of the service is loaded
when a magic is used.
"""

from __future__ import annotations

import os
import re
from typing import Any

from llm_meter_tap.limits import run_caps
from llm_meter_tap.runtime.guard import PassingBy
from llm_meter_tap.wire.json_values import count, encode, mapping, text

_CELL = re.compile(r"%%llm_limit(?:[ \t]+(.*?))?[ \t]*\n?")
_THIS_CELL = "--cell"
_PATIENCE_S = 2.0
_AWAY = "LLM Meter's service does not answer; run `jupyter llm-meter doctor` to see why"


def register(shell: Any) -> None:
    """Give an IPython shell the magics; idempotent."""
    shell.register_magic_function(_Limit(shell), "line_cell", "llm_limit")
    shell.register_magic_function(_Usage(), "line", "llm_usage")
    transforms = shell.input_transformers_cleanup
    if _as_statement not in transforms:
        transforms.append(_as_statement)


def _as_statement(lines: list[str]) -> list[str]:
    """Turn a cell's first line `%%llm_limit ...` into a statement; the lines after it keep their numbers."""
    match = _CELL.fullmatch(lines[0]) if lines else None
    if match is None:
        return lines
    from IPython.core.inputtransformer2 import cell_magic

    asked = f"{_THIS_CELL} {match.group(1) or ''}"
    statement = f"get_ipython().run_line_magic('llm_limit', {asked!r})\n"
    rest = cell_magic(lines[1:])  # type: ignore[no-untyped-call] # IPython does not annotate it
    return [statement, *rest]


class _Limit:
    """Cap what a run may use: `0.50 USD`, `20000 tokens`, `10 calls`, or several joined by commas.

    %%llm_limit 0.50 USD           this cell, and the threads and tasks that it starts
    %llm_limit --cell 0.50 USD     the same, as a line of the cell
    %llm_limit 2 USD               all further calls of this session
    %llm_limit off                 no further cap on the session
    %llm_limit                     what the session is capped at
    """

    def __init__(self, shell: Any) -> None:
        self.__doc__ = type(self).__doc__
        self.__name__ = "llm_limit"
        self._shell = shell

    def __call__(self, line: str, cell: str | None = None) -> None:
        asked = line.strip()
        if cell is not None:  # called as a function; in a cell, the line has become a statement
            _cap_cell(asked)
            self._shell.run_cell(cell).raise_error()
        elif asked.startswith(_THIS_CELL):
            _cap_cell(asked[len(_THIS_CELL) :])
        elif asked == "off":
            print("The cap is removed." if run_caps.uncap_session() else "There was no cap.")  # noqa: T201
        else:
            if asked:
                run_caps.cap_session(_caps(asked))
            print(_in_words(run_caps.session()))  # noqa: T201 - the answer to a magic


def _cap_cell(asked: str) -> None:
    if not run_caps.cap_cell(_caps(asked)):
        raise _usage_error("%%llm_limit caps a cell, and none is running")


class _Usage:
    """Show what the last cell with LLM calls and this session used."""

    def __init__(self) -> None:
        self.__doc__ = type(self).__doc__
        self.__name__ = "llm_usage"

    def __call__(self, line: str) -> None:
        if line.strip():
            raise _usage_error("%llm_usage takes no arguments")
        from llm_meter_tap import tap

        present = tap.current()
        if present is not None:
            present.sender.flush(_PATIENCE_S)
        for name, since in (("Last cell", run_caps.last_cell_began()), ("Session", run_caps.session_began())):
            print(f"{name + ':':10} {_used(since)}")  # noqa: T201


def _caps(line: str) -> tuple[run_caps.Cap, ...]:
    try:
        caps = run_caps.parse_caps(line)
    except ValueError as error:
        raise _usage_error(str(error)) from None
    if _ask({"ids": []}) is None:
        raise _usage_error(f"{_AWAY}. No cap can be kept; nothing was run")
    return caps


def _usage_error(message: str) -> Exception:
    """An error that IPython shows in one line, and that ends the cell."""
    from IPython.core.error import UsageError

    return UsageError(message)


def _in_words(run: run_caps.Run | None) -> str:
    if run is None:
        return "No cap on this session. Set one with `%llm_limit 2 USD`."
    caps = ", ".join(cap.in_words() for cap in run.caps)
    return f"Calls of this session are capped at {caps}."


def _used(since: str | None) -> str:
    if since is None:
        return "no calls"
    usage = _ask({"kernel_id": os.environ.get("LLM_METER_KERNEL_ID"), "since": since})
    return _AWAY if usage is None else _usage_in_words(usage)


def _usage_in_words(usage: dict[str, Any]) -> str:
    calls = count(usage.get("calls"))
    if not calls:
        return "no calls"
    tokens = [
        f"{known:,} {side}"
        for known, side in (
            (count(usage.get("input_tokens")), "input"),
            (count(usage.get("output_tokens")), "output"),
        )
        if known is not None
    ]
    cost = text(usage.get("cost"))
    said = [
        f"{calls:,} call{'' if calls == 1 else 's'}",
        f"{' and '.join(tokens)} tokens" if tokens else "tokens unknown",
        "cost unknown" if cost is None else f"${cost}",
    ]
    for name, meaning in (("unpriced_calls", "without a known price"), ("missing_calls", "without figures")):
        if usage.get(name):
            said.append(f"{usage[name]:,} {meaning}")
    return ", ".join(said)


def _ask(question: dict[str, Any]) -> dict[str, Any] | None:
    """The usage that the service reports; None when no service answers."""
    from llm_meter_tap.delivery.service_client import JSON, ServiceClient

    listener = ServiceClient(os.environ.get("LLM_METER_DIR", ""), _PATIENCE_S, is_in_all=True)
    try:
        with PassingBy():
            answer = listener.post("/v1/usage", encode(question).encode("ascii"), JSON)
    finally:
        listener.close()
    usage = None if answer is None else answer[1].get("usage")
    return mapping(usage) if usage is not None else None
