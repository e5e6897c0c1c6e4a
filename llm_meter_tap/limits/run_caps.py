"""Caps what one run may use: that of a cell, or every further call of a kernel's session.

A run is known by the message id of its cell's request, so that threads, jobs and tasks that outlive the
cell stay under its cap. Child processes inherit the cap. The service knows what was used. Without a cap a
check is one comparison.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from llm_meter_tap.provenance import context
from llm_meter_tap.runtime.moment import now
from llm_meter_tap.system import Process
from llm_meter_tap.wire.json_values import encode, mapping, parse, sequence, text
from llm_meter_tap.wire.record_fields import time_written
from llm_meter_tap.wire.shape import finite_decimal

UNITS = ("USD", "tokens", "calls")
_UNPRICED = "unpriced="
# Dollars per million tokens.
_HIGHEST_CEILING = Decimal(1_000_000)
_VARIABLE = "LLM_METER_RUN"
# Work may run this many cells later and still be known as that of its cell.
_MOST_CELLS = 1024
_HOW = (
    "write an amount and a unit, such as `0.50 USD`, `20000 tokens` or `10 calls`; separate several by "
    "commas, each unit once; a cap in USD may end with `unpriced=block` or a price ceiling, `unpriced=15`"
)


class Cap(NamedTuple):
    """The most that a run may use of one unit; the amount is a decimal string.

    Attributes:
        unpriced: Of a cap in dollars, what becomes of calls of a model without a known price: `allow` (they
            do not count), `block` (they are refused), or a price ceiling, dollars per million tokens, at
            which they are reserved and counted; None: not said, which is `allow`.
    """

    unit: str
    amount: str
    unpriced: str | None = None

    def to_wire(self) -> dict[str, str]:
        """Return the cap as the service and child processes get it."""
        wire = {"unit": self.unit, "amount": self.amount}
        return wire if self.unpriced is None else {**wire, "unpriced": self.unpriced}

    def in_words(self) -> str:
        """The amount and its unit; one is singular."""
        unit = self.unit[:-1] if self.amount == "1" and self.unit != "USD" else self.unit
        return f"{self.amount} {unit}" + ("" if self.unpriced is None else f" unpriced={self.unpriced}")


class Run(NamedTuple):
    """What a cap holds for.

    Attributes:
        run_id: The cell's message id, or the session's own.
        caps: At least one.
        within: The run that this one is part of: a cell's session, a child process' cell.
    """

    run_id: str
    caps: tuple[Cap, ...]
    within: Run | None = None

    @property
    def is_of_calls(self) -> bool:
        """Whether nothing but calls is counted, so that what a call may use does not matter."""
        inner = all(cap.unit == "calls" for cap in self.caps)
        return inner and (self.within is None or self.within.is_of_calls)

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The run's id, and those of the runs around it."""
        return (self.run_id, *(() if self.within is None else self.within.run_ids))

    def to_wire(self) -> dict[str, Any]:
        """Return the run as the service and child processes get it."""
        wire = {"id": self.run_id, "caps": [cap.to_wire() for cap in self.caps]}
        return wire if self.within is None else {**wire, "within": self.within.to_wire()}


def parse_caps(written: str) -> tuple[Cap, ...]:
    """Read caps as a person writes them.

    Raises:
        ValueError: What is wrong, and what is right.
    """
    caps = tuple(_cap(piece) for piece in written.split(","))
    if len({cap.unit for cap in caps}) < len(caps):
        raise ValueError(f"{written.strip()!r} names a unit twice: {_HOW}")
    return caps


def _cap(piece: str) -> Cap:
    words = piece.split()
    unpriced = words.pop()[len(_UNPRICED) :] if len(words) == 3 and words[2].startswith(_UNPRICED) else None
    unit = next((unit for unit in UNITS if len(words) == 2 and unit.lower() == words[1].lower()), None)
    amount = _amount(words[0]) if unit is not None else None
    if unit is None or amount is None:
        raise ValueError(f"{piece.strip()!r} is not a cap: {_HOW}")
    if unit != "USD" and amount != amount.to_integral_value():
        raise ValueError(f"{piece.strip()!r} is not a cap: {unit} must be a whole number")
    return Cap(unit, format(amount, "f"), None if unpriced is None else _unpriced(piece, unit, unpriced))


