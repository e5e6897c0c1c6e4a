"""Group robots get what their documents ask for, and a refusal in their answer is one."""

import base64
import hashlib
import hmac
import json
import time
from decimal import Decimal

import pytest

from jupyter_llm_meter.alerts.channel import Channel
from jupyter_llm_meter.alerts.errors import ChannelError, DeliveryError
from jupyter_llm_meter.alerts.robots import refusal
from jupyter_llm_meter.alerts.sender import send, sender_to
from jupyter_llm_meter.alerts.text import Message, compose, compose_test
from jupyter_llm_meter.core.standing import TopNotebook

MESSAGE = Message("LLM Meter：标题", "第一行\n第二行", "- 第一行\n- 第二行")
SECRET = "SEC0123456789abcdef"


def deliver(url, message=MESSAGE):
    channel = Channel("team", url)
    send(sender_to(channel), channel, message)


def signed(key, text):
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def dingtalk(request):
    """Answer as DingTalk does to a robot that signs."""
    timestamp = request.query.get("timestamp", "0")
    is_fresh = abs(time.time() * 1000 - int(timestamp)) < 3_600_000
    if is_fresh and request.query.get("sign") == signed(SECRET, f"{timestamp}\n{SECRET}"):
        return 200, b'{"errcode":0,"errmsg":"ok"}'
    return 200, '{"errcode":310000,"errmsg":"sign not match 签名不匹配"}'.encode()


def feishu(request):
    """Answer as Feishu does to a bot that signs: the text is the key, and nothing is signed."""
    timestamp = request.json.get("timestamp", "0")
    is_fresh = abs(time.time() - int(timestamp)) < 3600
    if is_fresh and request.json.get("sign") == signed(f"{timestamp}\n{SECRET}", ""):
        return 200, b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'
    return 200, b'{"code":19021,"data":{},"msg":"sign match fail or timestamp is not within one hour"}'


def test_dingtalk_takes_a_signed_message(provider):
    provider.answer = dingtalk
    deliver(f"dingtalk://{SECRET}@0123456789abcdef")
    deliver(f"https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef&secret={SECRET}")
    for request in provider.requests:
        assert (request.host, request.path) == ("oapi.dingtalk.com", "/robot/send")
        assert request.query["access_token"] == "0123456789abcdef"
        assert request.headers["Content-Type"] == "application/json"
        assert request.json == {
            "msgtype": "markdown",
            "markdown": {
                "title": "LLM Meter：标题",
                "text": "#### LLM Meter：标题\n\n- 第一行\n- 第二行",
            },
            "at": {"atMobiles": [], "isAtAll": False},
        }
    assert len(provider.requests) == 2


def test_dingtalk_calls_the_phones_of_the_url(provider):
    deliver("dingtalk://0123456789abcdef/13800000000/13900000000")
    (request,) = provider.requests
    assert request.json["at"]["atMobiles"] == ["13800000000", "13900000000"]
    assert request.json["markdown"]["text"].endswith("@13800000000 @13900000000")
    assert "sign" not in request.query


def test_a_wrong_signature_is_a_failed_delivery_even_with_status_200(provider):
    provider.answer = dingtalk
    with pytest.raises(DeliveryError, match="310000 sign not match"):
        deliver("dingtalk://SECwrong@0123456789abcdef")
    provider.answer = feishu
    with pytest.raises(DeliveryError, match="19021 sign match fail"):
        deliver("feishu://SECwrong@0a1b2c3d-0000-4000-8000-000000000000")


def test_feishu_and_lark_take_a_signed_card(provider):
    provider.answer = feishu
    token = "0a1b2c3d-0000-4000-8000-000000000000"
    deliver(f"feishu://{SECRET}@{token}")
    deliver(f"lark://{SECRET}@{token}")
    deliver(f"https://open.feishu.cn/open-apis/bot/v2/hook/{token}?secret={SECRET}")
    assert [request.host for request in provider.requests] == [
        "open.feishu.cn",
        "open.larksuite.com",
        "open.feishu.cn",
    ]
    for request in provider.requests:
        assert request.path == f"/open-apis/bot/v2/hook/{token}"
        assert (request.json["msg_type"], request.json["card"]) == (
            "interactive",
            {
                "config": {"wide_screen_mode": True},
                "header": {
                    "title": {"tag": "plain_text", "content": "LLM Meter：标题"},
                    "template": "blue",
                },
                "elements": [{"tag": "div", "text": {"tag": "plain_text", "content": "第一行\n第二行"}}],
            },
        )
        assert "第一行".encode() in request.body


def card_of(provider, message):
    deliver("feishu://0a1b2c3d-0000-4000", message)
    return provider.requests[-1].json["card"]


