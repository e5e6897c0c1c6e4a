"""Group robots of DingTalk, WeCom, Feishu and Lark: one POST of JSON each, by their documents.

They answer a refused message (a wrong signature, a missing keyword, too many a minute) with HTTP 200 and a
code in the body. With DingTalk and WeCom, Apprise treats that as a delivery, and it does not sign messages to
Feishu. So LLM Meter sends these messages itself. It accepts Apprise's URLs and the providers' own.

- DingTalk: https://open.dingtalk.com/document/robots/custom-robot-access
- WeCom: https://developer.work.weixin.qq.com/document/path/91770
- Feishu, Lark: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from jupyter_llm_meter.alerts.errors import ChannelError, RobotRefusal
from jupyter_llm_meter.alerts.masking import overheard
from jupyter_llm_meter.alerts.text import Message
from jupyter_llm_meter.core.explanation import Explanation, explain

PATIENCE_S = 15.0
_TOKEN = re.compile(r"[\w-]+", re.ASCII)
_IS_WEB = re.compile(r"https?://", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d-]{5,20}")


@dataclass(frozen=True)
class _Address:
    token: str
    secret: str | None = None
    phones: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Request:
    url: str
    query: Mapping[str, str]
    body: Mapping[str, Any]


def _dingtalk(address: _Address, message: Message, now_s: float) -> _Request:
    query = {"access_token": address.token}
    if address.secret:
        timestamp = str(round(now_s * 1000))
        signed = _hmac(address.secret, f"{timestamp}\n{address.secret}")
        query |= {"timestamp": timestamp, "sign": signed}
    called = "".join(f" @{phone}" for phone in address.phones)
    text = f"#### {message.title}\n\n{message.markdown}{called}"
    body = {
        "msgtype": "markdown",
        "markdown": {"title": message.title, "text": text},
        "at": {"atMobiles": list(address.phones), "isAtAll": False},
    }
    return _Request("https://oapi.dingtalk.com/robot/send", query, body)


def _wecom(address: _Address, message: Message, _now_s: float) -> _Request:
    # As text: WeChat, where many read their WeCom messages, does not show a robot's markdown. A card must
    # have an address to lead to, which not every lab has, and has no room for a list of alerts.
    body = {"msgtype": "text", "text": {"content": message.whole}}
    return _Request("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", {"key": address.token}, body)


def _bot_of(host: str) -> Callable[[_Address, Message, float], _Request]:
    def request(address: _Address, message: Message, now_s: float) -> _Request:
        body: dict[str, Any] = {"msg_type": "interactive", "card": _card(message)}
        if address.secret:
            timestamp = str(int(now_s))
            body |= {"timestamp": timestamp, "sign": _hmac(f"{timestamp}\n{address.secret}", "")}
        return _Request(f"https://{host}/open-apis/bot/v2/hook/{address.token}", {}, body)

    return request


def _card(message: Message) -> dict[str, Any]:
    """A card all of plain text: names come from users, and Markdown could be theirs."""
    button = message.button if message.button and _IS_WEB.match(message.button.address) else None
    text = message.text_beside_button if button else message.text
    elements: list[dict[str, Any]] = [{"tag": "div", "text": _plain_text(text)}]
    if button:
        pressed = {
            "tag": "button",
            "text": _plain_text(button.label),
            "url": button.address,
            "type": "primary",
        }
        elements.append({"tag": "action", "actions": [pressed]})
    colour = "red" if message.is_urgent else "orange" if message.alerts else "blue"
    return {
        "config": {"wide_screen_mode": True},
        "header": {"title": _plain_text(message.title), "template": colour},
        "elements": elements,
    }


def _plain_text(text: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": text}


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


@dataclass(frozen=True)
class _Kind:
    request: Callable[[_Address, Message, float], _Request]
    page: re.Pattern[str]
    most_bytes: int
    can_sign: bool = True


_KINDS = {
    "dingtalk": _Kind(_dingtalk, re.compile(r"oapi\.dingtalk\.com/robot/send$"), 18_000),
    "wecombot": _Kind(_wecom, re.compile(r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send$"), 2_048, False),
    "feishu": _Kind(
        _bot_of("open.feishu.cn"), re.compile(r"open\.feishu\.cn/open-apis/bot/v2/hook/"), 18_000
    ),
    "lark": _Kind(
        _bot_of("open.larksuite.com"), re.compile(r"open\.larksuite\.com/open-apis/bot/v2/hook/"), 18_000
    ),
}


def kind_of(url: str) -> str | None:
    """Return which robot a URL names, by scheme or by the provider's own address; None for any other."""
    scheme, _separator, rest = url.partition("://")
    if scheme.lower() in _KINDS:
        return scheme.lower()
    place = rest.partition("?")[0]
    pages = (name for name, kind in _KINDS.items() if kind.page.match(place))
    return next(pages, None) if scheme.lower() == "https" else None


class Robot:
    """Sends to one group robot.

    Args:
        url: A URL for which `kind_of` answers.

    Raises:
        ChannelError: The URL lacks the robot's token, or has parts that the robot does not know.
    """

    def __init__(self, url: str) -> None:
        name = kind_of(url)
        assert name is not None
        self._kind = _KINDS[name]
        self.most_bytes = self._kind.most_bytes
        self._address = _address(url, name, self._kind)

    def send(self, message: Message) -> None:
        """Send a message.

        Raises:
            RobotRefusal: It was not accepted.
        """
        import requests  # comes with Apprise; imported only where channels are set up

        request = self._kind.request(self._address, message, time.time())
        try:
            with overheard():
                answer = requests.post(
                    request.url,
                    params=request.query,
                    # Not escaped: robots limit the bytes, and Chinese would take twice as many.
                    data=json.dumps(request.body, ensure_ascii=False).encode(),
                    headers={"Content-Type": "application/json"},
                    timeout=PATIENCE_S,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            raise RobotRefusal("delivery-connection", error=type(error).__name__) from None
        reason = refusal(answer.status_code, answer.content)
        if reason is not None:
            raise RobotRefusal(reason.code, **reason.values)


def refusal(status: int, content: bytes) -> Explanation | None:
    """Return why a robot's answer is a refusal; None when it accepted the message."""
    if status != 200:
        return explain("delivery-status", status=str(status))
    try:
        said = json.loads(content)
        code = said.get("errcode", said.get("code", said.get("StatusCode")))
        text = said.get("errmsg", said.get("msg", said.get("StatusMessage")))
    except (ValueError, AttributeError):
        return explain("robot-other-answer")
    if code == 0:
        return None
    return explain("robot-refused", error=f"{code} {text}")


def _address(url: str, name: str, kind: _Kind) -> _Address:
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    secret, _at, place = parts.netloc.rpartition("@")
    path = [unquote(piece) for piece in parts.path.split("/") if piece]
    phones: tuple[str, ...] = ()
    if parts.scheme.lower() == "https":
        hook = parts.path.partition("/hook/")[2]
        token = query.get("access_token") or query.get("key") or hook.strip("/")
    else:
        token = query.get("token") or query.get("key") or unquote(place)
        phones = tuple(path)
    secret = query.get("secret") or unquote(secret)
    if not _TOKEN.fullmatch(token):
        raise ChannelError("robot-token", name=name)
    if secret and not (kind.can_sign and _TOKEN.fullmatch(secret)):
        raise ChannelError("robot-secret")
    if phones and (name != "dingtalk" or not all(map(_PHONE.fullmatch, phones))):
        raise ChannelError("robot-path")
    return _Address(token, secret or None, phones)
