"""Says where a call comes from: user, team, project, agent, program, kernel, notebook, cell.

The parent message stays with a thread or a job that outlives its cell. IPython is never imported: a process
that has not loaded it is not a notebook.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.provenance import agent, program
from llm_meter_tap.system import Variables

if TYPE_CHECKING:
    _Fields = dict[str, Any]
else:
    _Fields = dict  # Python 3.8 has no other form of it

_FIELDS = {
    "LLM_METER_USER": "user_id",
    "LLM_METER_TEAM": "team",
    "LLM_METER_PROJECT": "project",
    "LLM_METER_KERNEL_ID": "kernel_id",
    "LLM_METER_NOTEBOOK": "notebook_path",
    "LLM_METER_CELL_ID": "cell_id",
    "LLM_METER_RUN_ID": "run_id",
}
_VARIABLES = Variables(*_FIELDS)

# The parent message under which a thread was started or a job submitted.
_origin: ContextVar[dict[str, Any] | None] = ContextVar("llm_meter_origin", default=None)
# The request that ran when a task was started. ipykernel 7 keeps this itself; under 6 a task that outlives
# its cell would be taken for the latest cell's.
_begun: ContextVar[dict[str, Any] | None] = ContextVar("llm_meter_begun", default=None)


class CallContext(NamedTuple):
    """Who and where, as far as this process can know.

    Attributes:
        known: Fields of `CallRecord`.
        parent: The request under which the call is made; None outside a kernel.
    """

    known: Known
    parent: dict[str, Any] | None


def current() -> CallContext:
    """The context of work done here and now."""
    kernel = running_kernel() if "IPython" in sys.modules else None
    if kernel is None:
        # What follows is the same, in fewer steps.
        origin = _origin.get()
        outside = _outside(_VARIABLES.values(), agent.current(), program.script_name())
        return outside if origin is None else outside._replace(parent=origin)
    parent = _parent_message(kernel)
    name, cell = program.kernel_name(), (cell_id(parent), run_id(parent))
    return CallContext(_known(_VARIABLES.values(), agent.current(), name, cell), parent)


class Known(_Fields):
    """Fields of `CallRecord`, not to be changed; hashed by identity, since equal ones are the same object."""

    __hash__ = object.__hash__  # type: ignore[assignment]


@functools.lru_cache(maxsize=64)
def _known(
    values: tuple[str | None, ...],
    agent_name: str | None,
    program_name: str | None,
    cell: tuple[str | None, str | None] | None,
) -> Known:
    """What calls have in common, by the variables of the environment and, in a kernel, by the cell."""
    named = dict(zip(_FIELDS.values(), values))  # noqa: B905 - not in 3.8
    named.update(agent_name=agent_name, program_name=program_name)
    if cell is not None:
        named["cell_id"], named["run_id"] = cell
    return Known({"user_id": os_user(), **{field: value for field, value in named.items() if value}})


@functools.lru_cache(maxsize=64)
def _outside(values: tuple[str | None, ...], agent_name: str | None, program_name: str | None) -> CallContext:
    """The context of calls that no kernel makes."""
    return CallContext(_known(values, agent_name, program_name, None), None)


def running_kernel() -> Any | None:
    """The IPython kernel that this process is (ipykernel 6 and 7), or was forked from; None elsewhere."""
    # Another thread may be in the middle of importing it.
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return getattr(get_ipython(), "kernel", None) if get_ipython is not None else None


def parent_message() -> dict[str, Any] | None:
    """The request under which this thread or task works."""
    return _parent_message(running_kernel())


def _parent_message(kernel: Any | None) -> dict[str, Any] | None:
    origin = _origin.get()
    if origin is not None:
        return origin
    latest = latest_request(kernel)
    begun = _begun.get()
    # Another request than a cell's, such as a widget's, is newer than the cell begun in this context.
    return begun if begun is not None and _is_cell(latest) else latest or None


def latest_request(kernel: Any | None) -> dict[str, Any] | None:
    """The request that a kernel works on; None before the first one, which is when startup files run."""
    try:
        return kernel.get_parent() or None if kernel is not None else None
    except LookupError:
        return None


def set_cell(parent: dict[str, Any]) -> None:
    """Note the request of the cell that begins in this context; tasks started in it inherit the note."""
    _begun.set(parent)


def _is_cell(parent: dict[str, Any] | None) -> bool:
    kind = (parent or {}).get("header", {}).get("msg_type")
    return bool(kind == "execute_request")


def cell_id(parent: dict[str, Any] | None) -> str | None:
    """The id of the cell that sent a request; None when its frontend sends none (nbclient, a console)."""
    value = (parent or {}).get("metadata", {}).get("cellId")
    return value if isinstance(value, str) and value else None


def run_id(parent: dict[str, Any] | None) -> str | None:
    """The id of the request that runs a cell; None for any other request, such as a widget's."""
    value = (parent or {}).get("header", {}).get("msg_id") if _is_cell(parent) else None
    return value if isinstance(value, str) and value else None


@functools.lru_cache(maxsize=1)
def os_user() -> str | None:
    """The name of the operating system's user, asked the way `getpass.getuser` does."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if os.environ.get(name):
            return os.environ[name]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return None


def carry_origin(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make `function` keep the present parent message wherever it is run; itself when there is none."""
    origin = parent_message()
    if origin is None:
        return function
    return functools.partial(_run_from, origin, function)


def _run_from(origin: dict[str, Any], function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    mark = _origin.set(origin)
    try:
        return function(*args, **kwargs)
    finally:
        _origin.reset(mark)
