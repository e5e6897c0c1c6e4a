"""Build the project, install it into ``.venv`` and open JupyterLab on the demo notebook.

Works from a fresh clone with Python >= 3.10 and Node >= 20. The notebook talks to the bundled stand-in
provider, which stops with the lab, under a limit of 1,500 tokens a day, which one run passes; with ``--real``
it talks to the services your own environment variables name. Everything the demo writes lies in
``.work/demo``, apart from your own Jupyter data and your own ledger; its copy of the notebook is replaced
when the original is newer. Other arguments (``--no-browser``, ``--port``) go to JupyterLab.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from checkout import PYTHON, ROOT, WORK, environment, install, require_tools

REQUIREMENTS = (
    "jupyterlab>=4.2,<5",
    "notebook>=7.2,<8",
    "ipykernel",
    "openai",
    "anthropic",
    "google-genai",
    "requests",
)
FOLDER = WORK / "demo"
SETTINGS = FOLDER / "config" / "lab" / "user-settings"
# Small enough for one run of the notebook to pass the warning and the limit.
LIMIT = {"scope": "user", "window": "day", "unit": "tokens", "amount": 1500, "warn_at": [0.8]}
SOURCE = ROOT / "docs" / "demo" / "demo.ipynb"


def main() -> int:
    """Run the demo until the lab ends; returns the lab's exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--real", action="store_true", help="no stand-in: use your own keys and base URLs")
    options, for_the_lab = parser.parse_known_args()
    require_tools()
    install(REQUIREMENTS, "demo")
    env = {**environment(), **_folders()}
    _copy_notebook()
    _preset("@jupyterlab/apputils-extension/notification", {"fetchNews": "false"})
    if options.real:
        return _lab(env, for_the_lab)
    with _standin(env) as address:
        print(f"The stand-in provider answers on {address}.", flush=True)
        _preset("jupyter-llm-meter/meter", {"limits": [LIMIT]})
        return _lab({**env, **_provider_variables(address)}, for_the_lab)


def _folders() -> dict[str, str]:
    return {
        "JUPYTER_DATA_DIR": str(FOLDER / "data"),
        "JUPYTER_CONFIG_DIR": str(FOLDER / "config"),
        "JUPYTER_RUNTIME_DIR": str(FOLDER / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(SETTINGS),
        "JUPYTERLAB_WORKSPACES_DIR": str(FOLDER / "config" / "lab" / "workspaces"),
    }


def _copy_notebook() -> None:
    copy = FOLDER / "notebooks" / SOURCE.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    if not copy.exists() or copy.stat().st_mtime < SOURCE.stat().st_mtime:
        shutil.copyfile(SOURCE, copy)


def _preset(plugin: str, settings: dict[str, object]) -> None:
    """Give the demo's lab a setting to begin with; one that was changed there stays."""
    file = SETTINGS / f"{plugin}.jupyterlab-settings"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))


@contextmanager
def _standin(env: dict[str, str]) -> Iterator[str]:
    # A session of its own: Ctrl-C belongs to the lab, which asks before it stops.
    with subprocess.Popen(
        [PYTHON, "-m", "jupyter_llm_meter.standin", "--pace", "0.03"],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            if not address:
                sys.exit("demo.py: the stand-in provider did not start; its message is above.")
            yield address
        finally:
            process.terminate()


def _provider_variables(address: str) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": f"{address}/v1",
        "OPENAI_API_KEY": "stand-in-needs-no-key",
        "ANTHROPIC_BASE_URL": address,
        "ANTHROPIC_API_KEY": "stand-in-needs-no-key",
        "GOOGLE_GEMINI_BASE_URL": address,
        "GEMINI_API_KEY": "stand-in-needs-no-key",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _lab(env: dict[str, str], arguments: list[str]) -> int:
    command = [
        str(PYTHON),
        "-m",
        "jupyterlab",
        f"--LabApp.default_url=/lab/tree/{SOURCE.name}",
        f"--ServerApp.root_dir={FOLDER / 'notebooks'}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        *arguments,
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # A container's only user is often root; the server listens on loopback and wants its token anyway.
        command.append("--allow-root")
    with subprocess.Popen(command, cwd=FOLDER / "notebooks", env=env) as lab:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: lab.terminate())
        return lab.wait()


if __name__ == "__main__":
    sys.exit(main())
