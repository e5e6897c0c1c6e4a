"""``POST channels/test``: the outcome of each channel, on a real server."""

import json

import pytest
from webhook_receiver import WebhookReceiver

from .test_openapi import schema

SECRET = "signing-secret-0123456789"
HTTP_500 = {"code": "delivery-status", "values": {"status": "500"}, "text": "HTTP status 500"}


@pytest.fixture
def receiver():
    running = WebhookReceiver()
    yield running
    running.close()


@pytest.fixture
def extension_config(receiver):
    address = receiver.address
    return {
        "channels": {
            "desk": {"url": f"{address}/desk", "secret": SECRET, "language": "zh-CN"},
            "bad": {"url": f"{address}/bad", "secret": SECRET},
            "typo": {"url": f"{address}/path-secret", "langauge": "en"},
        }
    }


def test_each_channel_gets_a_test_message_and_has_its_outcome(api, receiver):
    status, answer = api("channels", "test", method="POST", body="")
    assert status == 200
    schema("ChannelTest").validate(answer)
    desk, bad, typo = answer["channels"]
    assert desk == {"channel": "desk", "delivered": True}
    assert bad == {"channel": "bad", "delivered": False, "problem": HTTP_500}
    assert (typo["channel"], typo["delivered"]) == ("typo", False)
    assert "unknown field 'langauge'" in typo["problem"]["text"]
    assert sorted(message["title"] for message in receiver.messages) == [
        "LLM Meter: Test message",
        "LLM Meter\N{FULLWIDTH COLON}测试消息",
    ]
    assert not any(secret in json.dumps(answer) for secret in (SECRET, "path-secret"))


@pytest.mark.parametrize("extension_config", [{}])
def test_a_server_without_channels_sends_nothing(api):
    assert api("channels", "test", method="POST", body="") == (200, {"channels": []})
