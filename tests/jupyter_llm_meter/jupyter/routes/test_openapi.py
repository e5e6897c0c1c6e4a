import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from jupyter_llm_meter.exports import FORMS
from jupyter_llm_meter.jupyter.routes import table as routes
from jupyter_llm_meter.ledger import FILTER_COLUMNS
from jupyter_llm_meter.ledger.pages import ORDERS, SORTS
from jupyter_llm_meter.ledger.usage import GROUPS, SPLIT_COLUMNS

DOCUMENT = yaml.safe_load(
    Path(routes.__file__).parents[1].joinpath("openapi.yaml").read_text(encoding="utf-8")
)


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


def parameters(path):
    """The arguments of a GET, by name."""
    listed = DOCUMENT["paths"][path]["get"]["parameters"]
    named = DOCUMENT["components"]["parameters"]
    found = [named[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in listed]
    return {each["name"]: each["schema"] for each in found}


@pytest.mark.parametrize(
    ("path", "name", "allowed"),
    [
        ("/usage", "group_by", GROUPS),
        ("/usage", "split_by", SPLIT_COLUMNS),
        ("/calls", "sort", SORTS),
        ("/calls", "order", ORDERS),
        ("/export", "format", FORMS),
    ],
)
def test_the_contract_allows_what_the_code_knows(path, name, allowed):
    assert set(parameters(path)[name]["enum"]) == set(allowed)


@pytest.mark.parametrize("path", ["/usage", "/calls", "/export"])
def test_every_filter_is_in_the_contract(path):
    assert {"from", "to", *FILTER_COLUMNS} <= set(parameters(path))
    assert ("search" in parameters(path)) == (path != "/usage")


@pytest.mark.parametrize("level", ["ok", "exceeded"])
def test_answers_are_what_the_contract_says(level, api, send, settled):
    if level == "exceeded":
        send(settled("a", tokens=1_000_001, **{"llm_meter.notebook.path": "a.ipynb"}))
    standing = api("standing")[1]
    assert {row["level"] for row in standing["standings"]} == {level}
    schema("Standing").validate(standing)
    for call in api("calls")[1]["calls"]:
        schema("Record").validate(call)
    cut = {"group_by": "day", "split_by": "notebook", "limit": "1"}
    for params in ({"group_by": "day"}, {"group_by": "cell"}, cut):
        for row in api("usage", params=params)[1]["rows"]:
            schema("UsageRow").validate(row)
    schema("Error").validate(api("calls", params={"limit": "0"})[1])
    schema("Error").validate(
        api("alerts", "x", "claim", method="POST", body=json.dumps({"claimant": "t"}))[1]
    )
