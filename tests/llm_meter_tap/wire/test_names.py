"""The names on the wire."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

from llm_meter_tap.wire.names import FIELDS, INTERNAL, spellings
from llm_meter_tap.wire.record import CallRecord

VECTOR = Path(__file__).resolve().parents[2] / "vectors" / "semconv.json"


def test_the_table_is_the_one_both_languages_share() -> None:
    shared = json.loads(VECTOR.read_text(encoding="utf-8"))
    ours = {
        name: {"1.41.1": field.wire, "main": field.latest, "aliases": list(field.aliases)}
        for name, field in FIELDS.items()
    }
    assert ours == shared


def test_every_field_of_the_record_has_a_name_and_no_other_has() -> None:
    assert {*FIELDS, *INTERNAL} == {field.name for field in fields(CallRecord)}


def test_no_spelling_means_two_things() -> None:
    every = [spelling for name in FIELDS for spelling in spellings(name)]
    assert len(every) == len(set(every))
