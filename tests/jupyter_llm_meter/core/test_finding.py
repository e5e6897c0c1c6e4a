"""What a check-up found, for programs."""

from jupyter_llm_meter.core.finding import BAD, Finding


def test_a_finding_is_given_to_programs_with_all_of_its_fields():
    finding = Finding("spool", "spool.jsonl", BAD, "It cannot be read.")
    assert finding.to_dict() == {
        "area": "spool",
        "subject": "spool.jsonl",
        "verdict": "bad",
        "text": "It cannot be read.",
    }
