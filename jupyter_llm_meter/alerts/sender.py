"""Sending one message to one channel, now: through Apprise, or directly to robots and signed webhooks.

Blocks until the channel has accepted or refused the message. Apprise is imported here, when the first channel
is set
up, and never elsewhere. No redirection is followed; what the libraries would log stays here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jupyter_llm_meter.alerts.channel import Channel
from jupyter_llm_meter.alerts.errors import ChannelError, DeliveryError, RobotRefusal
from jupyter_llm_meter.alerts.masking import mask_text, overheard
from jupyter_llm_meter.alerts.robots import Robot, kind_of
from jupyter_llm_meter.alerts.text import Message
from jupyter_llm_meter.alerts.webhook import Webhook

if TYPE_CHECKING:
    from apprise import NotifyBase

_APP_URL = "https://jupyter.org"


class Sender(Protocol):
    """Sends messages to one channel."""

    most_bytes: int
    """The most bytes that a message may have, in UTF-8."""

    def send(self, message: Message) -> None:
        """Send a message; see `send`."""


def sender_to(channel: Channel) -> Sender:
    """Make the sender of a channel; nothing is sent yet.

    Raises:
        ChannelError: Its URL cannot be used.
    """
    if channel.secret is not None:
        return Webhook(channel.url, channel.secret)
    return Robot(channel.url) if kind_of(channel.url) else _ThroughApprise(channel.url)


def send(sender: Sender, channel: Channel, message: Message) -> None:
    """Send a message to a channel.

    Raises:
        DeliveryError: The channel did not accept it.
    """
    try:
        sender.send(message)
    except DeliveryError:
        raise
    except RobotRefusal as error:
        raise _masked(error, channel.url) from None
    except Exception as error:  # noqa: BLE001 - plugins raise what they like, secrets in the text
        raise DeliveryError("delivery-failed", error=type(error).__name__) from None


def _masked(refusal: RobotRefusal, url: str) -> DeliveryError:
    """Return a robot's refusal as an error without the secrets of the robot's address."""
    code, values = refusal.explanation.code, refusal.explanation.values
    return DeliveryError(code, **{name: mask_text(str(value), url) for name, value in values.items()})


class _ThroughApprise:
    def __init__(self, url: str) -> None:
        self._url = url
        plugin = _plugin(url)
        if plugin is None and url.lower().startswith(("https://", "http://")):
            raise ChannelError("channel-unknown-address")
        if plugin is None:
            raise ChannelError("channel-apprise")
        self._takes_markdown = _formats(plugin)[0] == "markdown"
        self.most_bytes = plugin.body_maxlen

    def send(self, message: Message) -> None:
        from apprise import NotifyFormat, NotifyType

        with overheard() as said:
            # A new one each time, since a plugin pauses between its own messages.
            plugin = _plugin(self._url)
            is_taken = plugin is not None and plugin.notify(
                body=message.markdown if self._takes_markdown else message.text,
                title=message.title,
                notify_type=NotifyType.FAILURE if message.is_urgent else NotifyType.WARNING,
                body_format=NotifyFormat.MARKDOWN if self._takes_markdown else NotifyFormat.TEXT,
            )
        if not is_taken:
            if not said:
                raise DeliveryError("delivery-refused")
            raise DeliveryError("said", error=mask_text(said[-1], self._url).rstrip(". "))


def _plugin(url: str) -> NotifyBase | None:
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(
        app_id="LLM Meter",
        app_desc="LLM Meter",
        app_url=_APP_URL,
        http_redirects=False,
        storage_mode="memory",
        async_mode=False,
    )
    with overheard():
        return Apprise.instantiate(url, asset=asset)


def _formats(plugin: NotifyBase) -> list[str]:
    formats = plugin.notify_format
    return [each.value for each in (formats if isinstance(formats, tuple) else (formats,))]
