"""A command line of its own: no configuration, data or settings of the person who runs the tests."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from empty_ledger import place_empty_ledger
from warm_python import warm_python
from webhook_receiver import WebhookReceiver

from jupyter_llm_meter.cli.app import SUBCOMMANDS
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
    url = place_empty_ledger(home / "data" / "llm-meter" / "ledger.sqlite3")
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
def long_names(home):
    """The ledger with long and wide names, and with small and large figures."""
    url = place_empty_ledger(home / "data" / "llm-meter" / "ledger.sqlite3")
    large = {
        "request_model": "通义千问最大最新推理模型版本二之长名称",
        "input_tokens": 1_234_567,
        "cache_read_input_tokens": 1_000_001,
        "output_tokens": 765_432,
        "reasoning_output_tokens": 654_321,
        "cost_amount": Decimal("1234.5678"),
    }
    small = {"request_model": "meta-llama/Llama-4-Maverick-17B-128E", "cost_amount": Decimal("0.000012")}
    with Ledger.open(url) as ledger:
        ledger.settle([record("one", **large), record("two", **small)], [], NOW)
    return url


@pytest.fixture
def webhook():
    """A webhook; its messages are kept."""
    receiver = WebhookReceiver()
    yield receiver
    receiver.close()


@pytest.fixture
def configure(home):
    """Write the server's configuration, or the extension's own."""

    def write(channels, name="jupyter_server_config"):
        (home / "config" / f"{name}.json").write_text(json.dumps({"LLMMeter": {"channels": channels}}))

    return write


CODE = "import sys; from jupyter_llm_meter.cli.app import main; sys.exit(main())"
SLOW_TO_IMPORT = (
    *(path.rpartition(".")[0] for path, _ in SUBCOMMANDS.values()),
    *("alembic.command", "apprise", "genai_prices", "IPython", "jupyterlab_server.settings_utils"),
    *("pyarrow.parquet", "sqlalchemy.dialects.postgresql.psycopg", "tiktoken"),
)


def own_variables():
    """The variables of this process that a command line shall have too."""
    # What is installed is run, also where PYTHONPATH has the checkout.
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "LLM_METER", "PYTHONPATH"))
    }


@pytest.fixture(scope="session")
def warm() -> Iterator[list[str]]:
    """The words that start a Python which has the command line's libraries."""
    with warm_python(SLOW_TO_IMPORT, own_variables()) as words:
        yield words


@pytest.fixture
def environment(home):
    """The variables of a command line."""
    return {
        **own_variables(),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "LLM_METER_USER": "alice",
        "TZ": "Asia/Tokyo",
    }


@pytest.fixture
def meter(home, environment, warm):
    """Runs ``jupyter llm-meter`` as a process of its own."""

    def run(*words, python=warm, code=CODE, **options):
        return subprocess.run(
            [*python, "-c", code, *words],
            env=environment,
            cwd=home / "elsewhere",
            text=True,
            timeout=120,
            **{"capture_output": True, **options},
        )

    return run


@pytest.fixture
def terminal(home, environment, warm):
    """Runs ``jupyter llm-meter`` in a terminal of so many columns; returns what it shows, without colours."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    variables = {
        name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES", "FORCE_COLOR")
    }

    def run(width, *words):
        outer, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        process = subprocess.Popen(
            [*warm, "-c", CODE, *words],
            env=variables | {"TERM": "xterm"},
            cwd=home / "elsewhere",
            stdin=inner,
            stdout=inner,
            stderr=inner,
        )
        os.close(inner)
        shown = b""
        try:
            while piece := os.read(outer, 65536):
                shown += piece
        except OSError:  # Linux says so that the other end is closed
            pass
        os.close(outer)
        assert process.wait(120) in (0, 1)
        return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n")

    return run
