"""``GET doctor``, on a real server."""

import asyncio
import json

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_llm_meter.jupyter.routes.table import PREFIX

from .test_openapi import schema


@pytest.fixture(autouse=True)
def python_kernels_only(jp_serverapp):
    """The kernelspecs of this machine are none of the tests' business."""
    jp_serverapp.kernel_spec_manager.allowed_kernelspecs = {"python3"}


def of(document, area):
    return [one for one in document["findings"] if one["area"] == area]


def test_the_page_gets_what_the_command_finds(api):
    status, document = api("doctor")
    assert status == 200
    schema("Diagnosis").validate(document)
    assert {one["area"] for one in document["findings"]} == {
        "service", "ledger", "folder", "spool", "limits", "kernelspec", "python",
    }  # fmt: skip
    assert document["ok"], document
    assert [one["code"] for one in of(document, "service")] == ["service-answers"]
    assert [one["code"] for one in of(document, "kernelspec")] == ["python-metered"]


def test_a_call_that_no_format_knows_is_among_the_findings(api, meter):
    found = {"host": "llm.example.org", "path": "/v9/think", "at": "2026-11-24T00:00:00+00:00"}
    file = meter.service.storage.folder / "unrecognised.json"
    file.write_text(json.dumps(found))
    file.chmod(0o600)
    assert api("doctor")[1]["unrecognised"] == found


def test_a_folder_that_others_can_read_is_found_with_what_to_do(api, meter):
    folder = meter.service.storage.folder
    folder.chmod(0o755)
    document = api("doctor")[1]
    ((finding),) = of(document, "folder")
    assert (document["ok"], finding["code"]) == (False, "folder-open")
    assert f"chmod -R go= {folder}" in finding["text"]


def test_requests_that_come_together_get_one_diagnosis(meter, jp_fetch, run, monkeypatch):
    made = []
    import jupyter_llm_meter.jupyter.doctor as doctor

    real = doctor.diagnose
    monkeypatch.setattr(doctor, "diagnose", lambda *a: made.append(a) or real(*a))

    async def ask_twice():
        return await asyncio.gather(*(jp_fetch(*PREFIX.split("/"), "doctor") for _ in range(2)))

    one, other = run(ask_twice())
    assert (one.body, len(made)) == (other.body, 1)


def test_an_argument_is_refused(meter, jp_fetch, run):
    with pytest.raises(HTTPClientError) as raised:
        run(jp_fetch(*PREFIX.split("/"), "doctor", params={"what": "all"}))
    assert raised.value.code == 400
