"""Each command in an interpreter of its own, as users start it: whatever it needs, it imports itself."""

import sys

import pytest

COMMANDS = {
    "status": ("status",),
    "report": ("report",),
    "reprice": ("reprice", "--dry-run"),
    "reconcile": ("reconcile", "nowhere.csv"),
    "export": ("export", "--format", "csv"),
    "doctor": ("doctor",),
    "alerts": ("alerts", "test"),
    "import": ("import", "nowhere.json"),
    "backup": ("backup", "copy.sqlite3"),
    "restore": ("restore", "nowhere.sqlite3"),
    "vacuum": ("vacuum",),
    "tap": ("tap", "status", "--python", sys.executable),
    "hub": ("hub",),
    "run": ("run", "--", sys.executable, "-c", "print('ran')"),
}
SHOWN = {
    "status": "Usage",
    "report": "gpt-4o",
    "reprice": "Nothing was changed",
    "reconcile": "",
    "export": "llm_meter.call.id",
    "doctor": "Never seen",
    "alerts": "delivered",
    "import": "",
    "backup": "backed up",
    "restore": "",
    "vacuum": "before",
    "tap": "site-packages",
    "hub": "",
    "run": "ran",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_brings_all_that_it_needs(meter, ledger_url, configure, webhook, command):
    configure({"ops": f"json{webhook.address.removeprefix('http')}/"})
    done = meter(*COMMANDS[command], python=[sys.executable])
    assert SHOWN[command] in done.stdout
    assert "Traceback" not in done.stderr
