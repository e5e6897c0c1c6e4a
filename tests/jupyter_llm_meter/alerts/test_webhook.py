"""Signed webhooks: what they get, that the documented verifier accepts it, and that no secret is shown."""

import re
import time
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from jupyter_llm_meter.alerts.channel import Channel
from jupyter_llm_meter.alerts.errors import DeliveryError
from jupyter_llm_meter.alerts.sender import send, sender_to
from jupyter_llm_meter.alerts.text import compose, compose_test
from jupyter_llm_meter.alerts.webhook import body_of, sign
from jupyter_llm_meter.core.standing import CellPosition, TopNotebook

SECRET = "signing-secret-0123456789"
HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "alerts.md"
NOW_S = datetime(2026, 11, 24, 12, 0, 1, tzinfo=timezone.utc).timestamp()


def deliver(url, message):
    channel = Channel("desk", url, secret=SECRET)
    send(sender_to(channel), channel, message)


@pytest.fixture
def is_genuine():
    """The verifier of the documentation."""
    (code,) = re.findall(r"```python\n(import hashlib.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    exec(code, names)
    return names["is_genuine"]


def test_a_webhook_gets_json_that_the_documented_verifier_accepts(provider, make_alert, is_genuine):
    deliver(f"http://127.0.0.1:{provider.port}/hooks/a?b=c", compose([make_alert()], "zh-CN", 10_000))
    (request,) = provider.requests
    assert (request.path, request.query) == ("/hooks/a", {"b": "c"})
    assert request.headers["Content-Type"] == "application/json"
    assert is_genuine(SECRET, request.headers, request.body)
    assert request.json["title"] == "LLM Meter：用户 alice 本月：已使用 1,000,000 token 的 81%"


def test_the_verifier_refuses_another_secret_another_body_and_an_old_message(is_genuine):
    def headers(timestamp):
        signature = sign(SECRET, timestamp, b"{}")
        return {"X-LLM-Meter-Timestamp": timestamp, "X-LLM-Meter-Signature": signature}

    now, old = str(int(time.time())), str(int(time.time()) - 3600)
    assert is_genuine(SECRET, headers(now), b"{}")
    assert not is_genuine("another-secret", headers(now), b"{}")
    assert not is_genuine(SECRET, headers(now), b"{ }")
    assert not is_genuine(SECRET, headers(old), b"{}")
    assert not is_genuine(SECRET, {}, b"{}")


def test_the_signature_is_an_hmac_of_timestamp_and_body():
    assert sign("key", "1700000000", b'{"a":1}') == (
        "v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03"
    )


def test_the_body_has_every_figure_of_an_alert(make_alert):
    details = make_alert(
        notebooks=(
            TopNotebook("team/my report.ipynb", Decimal(700_000), "5f0c", CellPosition(3, 12)),
            TopNotebook("b.ipynb", Decimal(100), "77aa"),
            TopNotebook("c.ipynb", Decimal(10)),
        ),
        forecast=Decimal("1015431.5"),
        top_notebook="team/my report.ipynb",
        top_cell="5f0c",
    )
    body = body_of(compose([details], "en", 10_000, "https://lab.example.com/lab"), NOW_S)
    assert (body["event"], body["sent_at"]) == ("alerts", "2026-11-24T12:00:01.000000Z")
    assert body["alerts"] == [
        {
            "id": "a1",
            "kind": "warning",
            "limit_id": "user/month/tokens",
            "scope": "user",
            "subject": "alice",
            "user": "alice",
            "window": "month",
            "window_start": "2026-10-31T16:00:00.000000Z",
            "resets_at": "2026-11-30T16:00:00.000000Z",
            "time_zone": "Asia/Shanghai",
            "unit": "tokens",
            "amount": "1000000",
            "used": "812345",
            "threshold": 0.8,
            "forecast": "1015431.5",
            "raised_at": "2026-11-24T12:00:00.000000Z",
            "top_notebook": "team/my report.ipynb",
            "top_cell": "5f0c",
            "top_notebooks": [
                {
                    "path": "team/my report.ipynb",
                    "used": "700000",
                    "cell": {"id": "5f0c", "number": 3, "of": 12},
                },
                {"path": "b.ipynb", "used": "100", "cell": {"id": "77aa"}},
                {"path": "c.ipynb", "used": "10"},
            ],
            "link": "https://lab.example.com/lab/tree/team/my%20report.ipynb?llm-meter-cell=5f0c",
        }
    ]


def test_what_is_not_known_is_absent(make_alert):
    details = make_alert(
        limit_id="model/total/USD", subject="gpt-5", unit="USD", used=Decimal("1.50"), resets_at=None
    )
    (alert,) = body_of(compose([details], "en", 10_000), NOW_S)["alerts"]
    assert not {"user", "resets_at", "forecast", "link", "needed", "top_notebook"} & set(alert)
    assert (alert["scope"], alert["window"], alert["used"]) == ("model", "total", "1.5")
    assert alert["top_notebooks"] == []


def test_the_body_has_all_alerts_even_those_that_the_text_only_counts(make_alert):
    details = [make_alert(id=f"a{number}") for number in range(120)]
    body = body_of(compose(details, "en", 18_000), NOW_S)
    assert "and 70 more" in body["text"]
    assert [each["id"] for each in body["alerts"]] == [f"a{number}" for number in range(120)]


def test_a_test_message_says_that_it_is_one():
    body = body_of(compose_test("desk", "en"), NOW_S)
    assert (body["event"], body["alerts"]) == ("test", [])


@pytest.mark.parametrize("status", [302, 307, 401, 500])
def test_any_other_status_is_a_failure_and_no_redirection_is_followed(provider, status):
    provider.headers = {"Location": f"http://127.0.0.1:{provider.port}/elsewhere"}
    provider.answer = lambda _request: (status, SECRET.encode())
    with pytest.raises(DeliveryError, match=f"^HTTP status {status}$"):
        deliver(f"http://127.0.0.1:{provider.port}/here", compose_test("desk", "en"))
    assert [request.path for request in provider.requests] == ["/here"]


def test_a_webhook_that_cannot_be_reached_is_reported_without_its_secrets(closed_port, everything_logged):
    url = f"http://user:url-password@127.0.0.1:{closed_port}/path-secret"
    with pytest.raises(DeliveryError, match="no connection") as caught:
        deliver(url, compose_test("desk", "en"))
    channel = Channel("desk", url, secret=SECRET)
    shown = f"{caught.value} {channel!r} {channel.masked_url} {everything_logged}"
    for secret in (SECRET, "url-password", "path-secret"):
        assert secret not in shown
