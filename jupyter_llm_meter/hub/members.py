"""Who asks: a user of the hub, their teams, and what they may see.

Everything here comes from the hub's answer about a token, nothing from a request's body. Teams are groups of
the hub; leads of a team are the members of another group, and administrators those of the hub.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_llm_meter.hub.errors import NotAllowed
from jupyter_llm_meter.ledger import Filter

LEADS_SUFFIX = "-leads"
"""What the group of a team's leads is called after its team, unless it is configured."""


@dataclass(frozen=True)
class Member:
    """A user of the hub.

    Attributes:
        name: The user's name.
        teams: Their teams, in alphabetical order.
        leads: The teams that they lead.
        is_admin: Whether they may see and change everything.
    """

    name: str
    teams: tuple[str, ...] = ()
    leads: frozenset[str] = frozenset()
    is_admin: bool = False

    def team_of(self, named: str | None) -> str | None:
        """The team that a call counts for.

        Args:
            named: The team that the call names; it counts only if the user is in it.

        Returns:
            The named team, else the first of the user's teams in alphabetical order; None without a team.
        """
        return named if named in self.teams else next(iter(self.teams), None)

    def may_see(self, user: str | None, team: str | None) -> bool:
        """Whether they may see what a user, a team, or a user did for a team; None: any."""
        return self.is_admin or team in self.leads or user == self.name

    def view(self, asked: Filter) -> Filter:
        """The calls that are meant by a question, of those that they may see.

        Args:
            asked: The question. Without a user or a team that they may see as a whole, it is about their own
                calls.

        Raises:
            NotAllowed: It is about somebody else's calls.
        """
        user, team = asked.values.get("user"), asked.values.get("team")
        if self.may_see(user, team):
            return asked
        if "user" in asked.values:
            raise NotAllowed(f"You may not see the calls of user {user!r}; leave user out to see your own.")
        if "team" in asked.values and team not in self.teams:
            raise NotAllowed(f"You may not see the calls of team {team!r}; leave team out to see your own.")
        return replace(asked, values={**asked.values, "user": self.name})

    def looking_at(self, user: str | None, team: str | None) -> Member:
        """Whose limits are meant: their own and their teams', or those of a user or a team.

        Raises:
            NotAllowed: They may not see them.
        """
        if user is None and team is None:
            return self
        if team is not None and not (self.may_see(None, team) or team in self.teams):
            raise NotAllowed(f"You may not see the limits of team {team!r}.")
        if user is not None and not self.may_see(user, None):
            raise NotAllowed(f"You may not see the limits of user {user!r}.")
        return Member(name="" if user is None else user, teams=() if team is None else (team,))


@dataclass(frozen=True)
class Gateway:
    """A service of the hub through which users call, such as LiteLLM's proxy with this project's plugin.

    Attributes:
        name: The service's name.
    """

    name: str


@dataclass(frozen=True)
class Roles:
    """How the hub's groups are read.

    Attributes:
        teams: The groups that are teams; None: every group that is none of leads or administrators.
        leads: By team, the group of its leads; teams that are not named have ``TEAM-leads``.
        admin_groups: The groups whose members are administrators, besides the hub's own administrators.
        gateways: The services of the hub that are believed about whose calls they report.
    """

    teams: Collection[str] | None = None
    leads: Mapping[str, str] = field(default_factory=dict)
    admin_groups: Collection[str] = ()
    gateways: Collection[str] = ()

    def gateway(self, model: Mapping[str, Any]) -> Gateway | None:
        """Read the hub's answer about a token; None for what is no gateway."""
        name = model.get("name")
        is_named = model.get("kind") == "service" and isinstance(name, str) and name in self.gateways
        return Gateway(str(name)) if is_named else None

    def member(self, model: Mapping[str, Any]) -> Member | None:
        """Read the hub's answer about a token; None for what is no user, such as another service."""
        name = model.get("name")
        if model.get("kind", "user") != "user" or not isinstance(name, str) or not name:
            return None
        groups = {group for group in model.get("groups") or () if isinstance(group, str)}
        return Member(
            name=name,
            teams=tuple(sorted(filter(self._is_team, groups))),
            leads=frozenset(team for group in groups for team in self._led_by(group)),
            is_admin=bool(model.get("admin")) or not groups.isdisjoint(self.admin_groups),
        )

    def _is_team(self, group: str) -> bool:
        if self.teams is not None:
            return group in self.teams
        is_of_leads = group.endswith(LEADS_SUFFIX) or group in self.leads.values()
        return not is_of_leads and group not in self.admin_groups

    def _led_by(self, group: str) -> list[str]:
        found = [team for team, leads in self.leads.items() if leads == group]
        team = group.removesuffix(LEADS_SUFFIX)
        is_team = team != group and team not in self.leads and (self.teams is None or team in self.teams)
        return [*found, team] if is_team and team else found
