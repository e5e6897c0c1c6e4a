"""What the check-up says of running programs."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from jupyter_llm_meter.environments.programs import Program
from jupyter_llm_meter.service import checkup
from llm_meter_tap.wire.rendezvous import ServiceAddress


class Standing(BaseHTTPRequestHandler):
    """Lists one kernel of another language."""

    def do_GET(self):
        body = json.dumps({"unmetered": [{"kernel_id": "k-1", "name": "ir", "reason": "language"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Write nothing."""


@pytest.fixture
def service(monkeypatch):
    """A living service with programs below it; returns the list to put them in."""
    programs = []
    with HTTPServer(("127.0.0.1", 0), Standing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = ServiceAddress("1-aaaaaaaa", *server.server_address[:2], "secret", "2026-01-01T00:00:00Z")
        monkeypatch.setattr(checkup, "living_services", lambda folder, preferred: [address])
        monkeypatch.setattr(checkup, "connected_programs", lambda root: programs)
        yield programs
        server.shutdown()
        thread.join()


def test_a_kernel_that_is_listed_is_not_listed_as_a_program_too(service, tmp_path):
    service += [Program("R", 5, [1], "k-1"), Program("xpython", 6, [1], "k-2"), Program("node", 7, [1], None)]
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "k-2").touch()
    assert [one.subject for one in checkup.examine_programs(tmp_path)] == ["node (7)"]


def test_a_kernel_that_no_service_knows_is_a_program(service, tmp_path):
    service.append(Program("R", 5, [1], "k-9"))
    assert [one.subject for one in checkup.examine_programs(tmp_path)] == ["R (5)"]
