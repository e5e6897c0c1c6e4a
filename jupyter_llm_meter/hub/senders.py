"""Who posts calls to the hub's service: a user's server for its user, or a gateway for all users.

A user's server is believed about nothing but the calls: user, team, cost and names come from elsewhere. A
gateway is one of the hub's services that an administrator has named: it is believed about whose call it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from jupyter_llm_meter.hub.members import Gateway, Member
from jupyter_llm_meter.hub.names import own_name, stored_gateway_name, stored_name
from llm_meter_tap.wire.record import CallRecord, RecordError

GATEWAY_SOURCE = "gateway"

MOST_OFF = timedelta(seconds=60)
"""How far a sender's clock may be off before times are moved."""


class Sender(Protocol):
    """Who sends something."""

    def stored(self, name: str) -> str:
        """What their name for a call, an allotment or a process is called in the ledger."""

    def own(self, stored: str) -> str:
        """Their own name for what the ledger calls `stored`."""

    def owned(self, record: CallRecord, now: datetime) -> CallRecord:
        """A record of theirs as the ledger takes it.

        Raises:
            RecordError: The ledger cannot take it.
        """


@dataclass(frozen=True)
class UserSender:
    """A user's server, and how far its clock is off.

    Attributes:
        member: The user.
        clock_off: What is to be added to its times.
    """

    member: Member
    clock_off: timedelta = timedelta(0)

    def stored(self, name: str) -> str:
        """See `Sender`."""
        return stored_name(self.member.name, name)

    def own(self, stored: str) -> str:
        """See `Sender`."""
        return own_name(self.member.name, stored)

    def owned(self, record: CallRecord, now: datetime) -> CallRecord:
        """See `Sender`; what only a gateway can know is not believed."""
        allotment_id = record.allotment_id
        record = replace(
            _unpriced(record),
            call_id=self.stored(record.call_id),
            allotment_id=None if allotment_id is None else self.stored(allotment_id),
            user_id=self.member.name,
            team=self.member.team_of(record.team),
            started_at=min(record.started_at + self.clock_off, now),
        )
        return replace(record, source="import") if record.source == GATEWAY_SOURCE else record


@dataclass(frozen=True)
class GatewaySender:
    """A gateway, and how far its clock is off.

    Attributes:
        gateway: The gateway.
        clock_off: What is to be added to its times.
    """

    gateway: Gateway
    clock_off: timedelta = timedelta(0)

    def stored(self, name: str) -> str:
        """See `Sender`."""
        return stored_gateway_name(self.gateway.name, name)

    def own(self, stored: str) -> str:
        """See `Sender`."""
        return stored.removeprefix(self.stored(""))

    def owned(self, record: CallRecord, now: datetime) -> CallRecord:
        """See `Sender`; the record names its user and their team."""
        if record.user_id is None:
            raise RecordError("user.id is missing; a record of a gateway names its user")
        return replace(
            _unpriced(record),
            call_id=self.stored(record.call_id),
            allotment_id=None,
            source=GATEWAY_SOURCE,
            started_at=min(record.started_at + self.clock_off, now),
        )


def clock_off(theirs: datetime | None, now: datetime) -> timedelta:
    """What is to be added to the times of a clock that shows `theirs` now; nothing if it is nearly right."""
    if theirs is None or abs(now - theirs) <= MOST_OFF:
        return timedelta(0)
    return now - theirs


def _unpriced(record: CallRecord) -> CallRecord:
    """Without a cost that the provider did not state: the hub computes it."""
    is_stated = (record.cost_source or "").startswith("provider")
    return record if is_stated else replace(record, cost_amount=None, cost_currency=None, cost_source=None)
