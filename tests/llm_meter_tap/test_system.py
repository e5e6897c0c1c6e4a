"""Variables of the environment are read as they are now, and told apart from those that are not set."""

import os

import pytest

from llm_meter_tap.system import Variables

NAMES = ("LLM_METER_TEST_A", "LLM_METER_TEST_B")


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Variables:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return Variables(*NAMES)


def test_what_is_not_set_is_none_and_what_is_empty_is_empty(variables, monkeypatch):
    assert variables.values() == (None, None)
    monkeypatch.setenv(NAMES[1], "")

    assert variables.values() == (None, "")


def test_a_change_is_seen_at_once(variables, monkeypatch):
    for value in ("one", "zwölf"):
        monkeypatch.setenv(NAMES[0], value)
        assert variables.values() == (value, None)
    monkeypatch.delenv(NAMES[0])

    assert variables.values() == (None, None)


def test_the_same_values_are_the_same_object(variables):
    assert variables.values() is variables.values()


def test_an_environment_of_the_programs_own_is_read(variables, monkeypatch):
    variables.values()
    monkeypatch.setattr(os, "environ", {NAMES[0]: "its own"})

    assert variables.values() == ("its own", None)
