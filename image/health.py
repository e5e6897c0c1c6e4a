"""The health check of the image: the Jupyter server answers, and so does the meter's service in it.

Any answer counts, since a server that asks for a token works. Uses the standard library and jupyter_core
only, so that a check takes a moment. Exits with 1 and a sentence that says what does not answer.
"""

from __future__ import annotations

import json
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir

TIMEOUT_S = 4
# The check runs in the container and sends no token: whose certificate it is does not matter.
UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE
# A proxy of the environment is not for this machine.
OPENER = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=UNVERIFIED)
)


def main() -> int:
    """Check both; returns the exit code."""
    for name, addresses in (("Jupyter server", servers()), ("service of LLM Meter", services())):
        if not any(answers(address) for address in addresses):
            print(f"No {name} answers; see the log of the container.")
            return 1
    print("The Jupyter server and LLM Meter answer.")
    return 0


def servers() -> Iterator[str]:
    """The addresses of the Jupyter servers that run here, or ran."""
    for server in documents(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        scheme = "https" if server.get("secure") else "http"
        yield f"{scheme}://127.0.0.1:{server['port']}{server['base_url']}api"


def services() -> Iterator[str]:
    """The addresses of the meter's services that run here, or ran."""
    folder = Path(jupyter_data_dir()) / "llm-meter"
    found = [*folder.glob("services/*.json"), *folder.glob("by-ledger/*/services/*.json")]
    for service in documents(found):
        yield f"http://{service['address']}:{service['port']}/"


def documents(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The objects in JSON files, newest first; files that go away meanwhile are skipped."""
    for file in sorted(files, key=lambda each: each.name, reverse=True):
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(content, dict) and "port" in content:
            yield content


def answers(address: str) -> bool:
    """Whether something answers there with HTTP."""
    try:
        OPENER.open(address, timeout=TIMEOUT_S).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
