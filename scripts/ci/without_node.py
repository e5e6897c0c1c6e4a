"""Install a wheel or an sdist where there is no Node, and check that it works there.

    python scripts/ci/without_node.py dist

Each distribution goes into an environment of its own. There JupyterLab has to list and serve the frontend,
the server extension has to answer, and the tokenizers have to count without a download.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

TOKEN = "without-node"
PATIENCE_S = 90
COUNT = """
from llm_meter_tap import count_tokens, record
count = count_tokens("How long is this?", model="gpt-5-mini")
record(input_tokens=count, output_tokens=1, model="gpt-5-mini")
"""


def main() -> int:
    """Check every distribution; raises on the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the wheel and the sdist are")
    found = parser.parse_args().folder
    distributions = sorted((*found.glob("*.whl"), *found.glob("*.tar.gz")))
    expect(distributions, f"{found} has no wheel and no sdist")
    for distribution in distributions:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            check(distribution.resolve(), Path(folder))
        print(f"{distribution.name} works without Node", flush=True)
    return 0


def check(distribution: Path, folder: Path) -> None:
    """Install one distribution in ``folder`` and use each of its parts.

    Raises:
        RuntimeError: A part is missing or doesn't work.
        subprocess.CalledProcessError: A command failed; its message is on standard error.
    """
    venv.create(folder / "env", with_pip=True)
    programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    env = environment(folder, programs)
    python = programs / ("python.exe" if os.name == "nt" else "python")
    run([python, "-m", "pip", "install", "--quiet", distribution, "jupyterlab>=4.2,<5"], env)

    listed = run([programs / "jupyter", "labextension", "list"], env)
    expect(re.search(r"jupyter-llm-meter v\S+ .*enabled.*OK", listed), f"JupyterLab lists: {listed}")
    check_server(programs / "jupyter", folder, env)

    meter = programs / "jupyter-llm-meter"
    run([meter, "run", "--", python, "-c", COUNT], env)
    calls = [json.loads(line) for line in run([meter, "export", "--format", "jsonl"], env).splitlines()]
    counted = [call["gen_ai.usage.input_tokens"] for call in calls]
    expect(counted == [5], f"counted tokens of one call: {counted}")


def environment(folder: Path, programs: Path) -> dict[str, str]:
    """The environment of the check: folders of its own, and no Node on the PATH."""
    foreign = re.compile("LLM_METER|JUPYTER|PYTHON")
    kept = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    places = [place for place in kept.get("PATH", "").split(os.pathsep) if not has_node(place)]
    env = {
        **kept,
        "PATH": os.pathsep.join((str(programs), *places)),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }
    for tool in ("node", "npm"):
        expect(shutil.which(tool, path=env["PATH"]) is None, f"{tool} is still on the PATH")
    return env


def has_node(place: str) -> bool:
    """Whether a folder of the PATH has Node or npm."""
    return any(shutil.which(tool, path=place) for tool in ("node", "npm"))


def check_server(jupyter: Path, folder: Path, env: dict[str, str]) -> None:
    """Start JupyterLab and request the page, the frontend's entry point and the server extension's state."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [jupyter, "lab", *options, f"--IdentityProvider.token={TOKEN}"],
            cwd=folder, env=env, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            page = wait_for_page(f"{url}/lab", server)
            config = re.search(r'id="jupyter-config-data" type="application/json">(.*?)</script>', page, re.S)
            expect(config, "the page has no configuration")
            found = {each["name"]: each for each in json.loads(config[1])["federated_extensions"]}
            entry = found["jupyter-llm-meter"]["load"]
            expect(get(f"{url}/lab/extensions/jupyter-llm-meter/{entry}"), f"{entry} is empty")
            print(get(f"{url}/llm-meter/api/v1/about"))
        except Exception:
            print(log.read_text(errors="replace"), file=sys.stderr)
            raise
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def wait_for_page(url: str, server: subprocess.Popen[bytes]) -> str:
    """Request a page until the server answers."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return get(url)
        except urllib.error.URLError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not answer: {error}") from error
            time.sleep(0.5)


def get(url: str) -> str:
    """The answer to a GET with the server's token."""
    request = urllib.request.Request(url, headers={"Authorization": f"token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def run(command: list[object], env: dict[str, str]) -> str:
    """Show a command, run it and return what it prints, standard error included."""
    words = [str(word) for word in command]
    print("$", " ".join(words), flush=True)
    result = subprocess.run(words, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode:
        print(result.stdout, file=sys.stderr)
        result.check_returncode()
    return result.stdout


def expect(condition: object, message: str) -> None:
    """Raise unless a condition holds."""
    if not condition:
        raise RuntimeError(message)


if __name__ == "__main__":
    sys.exit(main())
