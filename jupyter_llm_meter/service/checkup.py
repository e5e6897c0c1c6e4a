"""A check-up of the meter's own parts: services, ledger, private folder, spools.

The check is read-only: it creates, repairs and imports nothing.
"""

from __future__ import annotations

import json
import os
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from jupyter_llm_meter.core.explanation import Explanation, Value, explanation_of
from jupyter_llm_meter.core.finding import BAD, GOOD, UNKNOWN, Finding
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.environments.programs import connected_programs
from jupyter_llm_meter.ledger import (
    Ledger,
    LedgerError,
    file_system,
    is_over_network,
    open_folder,
    parse_url,
    sqlite_file,
)
from jupyter_llm_meter.runtime.problems import Problem
from jupyter_llm_meter.service.spool_import import REJECTED
from llm_meter_tap.calls.possible_call import FILE as RECOGNISED_BY_ANSWER
from llm_meter_tap.calls.unrecognised import FILE as UNRECOGNISED
from llm_meter_tap.calls.unrecognised import MEMBERS_FILE as UNKNOWN_MEMBERS
from llm_meter_tap.wire import file_lock
from llm_meter_tap.wire.rendezvous import ServiceAddress, living_services

PATIENCE_S = 10.0
_REASONS = {"language": "kernel-language", "no-tap": "kernel-no-tap"}


def examine_services(folder: Path) -> list[Finding]:
    """Check every living service, and list the kernels that it does not meter."""
    services = living_services(str(folder), None)
    if not services:
        return [Finding("service", str(folder), UNKNOWN, "service-none")]
    return [finding for service in services for finding in _examine_service(service)]


def _examine_service(service: ServiceAddress) -> Iterator[Finding]:
    subject = f"{service.stem} ({service.address}:{service.port})"
    try:
        standing = _standing(service)
    except (OSError, ValueError) as error:
        yield Finding("service", subject, BAD, "service-silent", {"error": str(error)})
        return
    problems = standing["state"]["problems"]
    for problem in problems:
        explanation = Explanation.from_dict(problem["explanation"])
        values: dict[str, Value] = {"message": explanation, "problem": problem["code"]}
        yield Finding("service", subject, BAD, "service-problem", values)
    if not problems:
        yield Finding("service", subject, GOOD, "service-answers", {"since": str(service.started_at)})
    for kernel in standing["unmetered"]:
        code, reason = _REASONS.get(kernel["reason"]), kernel["reason"]
        named = kernel.get("path") or kernel.get("label") or kernel["name"]
        which = f"{named} ({kernel['kernel_id']})"
        if code is None:
            yield Finding("kernel", which, BAD, "kernel-unmetered", {"reason": reason})
        else:
            yield Finding("kernel", which, BAD, code)


def examine_export(folder: Path) -> list[Finding]:
    """Say how the export of calls to a collector goes, for every living service that has one."""
    found = []
    for service in living_services(str(folder), None):
        try:
            state = _answer(service, "/v1/export")
        except (OSError, ValueError):  # an older service, or one that is said not to answer
            continue
        if state:
            found.append(_export_finding(state))
    return found


def _export_finding(state: dict[str, Any]) -> Finding:
    figures = {name: state[name] for name in ("sent", "waiting", "dropped")}
    subject = f"OTLP {state['endpoint']}"
    if state["is_missing"]:
        return Finding("service", subject, BAD, "export-missing")
    if state["is_failing"]:
        return Finding("service", subject, BAD, "export-failing", figures)
    return Finding("service", subject, UNKNOWN if state["dropped"] else GOOD, "export-running", figures)


def _standing(service: ServiceAddress) -> dict[str, Any]:
    return _answer(service, "/v1/standing")