def _unpriced(piece: str, unit: str, written: str) -> str:
    if unit != "USD":
        raise ValueError(f"{piece.strip()!r} is not a cap: only a cap in USD has `unpriced`")
    ceiling = _amount(written)
    if written in ("allow", "block"):
        return written
    if ceiling is None or ceiling > _HIGHEST_CEILING:
        raise ValueError(
            f"{piece.strip()!r} is not a cap: write `unpriced=allow`, `unpriced=block`, or a price ceiling "
            "in US dollars per million tokens, such as `unpriced=15`"
        )
    return format(ceiling, "f")


def _amount(word: str) -> Decimal | None:
    amount = finite_decimal(word)
    return amount if amount is not None and amount > 0 else None


class _Runs:
    """The runs of this process that are capped, and when cells began."""

    def __init__(self, inherited: Run | None) -> None:
        self.cells: dict[str, Run] = {}
        self.outer = inherited
        self.is_any = inherited is not None
        self.began = now()
        self.cells_began: dict[str, datetime] = {}
        self.last_caller: str | None = None


def _inherited() -> Run | None:
    """The run of the cell or session that started this process."""
    written = Process.environ.get(_VARIABLE)
    return _from_wire(parse(written)) if written else None


def _from_wire(wire: Any) -> Run | None:
    whole = mapping(wire)
    caps = [mapping(cap) for cap in sequence(whole.get("caps"))]
    known = tuple(
        Cap(str(cap.get("unit")), cap["amount"], text(cap.get("unpriced")))
        for cap in caps
        if text(cap.get("amount"))
    )
    if not known or text(whole.get("id")) is None:
        return None
    return Run(whole["id"], known, _from_wire(whole.get("within")))


_runs = _Runs(_inherited())


def current() -> Run | None:
    """The run under whose cap work done here and now is; None when there is none."""
    if not _runs.is_any:
        return None
    cell = _runs.cells.get(_message_id(context.parent_message()) or "")
    if cell is None:
        return _runs.outer
    return cell._replace(within=_runs.outer)


def cap_cell(caps: tuple[Cap, ...]) -> bool:
    """Cap the run of the cell that is running; False when none is."""
    message_id = _message_id(context.parent_message())
    if message_id is None:
        return False
    _runs.cells[message_id] = Run(message_id, caps)
    _runs.is_any = True
    _hand_down(current())
    return True


def cap_session(caps: tuple[Cap, ...]) -> None:
    """Cap all further calls of this session; new caps keep what was used, until they are removed."""
    run_id = Process.random(16).hex() if _runs.outer is None else _runs.outer.run_id
    _runs.outer = Run(run_id, caps)
    _runs.is_any = True
    _hand_down(current())


def uncap_session() -> bool:
    """Remove the session's cap; False when there was none."""
    was_capped = _runs.outer is not None
    _runs.outer = None
    _runs.is_any = bool(_runs.cells)
    _hand_down(current())
    return was_capped


def session() -> Run | None:
    """The session's run, if it is capped."""
    return _runs.outer


def start_session() -> None:
    """Start a kernel's session: what capped the process that started it does not cap what runs in it."""
    global _runs
    Process.environ.pop(_VARIABLE, None)
    _runs = _Runs(None)


def start_cell(parent: dict[str, Any] | None) -> None:
    """Start the next cell: child processes that it starts are under the session's cap alone.

    Args:
        parent: The cell's `execute_request`.
    """
    if _runs.is_any:
        _hand_down(_runs.outer)
    message_id = _message_id(parent)
    if message_id is not None:
        _runs.cells_began[message_id] = now()
        if len(_runs.cells_began) > _MOST_CELLS:
            del _runs.cells_began[next(iter(_runs.cells_began))]


def mark_caller(parent: dict[str, Any] | None) -> None:
    """Note that a cell, if `parent` is one's request, has made a call."""
    message_id = _message_id(parent)
    if message_id in _runs.cells_began:
        _runs.last_caller = message_id


def session_began() -> str:
    """When the kernel's session began, RFC 3339 UTC."""
    return time_written(_runs.began)


def last_cell_began() -> str | None:
    """When the cell began that was the last to make a call; None before any has."""
    began = _runs.cells_began.get(_runs.last_caller or "")
    return None if began is None else time_written(began)


def _hand_down(run: Run | None) -> None:
    if run is None:
        Process.environ.pop(_VARIABLE, None)
    else:
        Process.environ[_VARIABLE] = encode(run.to_wire())


def _message_id(parent: dict[str, Any] | None) -> str | None:
    return text(mapping(mapping(parent).get("header")).get("msg_id"))
