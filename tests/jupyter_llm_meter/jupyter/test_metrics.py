"""Prometheus metrics: what a scrape has, what it leaves out, and that the dashboard asks for nothing else."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[3]
DASHBOARD = json.loads((ROOT / "docs" / "how-to" / "grafana" / "llm-meter.json").read_text("utf-8"))
OF_PROMETHEUS = {"instance", "le"}
LIMITS = [
    {"scope": "user", "window": "month", "unit": "tokens", "amount": 1000, "on_exceed": "block"},
    {"scope": "notebook", "window": "month", "unit": "tokens", "amount": 1000},
    {"scope": "team", "window": "month", "unit": "calls", "amount": 10},
]
REFUSED = {
    "llm_meter.call.status": "refused",
    "llm_meter.call.basis": "none",
    "llm_meter.limit.id": "user/month/tokens",
}
GPT = {"gen_ai_operation_name": "chat", "gen_ai_provider_name": "openai", "gen_ai_request_model": "gpt-4o"}


@pytest.fixture
def scrape(meter, jp_fetch, run):
    """Read ``/metrics``: values by the name of a sample and its labels."""

    def read():
        body = run(jp_fetch("metrics")).body.decode()
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
            if sample.name.startswith(("gen_ai_", "llm_meter_"))
        }

    return read


def value(found, name, **labels):
    return found.get((name, tuple(sorted(labels.items()))))


def labels_of(limit_id, scope, subject, unit):
    parts = {"id": limit_id, "scope": scope, "subject": subject, "unit": unit}
    return {f"llm_meter_limit_{name}": part for name, part in parts.items()}


@pytest.fixture
def made_calls(meter, send, settled, scrape, eventually):
    """Calls of every kind, and what a scrape has of them."""
    chat = {"gen_ai.operation.name": "chat", "user.id": meter.service.owner.user}
    send(
        settled("a", 600, **chat, **{"gen_ai.usage.output_tokens": 40, "llm_meter.call.duration_s": 1.5}),
        settled(
            "b", 400, **chat, **{"gen_ai.request.model": "unheard-of", "llm_meter.notebook.path": "n.ipynb"}
        ),
        settled("c", None, **chat, **REFUSED),
    )
    eventually(lambda: value(scrape(), "llm_meter_limit_used", **mine(meter)) == 1040)
    return scrape()


def mine(meter):
    return labels_of("user/month/tokens", "user", meter.service.owner.user, "tokens")


@pytest.mark.parametrize("extension_config", [{"limits": LIMITS}])
def test_a_scrape_has_calls_tokens_cost_refusals_and_limits(extension_config, meter, made_calls):
    unknown = {**GPT, "gen_ai_request_model": "unheard-of"}
    assert value(made_calls, "llm_meter_calls_total", **GPT, llm_meter_call_status="ok") == 1
    assert value(made_calls, "llm_meter_calls_total", **unknown, llm_meter_call_status="ok") == 1
    assert value(made_calls, "gen_ai_client_token_usage_sum", **GPT, gen_ai_token_type="input") == 600
    assert value(made_calls, "gen_ai_client_token_usage_sum", **GPT, gen_ai_token_type="output") == 40
    assert value(made_calls, "gen_ai_client_operation_duration_seconds_sum", **GPT) == 1.5
    assert value(made_calls, "llm_meter_cost_usd_total", **GPT) == pytest.approx(0.0019)
    assert value(made_calls, "llm_meter_cost_usd_total", **unknown) is None
    assert value(made_calls, "llm_meter_unpriced_calls_total", **unknown) == 1
    assert value(made_calls, "llm_meter_refusals_total", llm_meter_limit_id="user/month/tokens") == 1
    assert value(made_calls, "llm_meter_limit_amount", **mine(meter)) == 1000
    assert value(made_calls, "llm_meter_limit_reserved", **mine(meter)) == 0
    assert value(made_calls, "llm_meter_limit_ratio", **mine(meter)) == 1.04


@pytest.mark.parametrize("extension_config", [{"limits": LIMITS}])
def test_no_notebook_and_nobody_else_is_in_a_scrape(
    extension_config, meter, send, settled, made_calls, scrape, eventually
):
    bobs = settled("d", 7, **{"user.id": "bob", "llm_meter.team": "reds"})
    send(bobs, settled("e", 1, **{"user.id": meter.service.owner.user}))
    eventually(lambda: value(scrape(), "llm_meter_limit_used", **mine(meter)) == 1041)
    text = repr([*made_calls, *scrape()])
    for word in ("n.ipynb", "bob", "reds", "notebook"):
        assert word not in text


def test_models_beyond_the_first_share_a_label(meter, send, settled, scrape, monkeypatch):
    monkeypatch.setattr("jupyter_llm_meter.telemetry.labels.MOST_MODELS", 2)
    send(*(settled(name, **{"gen_ai.request.model": f"m-{name}"}) for name in "abcd"))
    models = {
        dict(labels)["gen_ai_request_model"] for name, labels in scrape() if name == "llm_meter_calls_total"
    }
    assert models == {"m-a", "m-b", "_other"}


@pytest.mark.parametrize("extension_config", [{"metrics": False}])
def test_metrics_can_be_turned_off(extension_config, send, settled, scrape):
    send(settled("a"))
    assert scrape() == {}


def test_a_stopped_service_takes_its_metrics_off(meter, send, settled, scrape, run):
    send(settled("a"))
    assert scrape()
    run(meter.stop_extension())
    assert scrape() == {}


def asked_for(expression):
    """The metrics of a query, and the labels that it names."""
    labels = set(re.findall(r"(\w+)\s*=", "".join(re.findall(r"\{([^}]*)\}", expression))))
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    labels |= {label.strip() for group in grouped for label in group.split(",")}
    bare = re.sub(r"\{[^}]*\}|\bby \([^)]*\)", " ", expression)
    return set(re.findall(r"\b(?:gen_ai|llm_meter)_\w+", bare)), labels


@pytest.mark.parametrize("extension_config", [{"limits": LIMITS}])
def test_the_dashboard_asks_for_what_is_exported_and_for_all_of_it(extension_config, made_calls):
    exported = {}
    for name, labels in made_calls:
        exported.setdefault(name, set()).update(dict(labels))
    used = set()
    for target in [each for panel in DASHBOARD["panels"] for each in panel["targets"]]:
        names, labels = asked_for(target["expr"])
        assert names
        assert names <= exported.keys(), target["expr"]
        labels |= set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        for name in names:
            assert labels - OF_PROMETHEUS <= exported[name], target["expr"]
        used |= names
    suffix = re.compile("_(sum|count|bucket)$")
    assert {suffix.sub("", name) for name in used} == {suffix.sub("", name) for name in exported}
