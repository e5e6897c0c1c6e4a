"""What a check-up found, for people, programs and the page."""

import json
from pathlib import Path

import pytest

from jupyter_llm_meter.core.finding import BAD, TEXTS, Finding

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "findings.json").read_text(encoding="utf-8"))


def test_a_finding_is_given_to_programs_with_all_of_its_fields():
    finding = Finding("spool", "/spool", BAD, "spool-rejected", {"files": 2})
    assert finding.to_dict() == {
        "area": "spool",
        "subject": "/spool",
        "verdict": "bad",
        "code": "spool-rejected",
        "values": {"files": 2},
        "text": "2 files hold unreadable lines.",
    }


@pytest.mark.parametrize("vector", VECTORS["findings"], ids=lambda vector: vector["code"])
def test_the_text_of_every_code_is_that_of_the_vectors(vector):
    assert Finding("service", "x", BAD, vector["code"], vector["values"]).text == vector["text"]


def test_every_code_has_a_vector():
    assert [vector["code"] for vector in VECTORS["findings"]] == list(TEXTS)
