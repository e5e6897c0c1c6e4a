"""What a check-up found, for people, programs and the page."""

from jupyter_llm_meter.core.finding import BAD, Finding


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
