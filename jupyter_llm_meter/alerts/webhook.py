"""Webhooks of the user's own: one POST of JSON, signed with a secret that both sides know.

``docs/how-to/alerts.md``, "Signed webhooks", promises the fields and the signature to those who receive them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import datetime, timezone
from typing import Any

from jupyter_llm_meter.alerts.errors import DeliveryError
from jupyter_llm_meter.alerts.masking import overheard
from jupyter_llm_meter.alerts.text import AlertDetails, Message, notebook_address
from jupyter_llm_meter.core.standing import TopNotebook, format_decimal, format_time

PATIENCE_S = 15.0
TIMESTAMP = "X-LLM-Meter-Timestamp"
SIGNATURE = "X-LLM-Meter-Signature"
_VERSION = "v1"


class Webhook:
    """Sends to one webhook.

    Args:
        url: Its address, ``https://`` or ``http://``.
        secret: What messages are signed with.
    """

    most_bytes = 18_000

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret

    def send(self, message: Message) -> None:
        """Send a message.

        Raises:
            DeliveryError: It was not accepted; the text contains no part of the URL.
        """
        import requests  # comes with Apprise; imported only where channels are set up

        now_s = time.time()
        body = json.dumps(body_of(message, now_s), ensure_ascii=False).encode()
        timestamp = str(int(now_s))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "LLM-Meter",
            TIMESTAMP: timestamp,
            SIGNATURE: sign(self._secret, timestamp, body),
        }
        try:
            with overheard():
                answer = requests.post(
                    self._url, data=body, headers=headers, timeout=PATIENCE_S, allow_redirects=False
                )
        except requests.RequestException as error:
            raise DeliveryError("delivery-connection", error=type(error).__name__) from None
        if not 200 <= answer.status_code < 300:
            raise DeliveryError("delivery-status", status=str(answer.status_code))


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body.

    Args:
        secret: What both sides know.
        timestamp: When it is sent, in seconds since 1970, as the header has it.
        body: The bytes that are sent.
    """
    signed = f"{timestamp}.".encode() + body
    return f"{_VERSION}={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def body_of(message: Message, now_s: float) -> dict[str, Any]:
    """Return what is posted for a message.

    Args:
        message: The message; without alerts it is a test.
        now_s: The present, in seconds since 1970.
    """
    return {
        "event": "alerts" if message.alerts else "test",
        "sent_at": format_time(datetime.fromtimestamp(now_s, timezone.utc)),
        "title": message.title,
        "text": message.text,
        "alerts": [_alert(each, message.link) for each in message.alerts],
    }


def _alert(details: AlertDetails, link: str | None) -> dict[str, Any]:
    alert, limit = details.alert, details.limit
    known = {
        "scope": limit.scope,
        "window": limit.window,
        "time_zone": details.time_zone,
        "user": alert.subject if limit.scope == "user" else None,
        "forecast": None if details.forecast is None else format_decimal(details.forecast),
        "link": notebook_address(link, details),
    }
    return {
        **alert.to_dict(),
        **{name: value for name, value in known.items() if value is not None},
        "top_notebooks": [_notebook(each) for each in details.notebooks],
    }


def _notebook(notebook: TopNotebook) -> dict[str, Any]:
    found: dict[str, Any] = {"path": notebook.path, "used": format_decimal(notebook.used)}
    if notebook.cell_id is not None:
        position = notebook.position
        place = {} if position is None else {"number": position.number, "of": position.count}
        found["cell"] = {"id": notebook.cell_id, **place}
    return found
