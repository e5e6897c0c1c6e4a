"""A command line of its own: no configuration, data or settings of the person who runs the tests."""

import os
import subprocess
import sys
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from jupyter_llm_meter.ledger import Ledger
from llm_meter_tap.wire.record import CallRecord

NOW = datetime.now(timezone.utc)


def record(call_id, **fields):
    """A priced call of alice's, made now."""
    values = {
        "call_id": call_id,
        "started_at": NOW,
        "status": "ok",
        "basis": "reported",
        "source": "tap",
        "request_model": "gpt-4o",
        "input_tokens": 900_000,
        "output_tokens": 10,
        "cost_amount": Decimal("2.2501"),
        "cost_currency": "USD",
        "user_id": "alice",
        "notebook_path": "a.ipynb",
    }
    return CallRecord(**{**values, **fields})


@pytest.fixture
def home(tmp_path):
    """Folders for one test; the ledger is not there yet."""
    for name in ("data", "config", "runtime", "elsewhere"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def ledger_url(home):
    """The URL of the user's default ledger, with two calls in it."""
    url = f"sqlite:///{home / 'data' / 'llm-meter' / 'ledger.sqlite3'}"
    unpriced = {
        "cost_amount": None,
        "cost_currency": None,
        "request_model": "[b]mine[/b]",
        "notebook_path": None,
    }
    with Ledger.open(url) as ledger:
        ledger.settle([record("one"), record("two", input_tokens=5, **unpriced)], [], NOW)
    return url


@pytest.fixture
def meter(home):
    """Runs ``jupyter llm-meter`` as a process of its own."""
    environment = {
        **{
            name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "LLM_METER"))
        },
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "LLM_METER_USER": "alice",
        "TZ": "Asia/Tokyo",
        "COLUMNS": "140",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }

    def run(*words, **options):
        code = "import sys; from jupyter_llm_meter.cli.app import main; sys.exit(main())"
        return subprocess.run(
            [sys.executable, "-c", code, *words],
            env=environment,
            cwd=home / "elsewhere",
            text=True,
            timeout=120,
            **{"capture_output": True, **options},
        )

    return run
