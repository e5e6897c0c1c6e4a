"""A ledger with calls of several months, and everything that its sums say."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.ledger import Filter

DAYS = 90
MARCH, MAY = (datetime(2026, month, 10, 9, 7, 3, 5, tzinfo=timezone.utc) for month in (3, 5))
TOTAL = (
    limit("total", "USD", 1000, on_exceed="block", unpriced=2),
    limit("total", amount=10**9, scope="notebook"),
)
GROUPS = (
    "none",
    "model",
    "provider",
    "notebook",
    "cell",
    "project",
    "user",
    "kernel",
    "hour",
    "day",
    "month",
)
PRICED = {"cost_amount": Decimal("0.000000123457"), "cost_currency": "USD", "cost_source": "provider"}


def samples(month, count=12, prefix=""):
    """Calls of a month of all kinds, some hours apart."""
    kinds = (
        {
            **PRICED,
            "response_id": "resp-{}-0123456789abcdef",
            "run_id": "r",
            "kernel_id": "k1",
            "cell_id": "c1",
        },
        {"request_model": "mystery", "usage_raw": {"prompt_tokens": 1, "odd": [2, "x" * 50]}},
        {**PRICED, "notebook_path": "sub/b.ipynb", "cell_id": "c2", "user_id": "bob"},
        {"source": "import", "notebook_path": None, "program_name": "token_usage.json"},
        {"status": "refused", "basis": "none", "input_tokens": None, "output_tokens": None, "limit_id": "x"},
    )
    for number in range(count):
        at, fields = month + timedelta(hours=5 * number), dict(kinds[number % len(kinds)])
        if "response_id" in fields:
            fields["response_id"] = fields["response_id"].format(f"{month:%m}{prefix}{number}")
        name = f"{prefix}{month:%m}-{number}"
        yield call(name, **{"started_at": at, "input_tokens": 100 + number, **fields})
    yield missing(f"{prefix}{month:%m}-missing", started_at=month)


def settle_all(ledger, count=12):
    """Settle calls of March, May and the days before NOW."""
    recent = [call("recent", started_at=NOW - timedelta(days=1)), call("now")]
    ledger.settle([*samples(MARCH, count), *samples(MAY, count), *recent], TOTAL, NOW)


def everything(ledger):
    """What the ledger's sums and limits say."""
    ranges = (
        Filter(),
        Filter(start=datetime(2026, 3, 1, tzinfo=timezone.utc)),
        Filter(end=MAY.replace(day=2, hour=0, minute=0, second=0, microsecond=0)),
    )
    sums = [
        ledger.usage(group, which, zone)
        for group in GROUPS
        for which in ranges
        for zone in ("UTC", "Asia/Shanghai")
    ]
    standings = [
        (each.limit.id, each.subject, each.used, each.unpriced_calls) for each in ledger.standings(TOTAL, NOW)
    ]
    return (
        sums,
        standings,
        ledger.summary(MARCH.replace(day=1, hour=0, minute=0, second=0, microsecond=0), None),
    )


def archive_all(ledger, now=NOW, days=DAYS):
    """Archive all that is old enough; returns the parts."""
    made = []
    with ledger.archive.locked():
        for month in ledger.archive.waiting(now, days):
            while part := ledger.archive.archive_some(month.name, now):
                made.append(part)
    return made


def ids(answers):
    """The ids of all calls, oldest first."""
    return [record.call_id for record in answers.records()]
