"""Trying the channels with a test message each, from the page or the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_llm_meter.alerts.channel import Channel
from jupyter_llm_meter.alerts.channels import Channels
from jupyter_llm_meter.alerts.errors import ChannelError, DeliveryError
from jupyter_llm_meter.alerts.sender import send, sender_to
from jupyter_llm_meter.alerts.text import compose_test
from jupyter_llm_meter.core.explanation import Explanation, explain
from jupyter_llm_meter.runtime.background import start_thread

PATIENCE_S = 60.0
THREAD = "llm-meter-channel-test"


@dataclass(frozen=True)
class Outcome:
    """What became of a test message.

    Attributes:
        channel: The channel's name; empty where the channels as a whole can't be read.
        problem: Why it was not delivered, without any secret; None: it was.
    """

    channel: str
    problem: Explanation | None = None


def try_channel(channel: Channel, link: str | None) -> Outcome:
    """Send a test message to a channel, and wait for the outcome.

    Args:
        channel: The channel.
        link: Address of the lab.
    """
    message = compose_test(channel.name, channel.language, link)
    try:
        send(sender_to(channel), channel, message)
    except (ChannelError, DeliveryError) as error:
        return Outcome(channel.name, error.explanation)
    return Outcome(channel.name)


async def try_channels(channels: Channels, link: str | None) -> Sequence[Outcome]:
    """Send a test message to every channel at once.

    Args:
        channels: The channels; those that can't be used have their reason as the outcome.
        link: Address of the lab.
    """
    tried = await asyncio.gather(*(_try_in_thread(channel, link) for channel in channels))
    return [*tried, *(Outcome(name, error.explanation) for name, error in channels.unusable.items())]


async def _try_in_thread(channel: Channel, link: str | None) -> Outcome:
    trial = asyncio.wrap_future(start_thread(lambda: try_channel(channel, link), THREAD))
    try:
        return await asyncio.wait_for(trial, PATIENCE_S)
    except asyncio.TimeoutError:
        return Outcome(channel.name, explain("delivery-late", seconds=round(PATIENCE_S)))
