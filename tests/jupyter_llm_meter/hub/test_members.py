"""Teams, leads and administrators, as they follow from the groups of a hub."""

import subprocess
import sys

import pytest

from jupyter_llm_meter.hub.members import Roles
from jupyter_llm_meter.hub.names import own_name, stored_name


def member(*groups, roles=None, **model):
    return (roles or Roles()).member({"name": "ann", "groups": list(groups), **model})


def test_groups_are_teams_besides_those_of_leads_and_administrators():
    found = member("physics", "history-leads", "staff", roles=Roles(admin_groups=("staff",)))
    assert (found.teams, found.leads, found.is_admin) == (("physics",), frozenset({"history"}), True)


def test_leads_and_teams_can_be_named():
    roles = Roles(teams=("physics",), leads={"physics": "professors"})
    found = member("physics", "professors", "chess", "chess-leads", "physics-leads", roles=roles)
    assert (found.teams, found.leads) == (("physics",), frozenset({"physics"}))
    assert member("physics-leads", roles=roles).leads == frozenset()


def test_an_administrator_of_the_hub_is_one():
    assert member(admin=True).is_admin
    assert not member(admin=False).is_admin


@pytest.mark.parametrize("model", [{"kind": "service"}, {"name": ""}, {"name": None}])
def test_what_is_no_user_is_nobody(model):
    assert member(**model) is None


def test_a_call_counts_for_the_first_team_unless_it_names_another_one():
    both = member("physics", "history")
    assert [both.team_of(name) for name in (None, "physics", "chess")] == ["history", "physics", "history"]
    assert member().team_of("physics") is None


def test_the_names_of_two_users_never_meet():
    assert stored_name("a/b", "x") != stored_name("a", "b/x")
    assert own_name("a/b", stored_name("a/b", "x/y")) == "x/y"


def test_a_lab_without_a_hub_loads_nothing_of_it():
    code = (
        "import sys, jupyter_llm_meter.jupyter.app, jupyter_llm_meter.cli.run;"
        "print([name for name in sys.modules if name.startswith('jupyter_llm_meter.hub')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
