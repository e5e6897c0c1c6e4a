"""Make calls through the providers' real SDKs, and check that each was counted once, with the right figures.

Then a hard limit refuses all of them, and each must have been tried once.

    python bench/sdks.py [--name NAME ...] [--verbose]

Installs the SDKs, in their newest releases, into `.work/sdks` (pip as it is configured; some minutes the
first time). Each is run in a process of its own, under its provider's host names, against a stand-in on
loopback.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sdks.calls import CALLS
from sdks.metered import SdkOutcome, run, stand_in

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".work" / "sdks"
PYTHON = FOLDER / ("Scripts" if os.name == "nt" else "bin") / "python"
# Installed one by one: one that cannot be had stops no other.
PACKAGES = (
    "openai[aiohttp]", "anthropic", "google-genai", "groq", "mistralai", "cohere", "ollama",
    "huggingface_hub", "together", "boto3", "langchain-openai", "dashscope", "zhipuai", "zai-sdk",
    "volcengine-ark-runtime", "trio", "litellm",
)  # fmt: skip


def main() -> int:
    """Print what each SDK came to; returns 0 when all were right."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--name", action="append", choices=CALLS, help="this row only; may be repeated")
    options.add_argument("--verbose", action="store_true", help="show the errors of what was not right")
    chosen = options.parse_args()
    install()
    versions = installed()
    failed = 0
    print(f"{'':24}{'version':>16}{'calls':>7}{'records':>9}")
    with stand_in() as replay:
        for name in chosen.name or CALLS:
            outcome = run(name, replay, [str(PYTHON)], str(ROOT))
            failed += not outcome.is_right()
            version = versions.get(name.partition(" ")[0].replace("_", "-"), "")
            counts = f"{outcome.made or '-':>7}{len(outcome.records):>9}"
            blocked = run(name, replay, [str(PYTHON)], str(ROOT), is_blocked=True)
            failed += not blocked.is_refused_once()
            said = "refused once" if blocked.is_refused_once() else "NOT refused once"
            print(f"{name:24}{version:>16}{counts}  {verdict(outcome)}, {said}", flush=True)
            if chosen.verbose and not (outcome.is_right() and blocked.is_refused_once()):
                print(outcome.errors, *outcome.records, blocked.errors, *blocked.records, sep="\n")
    return int(failed > 0)


def verdict(outcome: SdkOutcome) -> str:
    """In words."""
    if outcome.made is None:
        return "failed: " + (outcome.errors.strip().splitlines() or ["?"])[-1]
    left = f", {outcome.aborted()} left before the stream's last event" if outcome.aborted() else ""
    return ("right" if outcome.is_right() else "WRONG") + left


def install() -> None:
    """Put the SDKs into their environment; quick when that has been done."""
    if not PYTHON.exists():
        venv.create(FOLDER, with_pip=True)
    note = FOLDER / ".installed"
    if note.exists() and note.read_text() == str(PACKAGES):
        return
    for package in PACKAGES:
        if subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", package]).returncode:
            print(f"{package} could not be installed", file=sys.stderr)
    note.write_text(str(PACKAGES))


def installed() -> dict[str, str]:
    """The versions in the environment, by name."""
    command = [PYTHON, "-m", "pip", "freeze"]
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    pairs = (line.lower().replace("_", "-").partition("==") for line in lines)
    return {name: version for name, _, version in pairs}


if __name__ == "__main__":
    sys.exit(main())
