"""Which records report the same call, and what they say together.

Pure. A call may be reported by the tap, a kernel message, `record`, an import and a printed output, each
under an id of its own. Records of one source are never merged: what it reports under two ids are two calls.
A gateway has the last word on figures and costs: users can post records of every other source, but not its.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from jupyter_llm_meter.core.tables import GUESSED_PROVIDERS
from llm_meter_tap.wire.record import CallRecord

PROCESS_SOURCES = ("tap", "message", "manual")
"""The sources in the process that makes the call; a message comes from the tap."""

GATEWAY = "gateway"
"""The source of what a gateway reports that keeps the key and passes the call on."""

PLACED_SOURCES = (*PROCESS_SOURCES, GATEWAY)
"""The sources of calls that may have a place in a notebook: a gateway's has that of the tap's record."""

SHORTEST_ID = 8
"""A shorter response id may come again with another response; the output scanner has the same rule."""

UNIQUE_ID = 20
"""A response id of this length is unique; some local servers only count up to 1000."""

_RANKS = {GATEWAY: -1, "tap": 0, "message": 0, "manual": 1, "import": 2, "output": 3}
_STRENGTHS = {"missing": 0, "partial": 1, "counted": 2, "reported": 3, "none": 4}
_TOKENS = tuple(field.name for field in fields(CallRecord) if field.name.endswith("_tokens"))
_FIGURES = (*_TOKENS, "usage_raw", "usage_flags", "usage_tool_calls", "tokenizer")
_COST = ("cost_amount", "cost_currency", "cost_source")
_PRICED_BY = (*_FIGURES, "provider_name", "request_model", "response_model", "service_tier")
_PLACE = ("kernel_id", "notebook_path", "cell_id", "run_id")
_RESULT = ("error_type", "limit_id")
_APART = {"basis", *_FIGURES, *_COST, *_PLACE, *_RESULT}
_PLAIN = tuple(field.name for field in fields(CallRecord) if field.name not in _APART)


def rank(source: str) -> int:
    """The rank of each source, the best first; sources of one rank count as one."""
    return _RANKS[source]


def is_same_response(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two rows of `calls` are of one call, because two sources name the same response.

    Args:
        one: A row.
        other: Another row.
    """
    response_id = one["response_id"]
    if response_id is None or response_id != other["response_id"] or len(response_id) < SHORTEST_ID:
        return False
    if one["user_id"] != other["user_id"]:  # in the ledger of a hub nobody touches the calls of others
        return False
    if rank(one["source"]) == rank(other["source"]) or "refused" in (one["status"], other["status"]):
        return False
    if not _may_be_one_provider(one, other):
        return False
    return len(response_id) >= UNIQUE_ID or not _contradict(one, other)


def is_shown(call: Mapping[str, Any], output: Mapping[str, Any]) -> bool:
    """Whether an output shows a call that its process reported: same kernel, same run, same tokens.

    Args:
        call: The row of what the process reported.
        output: The row of what the output showed.
    """
    return (
        output["source"] == "output"
        and call["source"] in PLACED_SOURCES
        and call["status"] != "refused"
        and call["user_id"] == output["user_id"]
        and call["kernel_id"] is not None
        and call["kernel_id"] == output["kernel_id"]
        and _is_in_run(call, output)
        and sum(_tokens(output)) > 0
        and _tokens(call) == _tokens(output)
        and _is_one_id(call, output)
        and _is_one_model(call, output)
    )


def merged(better: CallRecord, worse: CallRecord) -> CallRecord:
    """What two records of one call say together, under the better one's id.

    Each field has the value of the better source, where it is known. The figures are those of the stronger
    basis. What is known never becomes unknown. The cost is left out when it has to be found again.
    """
    known = {name: getattr(worse, name) for name in _PLAIN if getattr(better, name) is None}
    known.update(_figures(better, worse))
    if _is_one_place(better, worse):
        known.update((name, getattr(worse, name)) for name in _PLACE if getattr(better, name) is None)
    record = replace(better, **known)
    is_other = any(getattr(record, name) != getattr(better, name) for name in _PRICED_BY)
    if is_other or better.cost_amount is None:
        record = replace(record, **_cost(better, worse))
    return record


def _figures(better: CallRecord, worse: CallRecord) -> dict[str, Any]:
    """What of the figures changes by the worse record."""
    if better.basis == "none" or worse.basis == "none":
        return {}
    if better.source == GATEWAY and better.basis != "missing":
        return {}
    if _STRENGTHS[worse.basis] > _STRENGTHS[better.basis]:
        figures = {name: getattr(worse, name) for name in _FIGURES}
        known = {name: figure for name, figure in figures.items() if figure is not None}
        return {"basis": worse.basis, **known, "tokenizer": worse.tokenizer}
    agree = all(
        None in (mine, theirs) or mine == theirs
        for mine, theirs in ((getattr(better, name), getattr(worse, name)) for name in _TOKENS)
    )
    if better.basis == worse.basis and agree:
        return {name: getattr(worse, name) for name in _TOKENS if getattr(better, name) is None}
    return {}


def _cost(better: CallRecord, worse: CallRecord) -> dict[str, Any]:
    """The cost that the provider stated, from the better record, else none."""
    for record in (better,) if better.source == GATEWAY else (better, worse):
        if (record.cost_source or "").startswith("provider"):
            return {name: getattr(record, name) for name in _COST}
    return dict.fromkeys(_COST)


def _is_one_place(better: CallRecord, worse: CallRecord) -> bool:
    return all(
        None in (mine, theirs) or mine == theirs
        for mine, theirs in ((better.kernel_id, worse.kernel_id), (better.run_id, worse.run_id))
    )


def _may_be_one_provider(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the providers may be one; who calls a gateway sees its API, not whose model answers."""
    providers = {_provider(one), _provider(other)} - {None}
    return len(providers) < 2 or GATEWAY in (one["source"], other["source"])


def _provider(row: Mapping[str, Any]) -> str | None:
    """The provider; the form of an output only shows the protocol."""
    name: str | None = row["provider_name"]
    return None if row["source"] == "output" and name in GUESSED_PROVIDERS else name


def _contradict(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one["basis"] == other["basis"] == "reported" and _tokens(one) != _tokens(other)


def _tokens(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["input_tokens"] or 0, row["output_tokens"] or 0


def _is_in_run(call: Mapping[str, Any], output: Mapping[str, Any]) -> bool:
    if None not in (call["run_id"], output["run_id"]):
        return bool(call["run_id"] == output["run_id"])
    # An output's record starts with its run and arrives after the run's end.
    return bool(output["started_at"] <= call["started_at"] <= (output["reported_at"] or 0))


def _is_one_id(call: Mapping[str, Any], output: Mapping[str, Any]) -> bool:
    ids = (call["response_id"], output["response_id"])
    return None in ids or ids[0] == ids[1]


def _is_one_model(call: Mapping[str, Any], output: Mapping[str, Any]) -> bool:
    """Whether the models may be one: a print may name it in short."""
    named, shown = (
        {row[name].lower() for name in ("request_model", "response_model") if row[name] is not None}
        for row in (call, output)
    )
    return not named or not shown or any(one in other or other in one for one in named for other in shown)
