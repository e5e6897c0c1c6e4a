"""The errors of channels and deliveries: one small tree under `AlertsError`."""

from __future__ import annotations

from jupyter_llm_meter.core.explanation import ExplainedError


class AlertsError(ExplainedError):
    """A channel or a delivery that failed; the message says why, and holds no secret."""


class ChannelError(AlertsError, ValueError):
    """A channel that cannot be used."""


class DeliveryError(AlertsError):
    """A message that was not delivered."""


class RobotRefusal(AlertsError):
    """A chat robot's answer that refuses a message."""
