"""Requests that schemathesis makes from openapi.yaml, right and wrong ones, sent to a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from end_to_end.lab import TOKEN, Lab
from hypothesis import HealthCheck, Phase, settings

import jupyter_llm_meter

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis needs Python 3.11")
# It expects that whatever a schema allows is accepted. No schema says that `from` is not later than `to`, or
# which cursors a ledger gave.
NOT_CHECKED = "positive_data_acceptance"
# The token is in every request; that a route refuses a request without it has tests of its own.
CONFIG = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})

# How many requests of a kind an operation gets. The same ones each time: a failure can be repeated.
EXAMPLES = 15
SCHEMA = schemathesis.openapi.from_path(
    Path(jupyter_llm_meter.__file__).parent / "jupyter" / "openapi.yaml", config=CONFIG
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server's routes."""
    lab = Lab(tmp_path_factory.mktemp("contract") / "lab", {})
    lab.start()
    yield f"{lab.url}llm-meter/api/v1"
    lab.stop()


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_contract_describes(case: Any, api: str) -> None:
    if "null" in json.dumps(case.body, default=str):
        return  # null reads as absent, which the schemas of the fields do not say
    case.call_and_validate(
        base_url=api,
        headers={"Authorization": f"token {TOKEN}"},
        excluded_checks=[schemathesis.checks.CHECKS.get_one(NOT_CHECKED)],
    )
