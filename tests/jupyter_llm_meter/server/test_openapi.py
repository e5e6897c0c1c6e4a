import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from jupyter_llm_meter.ledger.queries import GROUPS
from jupyter_llm_meter.server import routes

DOCUMENT = yaml.safe_load(Path(routes.__file__).with_name("openapi.yaml").read_text(encoding="utf-8"))


def schema(name):
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    )


def test_the_contract_is_a_valid_openapi_document():
    validate(DOCUMENT)


def test_every_route_is_in_the_contract_and_every_operation_has_a_route():
    served = {
        (f"/{path}", method)
        for path, handler in routes.ROUTES.items()
        for method in ("get", "post", "put", "patch", "delete")
        if method in vars(handler)
    }
    described = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert served == described


def test_the_groups_of_usage_are_those_that_the_ledger_knows():
    (parameter,) = [
        p for p in DOCUMENT["paths"]["/usage"]["get"]["parameters"] if p.get("name") == "group_by"
    ]
    assert set(parameter["schema"]["enum"]) == set(routes.GROUPS) == set(GROUPS)


@pytest.mark.parametrize("level", ["ok", "exceeded"])
def test_answers_are_what_the_contract_says(level, api, send, settled):
    if level == "exceeded":
        send(settled("a", tokens=1_000_001, **{"llm_meter.notebook.path": "a.ipynb"}))
    standing = api("standing")[1]
    assert {row["level"] for row in standing["standings"]} == {level}
    schema("Standing").validate(standing)
    for call in api("calls")[1]["calls"]:
        schema("Record").validate(call)
    for row in api("usage", params={"group_by": "day"})[1]["rows"]:
        schema("UsageRow").validate(row)
    schema("Error").validate(api("calls", params={"limit": "0"})[1])
    schema("Error").validate(
        api("alerts", "x", "claim", method="POST", body=json.dumps({"claimant": "t"}))[1]
    )
