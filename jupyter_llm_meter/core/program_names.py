"""What people call a kernel that no notebook owns."""

from __future__ import annotations

from datetime import datetime


def kernel_name(kernelspec: str, session: str = "", started_at: datetime | None = None) -> str:
    """Name a kernel by its console, else by when it started.

    Args:
        kernelspec: The display name of its kernelspec.
        session: The name of its session; empty: it has none, or its session has no name.
        started_at: When it started, in the zone in which people read it; None: not known.

    Returns:
        One line in no language, such as ``Console 1 (Python 3)`` or ``Python 3 · 2026-11-30 14:05``.
    """
    session = session.strip()
    if session:
        return f"{session} ({kernelspec})"
    return kernelspec if started_at is None else f"{kernelspec} · {started_at:%Y-%m-%d %H:%M}"
