"""Requests that schemathesis makes from openapi.yaml, right and wrong ones, sent to a real server.

It would make them all while tests are collected, which each worker of pytest-xdist does. Here a test makes
those of its operation when it runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
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
CONTRACT = Path(jupyter_llm_meter.__file__).parent / "jupyter" / "openapi.yaml"
METHODS = ("get", "put", "post", "delete", "patch")
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, item in yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["paths"].items()
    for method in METHODS
    if method in item
]


@cache
def contract() -> Any:
    """The whole contract, as schemathesis reads it."""
    return schemathesis.openapi.from_path(CONTRACT, config=CONFIG)


def test_no_operation_of_the_contract_is_left_out() -> None:
    assert {found.ok().label for found in contract().get_all_operations()} == set(OPERATIONS)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server's routes."""
    lab = Lab(tmp_path_factory.mktemp("contract") / "lab", {})
    lab.start()
    yield f"{lab.url}llm-meter/api/v1"
    lab.stop()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def send(case: Any, api: str) -> None:
    """Send a request; its answer must be one that the contract describes."""
    if "null" in json.dumps(case.body, default=str):
        return  # null reads as absent, which the schemas of the fields do not say
    case.call_and_validate(
        base_url=api,
        headers={"Authorization": f"token {TOKEN}"},
        excluded_checks=[schemathesis.checks.CHECKS.get_one(NOT_CHECKED)],
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_one_that_the_contract_describes(
    operation: str, api: str, request: pytest.FixtureRequest
) -> None:
    test = contract().include(name=operation).parametrize()(send)
    collector = request.config.hook.pytest_pycollect_makeitem(
        collector=request.node.parent, name=request.node.originalname, obj=test
    )
    (item,) = collector.collect()
    item.obj(api=api)
