"""The migrations of a version that has one revision more, and a process that opens a ledger with them.

``later_schema.py URL FOLDER`` opens the ledger and prints ``opened``. With the word ``wait`` it prints
``midway`` in the middle of the step, and waits there for a line on its input.
"""

import shutil
import sys
from pathlib import Path

from jupyter_llm_meter.ledger import Ledger, migrate

REVISION = "0002"
# What it does a second time would fail (the column) or show (the number).
STEP = """
import sys

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("call_rows", sa.Column("steps", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE call_rows SET steps = steps + 1")
    if "wait" in sys.argv:
        print("midway", flush=True)
        sys.stdin.readline()
"""


def make_migrations(folder: Path, step: str = STEP) -> Path:
    """Copy the migrations and add one; returns the new folder."""
    made = folder / "migrations"
    shutil.copytree(migrate.MIGRATIONS, made, ignore=shutil.ignore_patterns("__pycache__"))
    (made / "versions" / "0002_steps.py").write_text(step)
    return made


def open_with(url: str, migrations: Path) -> None:
    """Open a ledger as the later version does."""
    migrate.MIGRATIONS = migrations
    migrate.REVISIONS = (*migrate.REVISIONS, REVISION)
    Ledger.open(url).close()


if __name__ == "__main__":
    open_with(sys.argv[1], Path(sys.argv[2]))
    print("opened", flush=True)