def _answer(service: ServiceAddress, path: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://{service.address}:{service.port}{path}",
        headers={"Authorization": f"Bearer {service.secret}"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_S) as response:
            answer: dict[str, Any] = json.load(response)
    except urllib.error.URLError as error:
        raise OSError(str(error.reason)) from error
    return answer


def examine_kernels(folder: Path) -> list[Finding]:
    """List the kernels on this machine in which a tap is alive."""
    try:
        names = sorted(path.name for path in (folder / "kernels").iterdir())
    except OSError:
        return []
    return [Finding("kernel", name, GOOD, "kernel-metered") for name in names]


def examine_programs(folder: Path) -> list[Finding]:
    """List the programs below living services that are not Python and are connected to the network.

    Kernels that are listed as such are not among them.
    """
    found = []
    metered = {kernel.subject for kernel in examine_kernels(folder)}
    for service in living_services(str(folder), None):
        programs = connected_programs(int(service.stem.partition("-")[0]))
        kernels = metered | _unmetered_kernels(service) if programs else metered
        found += [
            Finding("program", f"{program.name} ({program.pid})", UNKNOWN, "program-not-metered")
            for program in programs
            if program.kernel_id not in kernels
        ]
    return found


def _unmetered_kernels(service: ServiceAddress) -> set[str]:
    """The ids of the kernels that a service lists; none of a service that does not answer, which is said."""
    try:
        return {kernel["kernel_id"] for kernel in _standing(service)["unmetered"]}
    except (OSError, ValueError):
        return set()


def examine_ledger(url: str) -> Finding:
    """Open the ledger, which checks its schema, unless there is none yet."""
    place = make_url(url).render_as_string(hide_password=True) if "://" in url else url
    try:
        file = sqlite_file(parse_url(url))
        if file is not None and not file.exists():
            return Finding("ledger", place, GOOD, "ledger-none")
        with Ledger.open(url) as ledger:
            identity = ledger.meta["ledger_id"]
        return _reachable(place, identity, file)
    except LedgerError as error:
        return Finding("ledger", place, BAD, "ledger-broken", {"error": explanation_of(error, "said")})


def _reachable(place: str, identity: str, file: Path | None) -> Finding:
    """What is said of a ledger that opens: who else may change its file, and the mode of SQLite."""
    folder = None if file is None else open_folder(file)
    if folder is not None:
        return Finding("ledger", place, BAD, "ledger-exposed", {"folder": str(folder), "path": str(file)})
    kind = None if file is None else file_system(file)
    if file is None or kind is None:
        return Finding("ledger", place, GOOD, "ledger-reachable", {"id": identity})
    code = "ledger-over-network" if is_over_network(file) else "ledger-local"
    return Finding("ledger", place, GOOD, code, {"id": identity, "kind": kind})


def examine_folder(folder: Path) -> Finding:
    """Check that only the user can read the private folder."""
    if not folder.exists():
        return Finding("folder", str(folder), GOOD, "folder-none")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("folder", str(folder), BAD, "folder-read-only")
    open_to_others = [
        path for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    if open_to_others:
        named = ", ".join(str(path) for path in open_to_others[:3])
        return Finding("folder", str(folder), BAD, "folder-open", {"paths": named, "folder": str(folder)})
    return Finding("folder", str(folder), GOOD, "folder-private")


def examine_spools(folder: Path) -> Finding:
    """Count what waits to be imported, and what could not be."""
    spools = [path for path in (folder / "spool").glob("*.jsonl") if path.stat().st_size]
    rejected = list((folder / "spool" / REJECTED).glob("*.jsonl"))
    orphans = [path for path in spools if not file_lock.is_held(str(path))]
    size = sum(path.stat().st_size for path in spools)
    waiting = {"files": len(spools), "bytes": size, "ended": len(orphans)}
    if rejected:
        return Finding("spool", str(rejected[0].parent), BAD, "spool-rejected", {"files": len(rejected)})
    if orphans and living_services(str(folder), None):
        return Finding("spool", str(folder), BAD, "spool-left", waiting)
    if not spools:
        return Finding("spool", str(folder), GOOD, "spool-empty")
    return Finding("spool", str(folder), GOOD, "spool-waiting", waiting)


def examine_limits(limits: Sequence[Limit], problems: Sequence[Problem]) -> list[Finding]:
    """Say which limits are in force, or why some are not.

    Args:
        limits: Those in force.
        problems: Those of the settings that limits come from.
    """
    found = [
        Finding("limits", problem.code, BAD, "limits-problem", {"message": problem.explanation})
        for problem in problems
    ]
    named = ", ".join(limit.id for limit in limits) or "none"
    return found or [Finding("limits", named, GOOD, "limits-in-force")]


def last_unrecognised(folder: Path) -> dict[str, str] | None:
    """Return host, path and time of the last request that looked like a call and was not recognised."""
    return _finding_of_taps(folder / UNRECOGNISED, ("host", "path", "at"))


def last_recognised_by_answer(folder: Path) -> dict[str, str] | None:
    """Return host, path, format and time of the last unknown path whose answer proved a call."""
    return _finding_of_taps(folder / RECOGNISED_BY_ANSWER, ("host", "path", "api", "at"))


def last_unknown_members(folder: Path) -> dict[str, str] | None:
    """Return provider, format, names and time of the last usage object with members that no reader knows."""
    return _finding_of_taps(folder / UNKNOWN_MEMBERS, ("provider", "api", "members", "at"))


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _finding_of_taps(path: Path, names: tuple[str, ...]) -> dict[str, str] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: _shown(found[name]) for name in names}
    except (OSError, ValueError, KeyError, TypeError):
        return None
