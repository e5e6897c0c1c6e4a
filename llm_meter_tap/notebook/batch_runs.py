"""Notebooks that a program runs, by nbclient: papermill, nbconvert, ``jupyter execute``, scripts.

Their kernels belong to no lab, and nbclient does not pass the notebook's name to them. So the kernel gets its
notebook's path in its environment, and each request the id of its cell, as JupyterLab sends it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from llm_meter_tap.patching import import_hook, patches
from llm_meter_tap.provenance.notebook_path import ledger_path
from llm_meter_tap.runtime import faults

_FILE = "_llm_meter_file"
# The cell that each client's session runs; a client runs one at a time.
_cells: MutableMapping[Any, str] = WeakKeyDictionary()


def patch(client: ModuleType) -> None:
    """Patch `nbclient.client`; idempotent."""
    # The methods without `async_` are made of the others when the class is, and do not call them by name.
    for name in ("start_new_kernel", "async_start_new_kernel"):
        patches.wrap(client.NotebookClient, name, _start)
    for name in ("execute_cell", "async_execute_cell"):
        patches.wrap(client.NotebookClient, name, _execute)
    import_hook.watch("jupyter_client.session", patch_session)
    import_hook.watch("nbformat", patch_reading)


def patch_reading(nbformat: ModuleType) -> None:
    """Patch `nbformat`, so that a notebook knows the file it was read from; idempotent."""
    patches.wrap(nbformat, "read", _read)


def patch_session(module: ModuleType) -> None:
    """Patch `jupyter_client.session`; idempotent."""
    patches.wrap(module.Session, "msg", _message)


def _read(original: Callable[..., Any]) -> Callable[..., Any]:
    def read(fp: Any, *args: Any, **kwargs: Any) -> Any:
        notebook = original(fp, *args, **kwargs)
        _note_file(notebook, fp)
        return notebook

    return read


@faults.contained
def _note_file(notebook: Any, fp: Any) -> None:
    file = fp if isinstance(fp, (str, os.PathLike)) else getattr(fp, "name", None)
    if isinstance(file, (str, os.PathLike)):
        # As an attribute proper, and no item of the notebook, which would be saved.
        object.__setattr__(notebook, _FILE, os.path.abspath(file))


def _start(original: Callable[..., Any]) -> Callable[..., Any]:
    def start(client: Any, *args: Any, **kwargs: Any) -> Any:
        environment = _environment(client, kwargs.get("env"))
        if environment is not None:
            kwargs["env"] = environment
        return original(client, *args, **kwargs)

    return start


@faults.contained
def _environment(client: Any, given: Any) -> Any:
    """The variables of a kernel that names its notebook; None where the notebook's file is not known."""
    file = _file_of(client)
    if file is None or not os.path.isfile(file):
        return None
    return {**(os.environ if given is None else given), "LLM_METER_NOTEBOOK": ledger_path(file)}


def _file_of(client: Any) -> Any:
    if type(client).__module__.partition(".")[0] == "papermill":
        named = client.nb.metadata.get("papermill", {}).get("input_path")
        return named if isinstance(named, str) else None
    file = getattr(client.nb, "__dict__", {}).get(_FILE)
    if file is not None:
        return file
    # nbconvert names the notebook to its templates.
    metadata = client.resources.get("metadata", {})
    name, folder = metadata.get("name"), metadata.get("path")
    return os.path.join(str(folder or ""), f"{name}.ipynb") if name else None


def _execute(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(client: Any, cell: Any, *args: Any, **kwargs: Any) -> Any:
        _note_cell(client, cell)
        return original(client, cell, *args, **kwargs)

    return execute


@faults.contained
def _note_cell(client: Any, cell: Any) -> None:
    session, name = client.kc.session, cell.get("id")
    if isinstance(name, str) and name:
        _cells[session] = name
    else:
        _cells.pop(session, None)


def _message(original: Callable[..., Any]) -> Callable[..., Any]:
    def msg(session: Any, *args: Any, **kwargs: Any) -> Any:
        message = original(session, *args, **kwargs)
        _name_cell(session, message)
        return message

    return msg


@faults.contained
def _name_cell(session: Any, message: Any) -> None:
    if _cells and message["header"]["msg_type"] == "execute_request" and session in _cells:
        message["metadata"].setdefault("cellId", _cells[session])
