"""The private folder, made ready for a service (docs/reference/protocol.md, "The private folder").

Where it cannot be made, metering continues in a temporary folder, and the state says that calls there may be
lost.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.ledger import LEDGER_FILE, default_ledger_url, private_folder, sqlite_url
from jupyter_llm_meter.runtime.problems import Problems

PROBLEM = "not-durable"


@dataclass(frozen=True)
class Storage:
    """Where a service works.

    Attributes:
        folder: The private folder.
        ledger_url: SQLAlchemy URL of the ledger.
    """

    folder: Path
    ledger_url: str


def prepare_storage(database_url: str | None, problems: Problems) -> Storage:
    """Make the private folder of a ledger, or a temporary one.

    Args:
        database_url: URL of the ledger; None for the user's own.
        problems: Takes the problem that only a temporary folder could be made.

    Raises:
        OSError: Not even a temporary folder can be made.
    """
    folder = private_folder(database_url)
    try:
        _make_private(folder)
    except OSError as error:
        temporary = Path(tempfile.mkdtemp(prefix="llm-meter-"))
        reason = error.strerror or str(error)
        problems.report(
            PROBLEM, explain("not-durable", path=str(folder), error=reason, temporary=str(temporary))
        )
        return Storage(temporary, database_url or sqlite_url(temporary / LEDGER_FILE))
    return Storage(folder, database_url or default_ledger_url())


def _make_private(folder: Path) -> None:
    # The mode of mkdir is for the last folder only: whoever can write to one above can move it away.
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    # Neither the mode nor os.access shows a read-only file system or a quota; writing does.
    with tempfile.NamedTemporaryFile(dir=folder):
        pass
