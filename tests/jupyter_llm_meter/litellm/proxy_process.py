"""LiteLLM's real proxy with the plugin, in front of the stand-in provider."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

from free_port import free_port
from hub_services import wait_for

KEY = "sk-key-of-the-lab-0123456789abcdef"
"""The provider's key, which no user may see."""

ROOT = Path(__file__).resolve().parents[3]
PYTHON = sys.executable if find_spec("litellm") else os.environ.get("LLM_METER_TEST_LITELLM_PYTHON")
"""A Python that has LiteLLM and this project's dependencies; None where there is none."""

_CONFIG = """
model_list:
  - model_name: gpt-4o
    litellm_params: {{model: openai/gpt-4o, api_base: "{upstream}/v1", api_key: os.environ/LAB_KEY}}
  - model_name: claude
    litellm_params:
      {{model: anthropic/claude-sonnet-4-5, api_base: "{upstream}", api_key: os.environ/LAB_KEY}}
  - model_name: embedding
    litellm_params:
      {{model: openai/text-embedding-3-small, api_base: "{upstream}/v1", api_key: os.environ/LAB_KEY}}
  - model_name: away
    litellm_params: {{model: openai/gpt-4o, api_base: "http://127.0.0.1:9/v1", api_key: os.environ/LAB_KEY}}
litellm_settings:
  cache: true
  cache_params: {{type: local, mode: default_off}}
  num_retries: 0
{plugin}
"""
PLUGIN = """  callbacks: [jupyter_llm_meter.litellm.plugin.meter]
general_settings:
  custom_auth: jupyter_llm_meter.litellm.plugin.check_token
"""


class StandIn:
    """The stand-in provider in a process of its own."""

    def __init__(self, pace_s=0.0):
        command = [sys.executable, "-m", "jupyter_llm_meter.standin", "--pace", str(pace_s)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Proxy:
    """The proxy, at the same address whenever it is started."""

    def __init__(self, folder, upstream, hub_url, plugin=PLUGIN, **environment):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "proxy.log"
        self.config = folder / "config.yaml"
        self.config.write_text(_CONFIG.format(upstream=upstream, plugin=plugin))
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "LAB_KEY": KEY,
            "LITELLM_MASTER_KEY": f"sk-{secrets.token_hex(24)}",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_TELEMETRY": "False",
            "LLM_METER_HUB_URL": hub_url,
            "LLM_METER_GATEWAY_TOKEN": "gateway",
            "LLM_METER_GATEWAY_DIR": str(folder / "gateway"),
            **environment,
        }
        self.process = None

    def start(self):
        command = [PYTHON, "-m", "litellm.proxy.proxy_cli", "--config", str(self.config)]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT
            )
        wait_for(self._is_up, "LiteLLM's proxy")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def post(self, path, user, body, **headers):
        """One request with a user's token: status, headers and the text of the answer."""
        request = urllib.request.Request(f"{self.url}{path}", json.dumps(body).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        if not headers:
            headers = {"Authorization": f"Bearer {user}"}
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def _is_up(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/health/liveliness", timeout=5) as response:
                return response.status == 200
        except OSError:
            return False


def chat(model="gpt-4o", text="hello", **more):
    """The body of a chat request."""
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}
