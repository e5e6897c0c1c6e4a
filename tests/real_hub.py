"""A real JupyterHub with its proxy, driven through its API; the configuration is that of deploy/."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from free_port import free_port
from hub_services import send

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py"
PATIENCE_S = float(os.environ.get("LLM_METER_TEST_PATIENCE_S", "240"))

TEAMS = {
    "physics": ["ann", "ben", "cem"],
    "history": ["dee", "eva"],
    "physics-leads": ["ben"],
}
USERS = ["ann", "ben", "cem", "dee", "eva", "root-admin"]


def proxy_command() -> str:
    """The proxy of JupyterHub, from npm."""
    local = ROOT / "tests" / "hub_proxy" / "node_modules" / ".bin" / "configurable-http-proxy"
    found = str(local) if local.exists() else shutil.which("configurable-http-proxy")
    if found is None:
        pytest.skip("configurable-http-proxy is not installed: npm ci --prefix tests/hub_proxy")
    return found


def wait_for(condition, what, patience_s=PATIENCE_S):
    """Wait until a condition holds; returns what it returned."""
    give_up_at = time.monotonic() + patience_s
    while not (found := condition()):
        if time.monotonic() > give_up_at:
            pytest.fail(f"still waiting for {what}")
        time.sleep(0.1)
    return found


def _is_service(process: psutil.Process) -> bool:
    try:
        return "jupyter_llm_meter.hub" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


class Answer:
    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.text = body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def request(method: str, url: str, token: str | None = None, body: Any = None, **headers: str) -> Answer:
    """One request; an answer with any status, 0 without one."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    asked = urllib.request.Request(url, data=data, method=method, headers=headers)
    if token is not None:
        asked.add_header("Authorization", f"token {token}")
    try:
        with urllib.request.urlopen(asked, timeout=60) as response:
            return Answer(response.status, response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read())
    except OSError as error:
        return Answer(0, str(error).encode())


