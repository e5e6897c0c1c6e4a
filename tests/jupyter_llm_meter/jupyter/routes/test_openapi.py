import json
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from jupyter_llm_meter.exports import FORMS
from jupyter_llm_meter.jupyter.events import SCHEMA_PATH
from jupyter_llm_meter.jupyter.routes import table as routes
from jupyter_llm_meter.ledger import FILTER_COLUMNS
from jupyter_llm_meter.ledger.pages import ORDERS, SORTS
from jupyter_llm_meter.ledger.usage import GROUPS, SPLIT_COLUMNS
from llm_meter_tap.wire.names import FIELDS

PATH = Path(routes.__file__).parents[1] / "openapi.yaml"
DOCUMENT = yaml.safe_load(PATH.read_text(encoding="utf-8"))


def contents(uri):
    """A file of the contract, by its address."""
    path = Path(url2pathname(urlsplit(uri).path))
    return Resource.from_contents(yaml.safe_load(path.read_text(encoding="utf-8")), DRAFT202012)


def schema(name):
    """The schema of a name of openapi.yaml or, with a file's path, of that file."""
    target = f"#/components/schemas/{name}" if "/" not in name else name
    return Draft202012Validator(
        {"$ref": urljoin(PATH.as_uri(), target)}, registry=Registry(retrieve=contents)
    )


STANDING = "../event_schemas/standing/v1.yaml"


def test_the_contract_is_a_valid_openapi_document():
    validate(DOCUMENT, base_uri=PATH.as_uri())


def test_the_standing_document_is_that_of_the_events():
    answer = DOCUMENT["paths"]["/standing"]["get"]["responses"]["200"]["content"]["application/json"]
    assert answer["schema"] == {"$ref": STANDING}
    assert PATH.parent.joinpath(STANDING).resolve() == SCHEMA_PATH.resolve()


def test_the_contract_names_every_field_of_the_public_record():
    described = DOCUMENT["components"]["schemas"]["CallRecord"]
    assert set(described["properties"]) == {field.wire for field in FIELDS.values()}


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
    listed = DOCUMENT["paths"][path]["get"].get("parameters", [])
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


@pytest.mark.parametrize("path", [f"/{path}" for path in routes.ROUTES])
def test_a_route_takes_the_arguments_that_the_contract_lists(path):
    listed = parameters(path) if "get" in DOCUMENT["paths"][path] else {}
    assert set(routes.ROUTES[path[1:]].arguments) == set(listed)


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
    schema(STANDING).validate(standing)
    for call in api("calls")[1]["calls"]:
        schema("CallRecord").validate(call)
    cut = {"group_by": "day", "split_by": "notebook", "limit": "1"}
    for params in ({"group_by": "day"}, {"group_by": "cell"}, cut):
        for row in api("usage", params=params)[1]["rows"]:
            schema("UsageRow").validate(row)
    schema("Error").validate(api("calls", params={"limit": "0"})[1])
    schema("Error").validate(
        api("alerts", "x", "claim", method="POST", body=json.dumps({"claimant": "t"}))[1]
    )