def test_a_card_leads_to_the_notebook_by_a_button_that_stands_for_the_link(provider, make_alert):
    details = make_alert(notebooks=[TopNotebook("a.ipynb", Decimal(7))])
    card = card_of(provider, compose([details], "zh-CN", 18_000, "https://lab.example.com/lab"))
    body, actions = card["elements"]
    assert card["header"]["template"] == "orange"
    assert "https://" not in body["text"]["content"]
    assert body["text"]["content"].splitlines()[-1].startswith("发现时间")
    (button,) = actions["actions"]
    assert (button["text"]["content"], button["url"]) == (
        "打开 JupyterLab",
        "https://lab.example.com/lab/tree/a.ipynb",
    )


def test_a_card_of_a_reached_limit_is_red_and_lists_what_waited(provider, make_alert):
    details = [make_alert(), make_alert(id="a2", threshold=Decimal(1))]
    card = card_of(provider, compose(details, "en", 18_000, "https://lab.example.com"))
    assert card["header"]["template"] == "red"
    assert [line[:2] for line in card["elements"][0]["text"]["content"].splitlines()] == ["1.", "2."]
    assert card["elements"][1]["actions"][0]["url"] == "https://lab.example.com"


def test_an_address_that_no_button_can_open_stays_in_the_text_of_a_card(provider):
    (body,) = card_of(provider, compose_test("team", "en", "lab.example.com"))["elements"]
    assert body["text"]["content"].endswith("Open JupyterLab: lab.example.com")


def test_wecom_takes_text_within_its_2048_bytes(provider, make_alert):
    key = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
    provider.answer = lambda request: (
        (200, b'{"errcode":0,"errmsg":"ok"}')
        if len(request.json["text"]["content"].encode()) <= 2048
        else (200, b'{"errcode":40058,"errmsg":"content exceed max length"}')
    )
    many = [make_alert(id=str(number), subject=f"用户{number}" * 8) for number in range(40)]
    sender = sender_to(Channel("team", f"wecombot://{key}"))
    deliver(f"wecombot://{key}", compose(many, "zh-CN", sender.most_bytes))
    deliver(f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key}")
    first, second = provider.requests
    assert (first.host, first.path, first.query) == (
        "qyapi.weixin.qq.com",
        "/cgi-bin/webhook/send",
        {"key": key},
    )
    assert first.json["text"]["content"].startswith("LLM Meter：40 条预警\n1. 用户 用户0")
    assert first.json["text"]["content"].splitlines()[-1].startswith("另有 ")
    assert second.json == {"msgtype": "text", "text": {"content": "LLM Meter：标题\n第一行\n第二行"}}


def test_a_refusal_by_wecom_is_reported(provider):
    provider.answer = lambda _request: (200, b'{"errcode":93000,"errmsg":"invalid webhook url"}')
    with pytest.raises(DeliveryError, match="93000 invalid webhook url"):
        deliver("wecombot://693a91f6")


def test_a_refusal_that_repeats_the_token_is_masked(provider):
    provider.answer = lambda _request: (200, b'{"errcode":300001,"errmsg":"token 0123456789abcdef unknown"}')
    with pytest.raises(DeliveryError) as caught:
        deliver("dingtalk://0123456789abcdef")
    assert "token **** unknown" in str(caught.value)


def test_a_redirection_is_not_followed(provider):
    provider.headers = {"Location": "https://ntfy.sh/elsewhere"}
    provider.answer = lambda _request: (307, b"")
    with pytest.raises(DeliveryError, match="HTTP status 307"):
        deliver("wecombot://693a91f6")
    assert len(provider.requests) == 1


def test_a_robot_that_cannot_be_reached_is_reported(monkeypatch, closed_port):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
    with pytest.raises(DeliveryError, match="no connection"):
        deliver("wecombot://693a91f6")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("dingtalk://secret@", "token"),
        ("dingtalk://abc.def", "token"),
        ("dingtalk://abc/not-a-phone", "is not valid"),
        ("feishu://abc/def", "is not valid"),
        ("wecombot://secret@key", "secret"),
        ("https://oapi.dingtalk.com/robot/send", "token"),
    ],
)
def test_a_url_that_is_not_a_robots_is_reported(url, says):
    with pytest.raises(ChannelError, match=says):
        sender_to(Channel("team", url))


@pytest.mark.parametrize(
    ("status", "content", "says"),
    [
        (200, b"<html>", "not that of such a robot"),
        (200, b"[]", "not that of such a robot"),
        (200, b"{}", "refused"),
        (502, b"", "502"),
        (200, json.dumps({"errcode": 0}).encode(), None),
        (200, json.dumps({"StatusCode": 0}).encode(), None),
    ],
)
def test_only_a_robot_s_own_word_is_a_delivery(status, content, says):
    reason = refusal(status, content)
    assert (reason is None) if says is None else (says in reason.text)