class RealHub:
    """A hub in a folder, with the service of LLM Meter on a database."""

    def __init__(
        self, folder: Path, database_url: str, limits: list[dict[str, Any]], processes: int = 2
    ) -> None:
        self.folder = folder
        self.admin_token = secrets.token_hex(32)
        self._tokens: dict[str, str] = {}
        self._ports = [free_port() for _ in range(4)]
        self.url = f"http://127.0.0.1:{self._ports[0]}"
        self.service_url = f"{self.url}/services/llm-meter"
        self._log = (folder / "hub.log").open("wb")
        self._process: subprocess.Popen[bytes] | None = None
        self._database_url = database_url
        (folder / "llm_meter_hub_config.py").write_text(
            f"c = get_config()\nc.LLMMeterHub.limits = {limits!r}\nc.LLMMeterHub.processes = {processes}\n"
        )
        (folder / "jupyterhub_config.py").write_text(self._configuration())

    def start(self) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
            "LLM_METER_DATABASE_URL": self._database_url,
            "LLM_METER_SERVICE_URL": f"http://127.0.0.1:{self._ports[3]}",
            "LLM_METER_HUB_URL": self.service_url,
            "LLM_METER_HUB_CONFIG": str(self.folder / "llm_meter_hub_config.py"),
            "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", self.folder / "jupyterhub_config.py"],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        wait_for(lambda: self._alive() and self.api("GET", "").status == 200, "the hub")
        wait_for(lambda: self.ask("GET", "api/v1/me", "ann").status == 200, "LLM Meter's service")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        # A hub that is told to stop waits for each server; these are of no more use.
        main = psutil.Process(process.pid)
        everything = [*main.children(recursive=True), main]
        for each in everything:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()
        psutil.wait_procs(everything, 10)
        self._log.close()

    def api(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask the hub itself, as an administrator."""
        return request(method, f"{self.url}/hub/api/{path}", self.admin_token, body)

    def token(self, user: str) -> str:
        """A token of a user."""
        if user not in self._tokens:
            answer = self.api("POST", f"users/{user}/tokens", {"note": "test"})
            assert answer.status == 201, answer.text
            self._tokens[user] = answer.json["token"]
        return self._tokens[user]

    def ask(self, method: str, path: str, user: str, body: Any = None, **headers: str) -> Answer:
        """Ask LLM Meter's service, as a user."""
        return request(method, f"{self.service_url}/{path}", self.token(user), body, **headers)

    def start_servers(self, users: list[str]) -> None:
        """Start users' servers, at the same time."""
        for user in users:
            assert self.api("POST", f"users/{user}/server").status in (201, 202)
        for user in users:
            wait_for(lambda user=user: self._is_ready(user), f"the server of {user}")

    def private_folder(self, user: str) -> Path:
        """Where a user's processes find their service."""
        return self.folder / "homes" / user / ".local" / "share" / "jupyter" / "llm-meter"

    def service_processes(self) -> list[psutil.Process]:
        """The process of LLM Meter's service that JupyterHub started."""
        assert self._process is not None
        return [each for each in psutil.Process(self._process.pid).children() if _is_service(each)]

    def workers(self) -> list[psutil.Process]:
        """The processes that share the service's work."""
        found = [worker for each in self.service_processes() for worker in each.children()]
        return [worker for worker in found if _is_service(worker)]

    def server_environment(self, user: str) -> dict[str, str]:
        """The environment of a user's server."""
        assert self._process is not None
        for process in psutil.Process(self._process.pid).children():
            environment: dict[str, str] = process.environ()
            if environment.get("JUPYTERHUB_USER") == user:
                return environment
        raise LookupError(user)

    def loopback(self, user: str, path: str, body: bytes) -> tuple[int, Any]:
        """What a tap of a user posts to the user's own server."""
        [file] = (self.private_folder(user) / "services").glob("*.json")
        found = json.loads(file.read_text())
        url = f"http://127.0.0.1:{found['port']}{path}"
        return send("POST", url, None, body, Authorization=f"Bearer {found['secret']}")

    def log(self) -> str:
        return (self.folder / "hub.log").read_text(errors="replace")

    def _alive(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            pytest.fail(f"JupyterHub ended:\n{self.log()}")
        return True

    def _is_ready(self, user: str) -> bool:
        servers = self.api("GET", f"users/{user}").json.get("servers") or {}
        return any(server["ready"] for server in servers.values())

    def _configuration(self) -> str:
        groups = {team: {"users": users} for team, users in TEAMS.items()}
        return f"""
deployed = {str(DEPLOY)!r}
exec(compile(open(deployed).read(), deployed, "exec"), {{**globals(), "__file__": deployed}})
c = get_config()
c.JupyterHub.bind_url = {self.url!r}
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{self._ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{self._ports[2]}"
c.ConfigurableHTTPProxy.command = [{proxy_command()!r}]
c.JupyterHub.db_url = "sqlite:///{self.folder}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "{self.folder}/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.Authenticator.allowed_users = {set(USERS)!r}
c.Authenticator.admin_users = {{"root-admin"}}
c.JupyterHub.tornado_settings = {{"slow_spawn_timeout": 0}}
c.JupyterHub.load_groups = {groups!r}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{self.folder}/homes/{{username}}"
c.Spawner.cmd = [{sys.executable!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--ServerApp.jpserver_extensions={{'jupyter_llm_meter': True}}", "--allow-root"]
c.Spawner.environment["JUPYTERHUB_SINGLEUSER_APP"] = "jupyter_server.serverapp.ServerApp"
c.Spawner.http_timeout = c.Spawner.start_timeout = 120
c.JupyterHub.services.append({{"name": "tests", "api_token": {self.admin_token!r}}})
c.JupyterHub.load_roles.append(
    {{"name": "tests", "services": ["tests"],
     "scopes": ["admin:users", "admin:servers", "admin:groups", "tokens"]}}
)
"""
