"""Who may set which limit and whose amount: the rules of users, leads and administrators.

An administrator sets any limit and any amount. A lead sets limits of their own team, and the amounts of its
members, up to what the team has, and never in the place of what an administrator has set for somebody. What
the configuration sets, nobody loosens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import format_decimal
from jupyter_llm_meter.hub.directory import Directory
from jupyter_llm_meter.hub.errors import NotAllowed
from jupyter_llm_meter.hub.limits import SOURCE
from jupyter_llm_meter.hub.members import Member
from jupyter_llm_meter.hub.meter import HubMeter
from jupyter_llm_meter.ledger import hub_limits, quotas
from jupyter_llm_meter.ledger.hub_limits import SetLimit
from jupyter_llm_meter.ledger.quotas import Author, OwnAmount
from jupyter_llm_meter.service.errors import ArgumentError

NOT_IN_SPEC = ("id", "source", "named_by")
NO_NAMES = "The hub doesn't say which users it has; give the service the scope list:users to check names."


class Desk:
    """What people do about limits.

    Args:
        meter: The metering of this process.
        directory: Knows the hub's users and groups.
        time_zone: IANA zone of limits that name none.
    """

    def __init__(self, meter: HubMeter, directory: Directory, time_zone: str) -> None:
        self.meter = meter
        self.directory = directory
        self._time_zone = time_zone

    async def put_limit(
        self,
        member: Member,
        spec: Mapping[str, Any],
        dates: tuple[datetime | None, datetime | None],
        known: str | None,
    ) -> SetLimit:
        """Set or change a limit.

        Args:
            member: Who does it.
            spec: The flat JSON object.
            dates: From when and until when it is in force.
            known: The version that is to be changed; None: there is none yet.

        Raises:
            LimitError: It is not valid.
            ArgumentError: It ends before it starts.
            NotAllowed: They may not.
            Conflict: There is another version.
        """
        [limit] = parse_limits([spec], SOURCE, self._time_zone)
        starts_at, ends_at = dates
        if starts_at is not None and ends_at is not None and starts_at >= ends_at:
            raise ArgumentError("ends_at is not after starts_at; swap them.")
        await self.meter.follow_limits(is_at_once=True)
        await self._require_limit(member, limit)
        plain = {name: value for name, value in limit.to_dict().items() if name not in NOT_IN_SPEC}
        wanted = SetLimit(limit.id, plain, starts_at, ends_at)
        done = await self.meter.query(
            lambda ledger: ledger.write(hub_limits.put, wanted, known, author_of(member), _now())
        )
        await self.meter.follow_limits(is_at_once=True)
        return done

    async def remove_limit(self, member: Member, limit_id: str, known: str | None) -> None:
        """Remove a limit that somebody set.

        Raises:
            NotAllowed: They may not.
            Conflict: There is another version, or none.
        """
        await self.meter.follow_limits(is_at_once=True)
        there = self.meter.limits.set_limits().get(limit_id)
        if there is not None:
            await self._require_limit(member, parse_limits([there.spec], SOURCE, self._time_zone)[0])
        elif not member.is_admin:
            raise NotAllowed(f"There is no limit {limit_id!r} that you may remove.")
        await self.meter.query(
            lambda ledger: ledger.write(hub_limits.remove, limit_id, known, author_of(member), _now())
        )
        await self.meter.follow_limits(is_at_once=True)

    async def set_amount(
        self,
        member: Member,
        wanted: OwnAmount,
        known: str | None,
        *,
        team: str | None = None,
        reason: str | None = None,
    ) -> dict[str, Any] | None:
        """Set or remove somebody's own amount.

        Args:
            member: Who does it.
            wanted: The amount.
            known: The version that is to be changed; None: there is none yet.
            team: The team as whose lead they do it; an administrator needs none.
            reason: Why.

        Raises:
            ArgumentError: There is no such limit.
            NotAllowed: They may not.
            Conflict: There is another version.
        """
        limit = await self.limit_of_amount(wanted.limit_id, wanted.amount)
        if not member.is_admin:
            await self._require_member(member, team, limit, wanted.subject)
            await self._require_room(str(team), limit, wanted.amount)
            await self._require_not_from_above(wanted)
        return await self.meter.query(
            lambda ledger: ledger.write(quotas.set_one, wanted, known, author_of(member), _now(), reason)
        )

    async def limit_of_amount(self, limit_id: str, amount: Decimal | None) -> Limit:
        """Find the limit of which somebody is to have an own amount.

        Raises:
            ArgumentError: There is none of this id, or it is of one subject only.
            NotAllowed: The configuration sets it, and the amount is above it.
        """
        await self.meter.follow_limits()
        limit = self.meter.limits.of_id(limit_id)
        if limit is None:
            raise ArgumentError(
                f"There is no limit {limit_id!r} in force. Set it first, without value: its amount is "
                "that of everybody without an own one."
            )
        if limit.value is not None:
            raise ArgumentError(
                f"The limit {limit_id!r} is of {limit.value!r} alone; change the limit itself."
            )
        if limit.is_ceiling and amount is not None and amount > limit.amount:
            raise NotAllowed(
                f"The configuration sets {limit_id!r} to {format_decimal(limit.amount)} {limit.unit}; "
                "own amounts can only be lower."
            )
        return limit

    async def room_of_team(self, team: str, limit: Limit) -> Decimal:
        """How much a lead may give one member: what the team has in the same window and unit.

        Raises:
            NotAllowed: The team has no such limit.
        """
        theirs = [
            each
            for each in self.meter.limits.current()
            if (each.scope, each.window, each.unit) == ("team", limit.window, limit.unit)
            and each.value in (None, team)
        ]
        if not theirs:
            raise NotAllowed(
                f"Team {team!r} has no limit in {limit.unit} by {limit.window}; "
                "an administrator must set one first."
            )
        standings = await self.meter.query(
            lambda ledger: ledger.standings(theirs, _now(), {"team": team}, team)
        )
        return min(standing.limit.amount for standing in standings)

    async def names_to_doubt(self, names: Sequence[str]) -> tuple[list[str], str | None]:
        """Find users that the hub does not have.

        Returns:
            Their names, and a sentence where the hub does not say.
        """
        unknown = await self.directory.unknown(names)
        return ([], NO_NAMES) if unknown is None else (unknown, None)

    async def _require_limit(self, member: Member, limit: Limit) -> None:
        """Let administrators set what the configuration does not set, and leads more of their team's."""
        in_force = self.meter.limits.of_id(limit.id)
        if in_force is not None and in_force.is_ceiling:
            raise NotAllowed(f"The configuration sets the limit {limit.id!r}; change it there.")
        if member.is_admin:
            return
        if limit.scope != "team" or limit.value not in member.leads:
            raise NotAllowed("You may set limits of the teams that you lead (scope team, value TEAM) only.")
        team = str(limit.value)
        there = self.meter.limits.set_limits().get(limit.id)
        if there is not None and not await self._is_by_lead(there.version):
            raise NotAllowed(f"An administrator has set the limit {limit.id!r}.")
        above = [
            each
            for each in self.meter.limits.current()
            if each.scope == "team"
            and each.unit == limit.unit
            and each.value in (None, team)
            and each.id != limit.id
        ]
        if not any(each.amount >= limit.amount for each in above):
            raise NotAllowed(
                f"Team {team!r} has no limit of as much as {format_decimal(limit.amount)} {limit.unit}."
            )

    async def _is_by_lead(self, version: str) -> bool:
        made = await self.meter.query(lambda ledger: ledger.read(quotas.change_set, version))
        return made is not None and bool(made["is_by_lead"])

    async def _require_member(self, member: Member, team: str | None, limit: Limit, subject: str) -> None:
        if not member.leads:
            raise NotAllowed("You may not set amounts; ask for more with POST api/v1/requests.")
        if team is None or team not in member.leads:
            raise NotAllowed(f"Name the team that you lead (team): {', '.join(sorted(member.leads))}.")
        if limit.scope != "user":
            raise NotAllowed("A lead sets amounts of limits of scope user only.")
        members = await self.directory.members(team)
        if members is None:
            raise NotAllowed("The hub doesn't say who is in a team; give the service the scope read:groups.")
        if subject not in members:
            raise NotAllowed(f"User {subject!r} is not in team {team!r}.")

    async def _require_room(self, team: str, limit: Limit, amount: Decimal | None) -> None:
        most = await self.room_of_team(team, limit)
        if amount is not None and amount > most:
            raise NotAllowed(
                f"Team {team!r} has {format_decimal(most)} {limit.unit}; a member can't have more."
            )

    async def _require_not_from_above(self, wanted: OwnAmount) -> None:
        own = await self.meter.query(
            lambda ledger: ledger.read(quotas.version_of, wanted.limit_id, wanted.subject)
        )
        if own is not None and not own["is_by_lead"]:
            raise NotAllowed(f"An administrator has set the amount of {wanted.subject!r}.")


def author_of(member: Member) -> Author:
    """As whom a member changes something."""
    return Author(member.name, is_lead=not member.is_admin)


def _now() -> datetime:
    return datetime.now(timezone.utc)
