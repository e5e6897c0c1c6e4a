"""Lets every test import the replay server as ``replay``."""

import sys
from pathlib import Path

# At the end: ``tests/jupyter_llm_meter`` must never stand in for the package it mirrors.
sys.path.append(str(Path(__file__).parent))

pytest_plugins = ["pytest_jupyter.jupyter_server"]
