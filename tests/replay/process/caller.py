"""Makes recorded calls again, as a user would: through the provider's own SDK where one fits.

``python caller.py PLAN [--times N] [--processes N]`` runs a plan (a JSON list of exchanges). A kernel under
test imports the same file. A plan's name is looked up in the folder ``REPLAY_PLANS``, where that is set.
Knows nothing of the meter. Needs only the SDKs that the plan's exchanges use, and runs in every Python from
3.8 on.
"""

import argparse
import inspect
import json
import os
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

KEY = os.environ.get("REPLAY_API_KEY", "sk-replay-0000")
ID_HEADER = "x-replay-id"


def call(exchange):
    """Make one call and read its answer to the end."""
    path = urlsplit(exchange["url"]).path
    if exchange["provider"] == "openai" or ("/openai/" in path and "//" not in path):
        _through_openai(exchange)
    elif exchange["provider"] == "anthropic":
        _through_anthropic(exchange)
    else:
        _through_requests(exchange)


def _through_openai(exchange):
    import openai

    parts = urlsplit(exchange["url"])
    if exchange["provider"] == "azure":
        client = openai.AzureOpenAI(
            api_key=KEY,
            azure_endpoint=f"https://{parts.hostname}",
            azure_deployment=_deployment(parts.path),
            api_version=parse_qs(parts.query).get("api-version", ["2024-10-21"])[0],
            max_retries=0,
        )
    else:
        client = openai.OpenAI(api_key=KEY, base_url=f"https://{parts.hostname}/v1", max_retries=0)
    create = {
        "openai.chat": client.chat.completions.create,
        "openai.responses": client.responses.create,
        "openai.completions": client.completions.create,
        "openai.embeddings": client.embeddings.create,
    }[exchange["api"]]
    _read(create(**_arguments(create, exchange)))


def _deployment(path):
    names = path.split("/")
    return names[names.index("deployments") + 1] if "deployments" in names else None


def _through_anthropic(exchange):
    import anthropic

    host = urlsplit(exchange["url"]).hostname
    client = anthropic.Anthropic(api_key=KEY, base_url=f"https://{host}", max_retries=0)
    create = client.messages.create
    _read(create(timeout=60, **_arguments(create, exchange)))


def _through_requests(exchange):
    import requests

    headers = {ID_HEADER: exchange["id"], "x-goog-api-key": KEY, "content-type": "application/json"}
    reply = requests.post(
        exchange["url"],
        data=exchange["body"].encode(),
        headers=headers,
        stream=exchange["stream"],
        timeout=60,
    )
    for _ in reply.iter_lines():
        pass
    reply.raise_for_status()


def _arguments(create, exchange):
    body = json.loads(exchange["body"])
    known = inspect.signature(create).parameters
    return {
        **{name: value for name, value in body.items() if name in known},
        "extra_body": {name: value for name, value in body.items() if name not in known} or None,
        "extra_headers": {ID_HEADER: exchange["id"]},
    }


def _read(reply):
    if hasattr(reply, "__iter__") and hasattr(reply, "close"):
        for _ in reply:
            pass


def main(arguments=None):
    """Run the plan so many times, in so many processes at once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("plan")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.processes > 1:
        command = [sys.executable, os.path.abspath(__file__), options.plan, "--times", str(options.times)]
        children = [subprocess.Popen(command) for _ in range(options.processes)]
        return max(child.wait() for child in children)
    path = os.path.join(os.environ.get("REPLAY_PLANS", ""), options.plan)
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    for _ in range(options.times):
        for exchange in plan:
            call(exchange)
    return 0


if __name__ == "__main__":
    sys.exit(main())
