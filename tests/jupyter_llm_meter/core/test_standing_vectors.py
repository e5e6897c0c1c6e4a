"""The standing document as core writes it, held to the vectors that the page's reader is held to as well."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml

import jupyter_llm_meter
from jupyter_llm_meter.core.forecast import Forecast
from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.standing import Alert, Standing

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "standing.json").read_text("utf-8"))
PACKAGE = Path(jupyter_llm_meter.__file__).parent
SCHEMA = yaml.safe_load((PACKAGE / "event_schemas" / "standing" / "v1.yaml").read_text("utf-8"))

TIMES = ("window_start", "resets_at", "raised_at", "reached_at")
DECIMALS = ("used", "reserved", "soft", "raised", "amount", "needed", "threshold")
DEFINITIONS = {
    "standings": "Standing",
    "forecasts": "Forecast",
    "alerts": "Alert",
    "runaways": "Runaway",
    "unmetered": "Unmetered",
}


def cases(kind):
    return pytest.mark.parametrize("case", VECTORS[kind], ids=lambda case: case["name"])


def figures(case):
    """The figures of a case as core takes them."""
    read = {}
    for name, value in case["figures"].items():
        if value is not None and name in TIMES:
            read[name] = datetime.fromisoformat(value.replace("Z", "+00:00"))
        elif value is not None and name in DECIMALS:
            read[name] = Decimal(value)
        else:
            read[name] = value
    return read


@cases("standings")
def test_a_standing_is_written_as_in_the_vectors(case):
    (limit,) = parse_limits([case["limit"]], "settings", "UTC")
    assert Standing(limit, **figures(case)).to_dict() == case["wire"]


@cases("forecasts")
def test_a_forecast_is_written_as_in_the_vectors(case):
    assert Forecast(**figures(case)).to_dict() == case["wire"]


@cases("alerts")
def test_an_alert_is_written_as_in_the_vectors(case):
    assert Alert(**figures(case)).to_dict() == case["wire"]


@pytest.mark.parametrize(
    ("kind", "case"),
    [(kind, case) for kind in DEFINITIONS for case in VECTORS[kind]],
    ids=lambda value: value if isinstance(value, str) else value["name"],
)
def test_the_vectors_keep_the_schema_of_the_event(kind, case):
    # The service adds `can_raise`, which is no business of core's.
    wire = {**case["wire"], "can_raise": False} if kind == "standings" else case["wire"]
    jsonschema.Draft7Validator({"$ref": f"#/$defs/{DEFINITIONS[kind]}", "$defs": SCHEMA["$defs"]}).validate(
        wire
    )


@cases("documents")
def test_the_documents_of_the_vectors_keep_the_schema_of_the_event(case):
    jsonschema.Draft7Validator(SCHEMA).validate(case["wire"])
