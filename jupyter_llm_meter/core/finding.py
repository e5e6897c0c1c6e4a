"""The result of one diagnostic check. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GOOD, BAD, UNKNOWN = "good", "bad", "unknown"

TEXTS = {
    "service-none": "None is running; calls wait in the spool until a lab or `jupyter llm-meter run` starts.",
    "service-silent": "It does not answer ({error}). Restart that server.",
    "service-problem": "{message} [{problem}]",
    "service-answers": "It answers; running since {since}.",
    "kernel-language": "Not metered: its language has no tap, so only usage that its cells print is counted.",
    "kernel-no-tap": "Not metered: the tap is not active in it; check its kernelspec, or restart it.",
    "kernel-unmetered": "Not metered: {reason}.",
    "kernel-metered": "Metered.",
    "ledger-none": "Created at the first call.",
    "ledger-reachable": "Reachable; its id is {id}.",
    "ledger-broken": "{error}",
    "folder-none": "Created when the first lab starts.",
    "folder-read-only": "It is not writable, so calls cannot be saved there.",
    "folder-open": "Others may read {paths}; run chmod -R go= {folder}.",
    "folder-private": "Only you can read it.",
    "spool-rejected": "{files} files hold unreadable lines.",
    "spool-left": "{files} files, {bytes:,} bytes, {ended} of processes that have ended, and the running"
    " service does not import them.",
    "spool-waiting": "{files} files, {bytes:,} bytes, {ended} of processes that have ended.",
    "spool-empty": "Nothing is waiting.",
    "limits-problem": "{message}",
    "limits-in-force": "In force.",
    "gateway": "Kernels run behind it. Install the tap in their environments; check running kernels.",
    "spec-unreadable": "Jupyter cannot load it: {error}",
    "spec-language": "{language} has no tap, so only usage that its cells print is counted.",
    "spec-elsewhere": "Started elsewhere, by {provisioner}; check a running kernel.",
    "spec-launcher": "Started through {program}; check one of its running kernels.",
    "python-broken": "It cannot start: {error}.",
    "python-metered": "Python {version}: metered.",
    "python-libraries": "Python {version}: {libraries}.",
    "python-too-old": "Python {version}: too old for the tap, which needs {oldest} or newer.",
    "python-disabled": "Python {version}: turned off by LLM_METER_DISABLE; remove it from the kernelspec or"
    " the environment.",
    "python-no-folder": "Python {version}: its kernelspec empties LLM_METER_DIR; remove that.",
    "python-without-site": "Python {version}: started with -S, which skips the start-up files that load the"
    " tap; remove the option.",
    "python-isolated": "Python {version}: started with {option}, which ignores the lab's PYTHONPATH; remove"
    " the option, or run `jupyter llm-meter tap install --python {python}`.",
    "python-own-path": "Python {version}: its kernelspec replaces the lab's PYTHONPATH; append"
    " ${{PYTHONPATH}}, or run `jupyter llm-meter tap install --python {python}`.",
    "python-no-tap": "Python {version}: the tap does not start there; run"
    " `jupyter llm-meter tap install --python {python}`.",
}
"""What was found and what to do, by code. The page has the same texts in its own languages."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        area: What kind of thing: service, ledger, folder, spool, limits, gateway, kernelspec, python, kernel.
        subject: Which one.
        verdict: ``good``, ``bad`` (calls go unseen, or something is broken) or ``unknown``.
        code: What was found; one of `TEXTS`.
        values: What the text of the code names.
    """

    area: str
    subject: str
    verdict: str
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What was found, and what to do."""
        return TEXTS[self.code].format(**self.values)

    def to_dict(self) -> dict[str, object]:
        """Return it for programs and the page."""
        return {
            "area": self.area,
            "subject": self.subject,
            "verdict": self.verdict,
            "code": self.code,
            "values": dict(self.values),
            "text": self.text,
        }
