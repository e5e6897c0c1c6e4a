"""What is special to httpcore; what holds for every client is in test_conformance.py."""

import json
from types import ModuleType, SimpleNamespace

import httpcore
from tap_clients import BODY
from tap_process import settled

from llm_meter_tap.transports import httpcore as adapter

CHAT = "v1/chat/completions"


def test_a_release_with_other_pools_is_left_as_it_is():
    old = ModuleType("httpcore")
    old.__version__ = "0.13.7"
    old.ConnectionPool = SimpleNamespace(handle_request=None)
    adapter.patch(old)

    assert old.ConnectionPool.handle_request is None


def test_a_body_produced_while_it_is_sent_passes_untouched(provider, metered):
    with httpcore.ConnectionPool() as pool:
        answer = pool.request(
            "POST",
            f"{provider.url}/json/other",
            headers={"transfer-encoding": "chunked"},
            content=iter([b"{}"]),
        )

    assert answer.status == 200


def test_a_program_that_uses_httpcore_by_itself_is_metered(provider, metered):
    with httpcore.ConnectionPool() as pool:
        body, headers = json.dumps(BODY).encode(), {"content-type": "application/json"}
        answer = pool.request("POST", f"{provider.url}/json/{CHAT}", headers=headers, content=body)

    assert json.loads(answer.content)["usage"]["total_tokens"] == 18
    (record,) = settled(metered)
    assert record["gen_ai.usage.input_tokens"] == 11
