"""A server extension that calls an LLM in the ways in which chat assistants do.

Its folder is one for PYTHONPATH and for JUPYTER_CONFIG_PATH. It loads before the meter, with its libraries.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
from threading import Thread
from typing import Any

import httpx
import openai
from jupyter_server.base.handlers import APIHandler
from tornado.web import authenticated

QUESTION = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "How are you?"}]}
SLOW = {**QUESTION, "model": "standin-slow", "stream": True, "stream_options": {"include_usage": True}}


class Assistant:
    """The ways; each returns the id of the answer.

    Attributes:
        open_streams: Streams of which something has come, and not the end.
    """

    def __init__(self) -> None:
        self.open_streams = 0
        self._client = openai.AsyncOpenAI(max_retries=0)
        self._blocking_client = openai.OpenAI(max_retries=0)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def answer(self) -> str:
        """In the request's own task."""
        return (await self._client.chat.completions.create(**QUESTION)).id

    async def stream(self, question: dict[str, Any] = SLOW) -> str:
        """Piece by piece."""
        answer_id = ""
        async for piece in await self._client.chat.completions.create(**question):
            self.open_streams += not answer_id
            answer_id = piece.id
        self.open_streams -= 1
        return answer_id

    async def crowd(self) -> str:
        """A hundred at a time."""
        return " ".join(await asyncio.gather(*(self.stream() for _ in range(100))))

    async def plain(self) -> str:
        """Without an SDK."""
        url, key = os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"]
        async with httpx.AsyncClient() as client:
            headers = {"Authorization": f"Bearer {key}"}
            return (await client.post(f"{url}/chat/completions", json=QUESTION, headers=headers)).json()["id"]

    async def task(self) -> str:
        """In a task that runs nothing but the SDK's own code."""
        return (await asyncio.create_task(self._client.chat.completions.create(**QUESTION))).id

    async def gathered(self) -> str:
        """In tasks that asyncio makes."""
        (answer,) = await asyncio.gather(self._client.chat.completions.create(**QUESTION))
        return answer.id

    async def executor(self) -> str:
        """In a thread of the loop's executor that runs nothing but the SDK's own code."""
        create = functools.partial(self._blocking_client.chat.completions.create, **QUESTION)
        return (await asyncio.get_running_loop().run_in_executor(None, create)).id

    async def to_thread(self) -> str:
        """In a thread, by asyncio's own function."""
        return (await asyncio.to_thread(self._blocking_client.chat.completions.create, **QUESTION)).id

    async def thread(self) -> str:
        """In a thread of its own that runs nothing but the SDK's own code."""
        create = self._blocking_client.chat.completions.create
        thread = Thread(target=create, kwargs=QUESTION)
        thread.start()
        await asyncio.to_thread(thread.join)
        return ""

    async def background(self) -> str:
        """In a task that the request does not wait for."""
        task = asyncio.create_task(self.answer())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return ""


class AskHandler(APIHandler):
    """``POST chat-assistant/WAY``."""

    def initialize(self, assistant: Assistant) -> None:
        """Take the assistant."""
        self.assistant = assistant

    @authenticated
    async def post(self, way: str) -> None:
        """Call in this way and answer with the ids."""
        self.finish(json.dumps(await getattr(self.assistant, way)()))

    @authenticated
    async def get(self, way: str) -> None:
        """Say how many streams are open."""
        self.finish(json.dumps(self.assistant.open_streams))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "chat_assistant"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    base_url = serverapp.web_app.settings["base_url"]
    handler = (rf"{base_url}chat-assistant/(\w+)", AskHandler, {"assistant": Assistant()})
    serverapp.web_app.add_handlers(".*$", [handler])
